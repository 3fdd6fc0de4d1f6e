"""`newsloom search`: find articles by words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@click.command("search")
@click.argument("query")
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Maximum number of articles."
)
@click.option("--language", metavar="CODE", help="Only articles in this language (ISO 639-1, two letters).")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only articles published since this time (UTC).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "table", "csv", "json", "jsonl", "parquet"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@data_option
def command(query: str, top: int, language: str | None, since: datetime | None, form: str, data: Path) -> None:
    """Find articles with all words of QUERY in their headline and text. The best match comes first, then the newest.

    A query is a list of words without operators: no quotes, AND, OR or NOT. The first 20 articles have a snippet.

    \b
    newsloom search "ceasefire talks"
    newsloom search "Haushalt Streit" --language de --since 2026-01-01 --format jsonl

    In SQL: SELECT * FROM search('ceasefire talks', top := 10)
    """
    from crawlers.languages import ISO_639_1
    from flows.reports.query_output import write
    from flows.reports.search_results import as_text, search_query
    from warehouse import connect

    if language is not None and language.lower() not in ISO_639_1:
        from crawlers.sources.validation import nearest_language

        raise click.BadParameter(
            f'found "{language}"; allowed: a two-letter ISO 639-1 code, such as "en"{nearest_language(language)}',
            param_hint="--language",
        )
    sql = search_query(query, top=top, language=language, since=since)
    with connect(data) as connection:
        if form == "text":
            sys.stdout.write(as_text(connection, sql, query))
        else:
            write(connection, sql, form, sys.stdout.buffer)
