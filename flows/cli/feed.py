"""`newsloom feed`: the newest articles of a search as a feed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, search_options

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.search.query import Search


@click.command("feed")
@search_options
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Maximum number of articles."
)
@click.option("--title", help="Title of the feed.  [default: newsloom: QUERY]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["atom", "rss"]),
    default="atom",
    show_default=True,
    help="Atom (RFC 4287) or RSS 2.0.",
)
@data_option
def command(search: Search, top: int, title: str | None, form: str, data: Path) -> None:
    """Write the newest articles that match QUERY as a feed. `newsloom search --help` explains queries.

    \b
    newsloom feed '"central bank" -football' > bank.xml
    newsloom feed "source:courier" --unique --format rss > courier.xml
    """
    from flows.reports.feed import as_atom, as_rss, newest_matches
    from warehouse import connect

    with connect(data) as connection:
        entries = newest_matches(connection, search, top)
    name = title or f"newsloom: {search.query}"
    sys.stdout.buffer.write(as_atom(name, entries) if form == "atom" else as_rss(name, entries))
