"""`newsloom sql`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("sql")
@click.argument("query")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "jsonl", "parquet"]),
    default="table",
    show_default=True,
    help="How the rows are written to standard output.",
)
@data_option
def command(query: str, form: str, data: Path) -> None:
    """Query the warehouse, read-only; also while a run goes on. QUERY is SQL, or - to read it from standard input.

    \b
    newsloom sql "SELECT title, published_at FROM articles ORDER BY published_at DESC LIMIT 10"
    newsloom sql "SELECT * FROM articles" --format parquet > articles.parquet
    """
    from flows.reports.query_output import write
    from warehouse import connect

    text = sys.stdin.read() if query == "-" else query
    with connect(data) as connection:
        write(connection, text, form, sys.stdout.buffer)
