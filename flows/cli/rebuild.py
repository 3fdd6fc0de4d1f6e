"""`newsloom rebuild`: make the warehouse again from the archive."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from crawlers.counts import counted
from flows.cli.options import data_option, extract_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("rebuild")
@click.option(
    "--without-removed",
    is_flag=True,
    help="Rebuild even if [keep] has removed segments; the articles loaded from them are lost.",
)
@click.option(
    "--without-damaged",
    is_flag=True,
    help="Rebuild even if segments are missing or damaged; the articles loaded from them are lost.",
)
@extract_option
@data_option
@wait_option
def command(without_removed: bool, without_damaged: bool, sources: Path, data: Path, wait: float) -> None:
    """Rebuild the whole warehouse from the archive: extract and load every stored page again.

    The old warehouse stays in place until the new one is complete, so the disk needs room for both. Interrupted
    rebuilds resume: run the command again. The same version of the extractor gives the same rows. If a segment is
    missing or damaged, nothing is rebuilt.

    A lake is rebuilt on this machine and then filled in one step, so the archive needs the segments of all machines
    that load into it. They cannot load until it is rebuilt; readers see the old rows.
    """
    from crawlers.archive.archive_store import store_of
    from flows.errors import FlowsError
    from flows.maintenance.rebuild import rebuild, require_removed_segments
    from flows.pipeline.dask_extract import open_extractor
    from flows.pipeline.failures import describe_failures
    from flows.progress import show_progress
    from flows.settings import load_extract
    from warehouse import open_writer

    directory = data_directory(data)
    if not directory.archive.is_dir() and store_of(directory.archive) is None:
        raise FlowsError(
            f"{directory.root}: no archive found. Choose a data directory with --data DIR or NEWSLOOM_DATA."
        )
    with (
        show_progress() as reporter,
        open_writer(directory.root, "newsloom rebuild", wait=wait) as writer,
        open_extractor(load_extract(sources), directory) as extractor,
    ):
        if not without_removed:
            require_removed_segments(writer)
        rebuilt = rebuild(writer, extractor, directory, reporter, without_damaged=without_damaged)
        writer.publish(may_lose_segments=without_removed or without_damaged)
    before = f", {rebuilt.loaded_before} of them by the interrupted rebuild" if rebuilt.loaded_before else ""
    click.echo(f"{counted(rebuilt.segments, 'segment')} loaded{before}")
    click.echo(f"articles: {rebuilt.articles} (previously {rebuilt.articles_before})")
    if rebuilt.failed:
        click.echo(describe_failures(rebuilt.failed))
        sys.exit(1)
