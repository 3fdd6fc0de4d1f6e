"""`newsloom migrate`: move the warehouse to DuckLake, or back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawlers.counts import counted
from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("migrate")
@click.option("--to", "target", required=True, metavar="TARGET", help="Where to: ducklake:… or duckdb.")
@click.option("--data-path", metavar="PLACE", help="Where a new lake has its files: a folder, or s3://BUCKET/PREFIX.")
@data_option
@wait_option
def command(target: str, data_path: str | None, data: Path, wait: float) -> None:
    """Move the warehouse to DuckLake, so that several machines can load and query it, or back to a DuckDB file.

    All tables are copied and compared by counts and checksums. Then the file warehouse.toml in the data directory names
    the new warehouse, and the old one stays as it is until you delete it. Interrupted migrations resume: run the
    command again.

    The files of a lake must have their place to themselves: the nightly maintenance removes Parquet files there that
    the lake does not know. A new lake is refused where there are some already.

    \b
    newsloom migrate --to "ducklake:postgres:dbname=news host=db.example" --data-path s3://news/lake
    newsloom migrate --to ducklake:sqlite:/srv/news/catalog.sqlite
    newsloom migrate --to duckdb
    """
    from flows.progress import show_progress
    from warehouse import open_writer
    from warehouse.lake import parse_lake
    from warehouse.move import move_warehouse

    directory = data_directory(data)
    lake = None if target == "duckdb" else parse_lake(target, data_path)
    if lake is None and data_path is not None:
        raise click.UsageError("--data-path is for a lake; with --to duckdb, the warehouse is in the data directory.")
    with show_progress() as reporter:
        moved = move_warehouse(directory.root, lake, wait, reporter.step)
        if lake is None:
            reporter.step("publishing")
            with open_writer(directory.root, "newsloom migrate", wait=wait) as writer:
                writer.publish()
    click.echo(
        f"{moved.tables} tables moved and compared: {counted(moved.rows, 'row')}, {counted(moved.articles, 'article')}"
    )
    click.echo(f"The old warehouse is {moved.kept}. Delete it once you do not need it any more.")
