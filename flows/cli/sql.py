"""`newsloom sql`: query the warehouse."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import TIME, data_option

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@click.command("sql")
@click.argument("query")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "lines", "csv", "json", "jsonl", "parquet"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--at",
    type=TIME,
    help="Query the warehouse as it was at this time (UTC); only on DuckLake.",
)
@data_option
def command(query: str, form: str, at: datetime | None, data: Path) -> None:
    """Query the warehouse with SQL. QUERY is an SQL statement, or - to read it from standard input.

    Queries are read-only. You can run them at any time, also during a run.

    \b
    newsloom sql "SELECT title, published_at FROM articles ORDER BY published_at DESC LIMIT 10"
    newsloom sql "FROM articles LIMIT 1" --format lines      # one line for each value
    newsloom sql "SELECT * FROM articles" --format parquet > articles.parquet
    """
    from flows.reports.query_output import write
    from warehouse import connect

    text = sys.stdin.read() if query == "-" else query
    if not text.strip():
        raise click.UsageError(
            'The query is empty. Give an SQL statement, such as: newsloom sql "FROM articles LIMIT 1"'
        )
    with connect(data, at) as connection:
        write(connection, text, form, sys.stdout.buffer)
