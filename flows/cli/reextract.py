"""`newsloom reextract`: extract the stored pages of articles again after an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, extract_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("reextract")
@click.option("--source", metavar="NAME", help="Only articles of this source.")
@extract_option
@data_option
@wait_option
def command(source: str | None, sources: Path, data: Path, wait: float) -> None:
    """Extract the stored pages of articles again if another version of the extractor read them.

    This includes pages that were read before newsloom had learned which lines the source has on many pages.
    If the result differs, newsloom stores it as a new version of the article with the change `reextracted`, to tell it
    from an edit by the publisher. Nothing is fetched. Rejected pages are not read again; `newsloom rebuild` does that.
    """
    from flows.errors import FlowsError
    from flows.maintenance.reextract import reextract
    from flows.pipeline.dask_extract import open_extractor
    from flows.progress import show_progress
    from flows.settings import load_extract
    from warehouse import open_writer, warehouse_exists

    directory = data_directory(data)
    if not warehouse_exists(directory.root):
        raise FlowsError(
            f"{directory.root}: no warehouse found. Create one with `newsloom run` or `newsloom import`, "
            "or choose another data directory with --data DIR or NEWSLOOM_DATA."
        )
    with (
        show_progress() as reporter,
        open_writer(directory.root, "newsloom reextract", wait=wait) as writer,
        open_extractor(load_extract(sources), directory) as extractor,
    ):
        done = reextract(writer, extractor, directory, reporter, source)
        writer.publish()
    counts = done.outcomes
    click.echo(f"extracted again: {counts['changed']} changed, {counts['same']} unchanged")
    if counts["missing"]:
        click.echo(f"no longer in the archive: {counts['missing']}; `newsloom doctor` lists the segments")
    if counts["rejected"]:
        click.echo(f"now rejected, but kept as they were: {counts['rejected']}, for example")
        for line in done.rejections:
            click.echo(f"    {line}")
