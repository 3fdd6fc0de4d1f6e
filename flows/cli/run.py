"""`newsloom run`: crawl the sources once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, sources_option, wait_option
from flows.data_directory import LEAST_FREE_GB, data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("run")
@sources_option
@data_option
@wait_option
def command(sources: Path, data: Path, wait: float) -> None:
    """Crawl the sources and load new articles into the warehouse.

    You can run it at any time: it requests the listings that are due, fetches new pages, and completes interrupted
    runs. A run is a Prefect flow run. The server of `newsloom up` records it, or the server that PREFECT_API_URL
    names, or else a database in the data directory.

    Exit code 1: some of the fetched pages could not be loaded. The rest was loaded, and later runs try again.
    """
    from crawlers.errors import NewsloomError
    from crawlers.sources.contact import require_contact
    from flows.errors import FlowsError
    from flows.settings import load_all

    directory = data_directory(data)
    configured, settings = load_all(sources)
    require_contact(configured, sources)  # reports mistakes at once, not after Prefect has started

    directory.require_writable()
    directory.require_space(settings.alerts.least_free_gb)

    from flows.service.prefect_settings import set_up_prefect
    from flows.service.state import running_service

    service = running_service(directory)
    if service is not None:
        os.environ.setdefault("PREFECT_API_URL", service.api)  # shows up in its user interface, and starts sooner
    set_up_prefect(directory)
    from flows.progress import show_progress
    from flows.reports.run_summary import print_summary, report_console
    from flows.run import make_run_flow

    try:
        with show_progress() as reporter:
            summary = make_run_flow(reporter)(sources=sources.absolute(), data=directory.root, wait=wait)
    except Exception as error:
        if isinstance(error, NewsloomError) or directory.free_gb() >= LEAST_FREE_GB:
            raise
        # Prefect's database is on the same disk, and Prefect only reports that its server has failed.
        raise FlowsError(
            f"{directory.root}: the disk is full ({directory.free_gb():.2f} GB free); the run stopped "
            f"({type(error).__name__}).\nNothing that was fetched is lost. Free some space, then run the command again."
        ) from error
    print_summary(summary, report_console())
    if summary.failed:
        sys.exit(1)
