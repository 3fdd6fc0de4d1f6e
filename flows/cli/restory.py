"""`newsloom restory`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("restory")
@data_option
@wait_option
def command(data: Path, wait: float) -> None:
    """Find all duplicates and stories anew, from the articles that are held.

    Needed after a change of the method (the column `method` of the tables duplicates and stories says by which one a
    row was found), and useful after many imports in small pieces. What was interrupted goes on where it stopped.
    """
    from flows.dedup.recompute import recompute_all
    from flows.errors import FlowsError
    from flows.pipeline.progress import current, shown
    from warehouse import open_writer

    directory = data_directory(data)
    if not (directory.private / "warehouse.duckdb").exists():
        raise FlowsError(
            f"{directory.root}: there is no warehouse yet. `newsloom run` or `newsloom import` makes one; "
            "--data DIR or NEWSLOOM_DATA names the data directory."
        )

    def on_progress(done: int, whole: int) -> None:
        current.get().step(f"{done} of {whole} articles")

    with shown(), open_writer(directory.root, "newsloom restory", wait=wait) as writer:
        found = recompute_all(writer, on_progress)
        writer.publish()
    click.echo(f"{found.articles} articles, {found.duplicates} of them repeat others, {found.stories} stories")
