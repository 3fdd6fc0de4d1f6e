"""`newsloom feed`: the newest articles of a search, a source or a story as a feed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, optional_search_options

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.search import query


@click.command("feed")
@optional_search_options
@click.option(
    "--story",
    metavar="URL",
    help="Articles of the story that the article at URL is in, or of the story with this identifier.",
)
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Maximum number of articles."
)
@click.option("--title", help="Title of the feed.  [default: newsloom: and QUERY or the title of the story]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["atom", "rss"]),
    default="atom",
    show_default=True,
    help="Atom (RFC 4287) or RSS 2.0.",
)
@data_option
def command(search: query.Search, story: str | None, top: int, title: str | None, form: str, data: Path) -> None:
    """Write the newest articles that match QUERY, that are of a source, or that are of a story, as a feed.

    `newsloom search --help` explains queries. To save a search, save the command line.

    \b
    newsloom feed '"central bank" -football' > bank.xml
    newsloom feed --source courier --unique --format rss > courier.xml
    newsloom feed --story https://courier.example/2026/ferry > ferry.xml
    """
    from flows.reports.feed import as_atom, as_rss, newest_matches, newest_of_story
    from flows.reports.stored_page import url_spellings
    from warehouse import connect
    from warehouse.search.query import Search

    if story is None and not search.query:
        raise click.UsageError("Missing argument 'QUERY', or --source or --story instead of it.")
    if story is not None and search != Search(""):
        raise click.UsageError("--story takes all articles of the story: leave out QUERY and the options of a search.")
    with connect(data) as connection:
        if story is None:
            name, entries = search.query, newest_matches(connection, search, top)
        else:
            name, entries = newest_of_story(connection, [story, *url_spellings(story)], top)
    name = title or f"newsloom: {name}"
    sys.stdout.buffer.write(as_atom(name, entries) if form == "atom" else as_rss(name, entries))
