"""`newsloom search`: find articles by words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, search_options

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.search.query import Search


@click.command("search")
@search_options
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Maximum number of articles."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "table", "lines", "csv", "json", "jsonl", "parquet"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@data_option
def command(search: Search, top: int, form: str, data: Path) -> None:
    """Find articles that match QUERY in their headline and text. The best match comes first, then the newest.

    \b
    flood water              both words, in any form
    "flood water"            this phrase
    flood OR fire            either
    flood -fire              without "fire"; also: flood NOT fire
    (flood OR fire) dam      brackets
    negotiat*                words that begin so
    title:flood              in the headline; also: title:"high water"
    source:NAME  lang:de     only from a source, or in a language (ISO 639-1)

    AND, OR and NOT are in capitals; NOT binds most closely, then AND. The first 20 articles have a snippet.

    \b
    newsloom search "ceasefire talks"
    newsloom search '"central bank" OR Notenbank' --since 2026-01-01 --unique --format jsonl

    In SQL: SELECT * FROM search('ceasefire talks', top := 10)
    """
    from flows.reports.query_output import write
    from flows.reports.search_results import as_text
    from warehouse import connect
    from warehouse.search.query import check_query

    if not search.query.strip():
        raise click.UsageError('The query is empty. Give words, such as: newsloom search "ceasefire talks"')
    with connect(data) as connection:
        if form == "text":
            sys.stdout.write(as_text(connection, search, top))
        else:
            check_query(connection, search.query)
            write(connection, f"FROM {search.best(top)}", form, sys.stdout.buffer)
