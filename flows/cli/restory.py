"""`newsloom restory`: recompute all duplicates and stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawlers.counts import counted
from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("restory")
@data_option
@wait_option
def command(data: Path, wait: float) -> None:
    """Recompute all duplicates and stories from the stored articles.

    Run it after an upgrade that changes the method (the column `method` of `duplicates`, `stories` and `story_links`
    shows which one found a row), after many small imports, or to link the stories of different languages that were
    stored before newsloom[multilingual] was installed. Interrupted recomputations resume: run the command again.
    """
    from flows.dedup.recompute import recompute_all
    from flows.errors import FlowsError
    from flows.progress import show_progress
    from warehouse import open_writer, warehouse_exists

    directory = data_directory(data)
    if not warehouse_exists(directory.root):
        raise FlowsError(
            f"{directory.root}: no warehouse found. Create one with `newsloom run` or `newsloom import`, "
            "or choose another data directory with --data DIR or NEWSLOOM_DATA."
        )

    with show_progress() as reporter, open_writer(directory.root, "newsloom restory", wait=wait) as writer:
        found = recompute_all(writer, reporter)
        writer.publish()
    click.echo(
        f"{counted(found.articles, 'article')}, {found.duplicates} of them duplicates, "
        f"{counted(found.stories, 'story', 'stories')}"
    )
