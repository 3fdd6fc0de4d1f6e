"""`newsloom reextract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("reextract")
@click.option("--source", metavar="NAME", help="Only articles of this source.")
@data_option
@wait_option
def command(source: str | None, data: Path, wait: float) -> None:
    """Read the stored pages of articles again where another extractor than the present one read them.

    What comes out differently is a new version, marked as a re-extraction and not as an edit of the publisher's.
    Nothing is fetched. `newsloom rebuild` decides about rejected pages anew, too.
    """
    from flows.maintenance.reextract import reextract
    from flows.pipeline.extract import Extractor
    from flows.pipeline.progress import shown
    from warehouse import open_writer

    directory = data_directory(data)
    with shown(), open_writer(directory.root, "newsloom reextract", wait=wait) as writer, Extractor() as extractor:
        done = reextract(writer, extractor, directory, source)
        writer.publish()
    counts = done.outcomes
    click.echo(f"read again: {counts['changed']} changed, {counts['same']} as before")
    if counts["missing"]:
        click.echo(f"not in the archive any more: {counts['missing']}; `newsloom doctor` says which segments")
    if counts["rejected"]:
        click.echo(f"no longer taken for an article, and kept: {counts['rejected']}, for example")
        for line in done.rejections:
            click.echo(f"    {line}")
