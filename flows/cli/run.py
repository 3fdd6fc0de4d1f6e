"""`newsloom run`: crawl the sources once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, sources_option, wait_option
from flows.data_directory import LEAST_FREE_GB, data_directory

MAX_SHARDS = 64
"""Far more than one machine has cores."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.data_directory import DataDirectory
    from flows.pipeline.interrupt import Interrupt
    from flows.pipeline.run_summary import RunSummary
    from flows.progress import Reporter


NEXT = """What to do next:
  newsloom dashboard       shows the articles in your browser
  newsloom search WORDS    finds articles; `newsloom sql` and `newsloom shell` take SQL
  newsloom up              crawls the sources on a schedule"""


@click.command("run")
@sources_option
@data_option
@wait_option
@click.option(
    "--shards",
    metavar="N",
    type=click.IntRange(1, MAX_SHARDS),
    default=1,
    show_default=True,
    help="Number of crawl processes. Each site belongs to one of them.",
)
def command(sources: Path, data: Path, wait: float, shards: int) -> None:
    """Crawl the sources and load new articles into the warehouse.

    You can run it at any time: it requests the listings that are due, fetches new pages, and completes interrupted
    runs. While `newsloom up` is running, or if PREFECT_API_URL names a server, the run is also a Prefect flow run.

    Ctrl-C ends the run in good order: what it has fetched is loaded, and the next run requests the rest. A second
    Ctrl-C ends it at once.

    Exit code 1: some of the fetched pages could not be loaded, or a crawl process ended unexpectedly. The rest was
    loaded, and later runs try again.
    Exit code 130: you pressed Ctrl-C.
    """
    from crawlers.errors import NewsloomError
    from crawlers.sources.contact import require_contact
    from flows.errors import FlowsError
    from flows.pipeline.interrupt import interrupt_by_signal
    from flows.progress import show_progress
    from flows.reports.run_summary import print_summary, report_console
    from flows.service.prefect_settings import configured_server
    from flows.service.state import running_service, use_service
    from flows.settings import load_all

    directory = data_directory(data)
    configured, settings = load_all(sources)
    require_contact(configured, sources)  # reports mistakes at once, not after Prefect has started

    directory.require_writable()
    directory.require_space(settings.alerts.least_free_gb)

    service = running_service(directory)
    if service is not None and not os.environ.get("PREFECT_API_URL"):
        use_service(directory, service)  # the run shows up in its user interface
    recorded = configured_server() is not None
    try:
        with interrupt_by_signal(_announce) as interrupt, show_progress() as reporter:
            run = _flow_of(directory, reporter, interrupt) if recorded else _plain(reporter, interrupt)
            summary = run(sources.absolute(), directory.root, wait, shards)
    except Exception as error:
        if isinstance(error, NewsloomError) or directory.free_gb() >= LEAST_FREE_GB:
            raise
        # Prefect's database is on the same disk, and Prefect only reports that its server has failed.
        raise FlowsError(
            f"{directory.root}: the disk is full ({directory.free_gb():.2f} GB free); the run stopped "
            f"({type(error).__name__}).\nNothing that was fetched is lost. Free some space, then run the command again."
        ) from error
    print_summary(summary, report_console())
    if summary.articles and summary.articles == summary.total("loaded"):
        click.echo(NEXT)
    if summary.interrupted:
        sys.exit(130)
    if summary.failed or summary.died:
        sys.exit(1)


def _announce() -> None:
    click.echo("stopping: loading what has been fetched. Press Ctrl-C again to end at once.", err=True)


def _plain(reporter: Reporter, interrupt: Interrupt) -> Callable[[Path, Path, float, int], RunSummary]:
    """A run without Prefect, which would start a server for it: 12 s for what the table `runs` records as well."""
    from flows.pipeline.run import run_sources

    def run(sources: Path, data: Path, wait: float, shards: int) -> RunSummary:
        return run_sources(sources, data, wait, None, reporter, shards=shards, interrupt=interrupt)

    return run


def _flow_of(
    directory: DataDirectory, reporter: Reporter, interrupt: Interrupt
) -> Callable[[Path, Path, float, int], RunSummary]:
    """A run that Prefect's server records."""
    from flows.service.prefect_settings import set_up_prefect

    set_up_prefect(directory)
    from flows.run import make_run_flow

    flow = make_run_flow(reporter, interrupt)

    def run(sources: Path, data: Path, wait: float, shards: int) -> RunSummary:
        return flow(sources, data, wait, shards=shards)

    return run
