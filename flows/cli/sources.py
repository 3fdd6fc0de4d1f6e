"""`newsloom sources …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.options import sources_option
from flows.errors import FlowsError

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = """\
# The sources of newsloom. `newsloom sources list` checks this file.

[crawl]
# contact = "mailto:desk@example.org"   # goes into the user agent: publishers want to know whom to write to
delay = 1.0                             # seconds between two requests to one host
recheck_hours = [1, 6, 24, 72]          # how long after first sight an article is looked at again

[[source]]
name = "harbour-courier"                # required, unique
feeds = ["https://harbour-courier.example/feed.xml"]
language = "en"                         # ISO 639-1, for pages that do not say

# [[source]]
# name = "nordblatt"
# homepage = "https://nordblatt.example/"          # enough where the front page names its feeds
# sitemaps = ["https://nordblatt.example/sitemap.xml"]
# sections = ["https://nordblatt.example/politik"]
# include = ["/artikel/"]                          # regular expressions on article addresses
# exclude = ["/anzeige/"]
# limit = 200                                      # articles per run
"""


@click.group("sources")
def command() -> None:
    """Look at the sources, and check their file."""


@command.command("list")
@sources_option
def list_sources(sources: Path) -> None:
    """Check the file and list what it names."""
    from rich.console import Console
    from rich.table import Table

    from crawlers.sources import load_sources

    configured = load_sources(sources)
    table = Table()
    for column in ("source", "language", "asks"):
        table.add_column(column, overflow="fold")
    for source in configured.sources:
        asked = [*source.feeds, *source.sitemaps, *source.sections] or [source.homepage or ""]
        table.add_row(source.name, source.language or "", "\n".join(asked))
    Console().print(table)


@command.command("init")
@sources_option
def init(sources: Path) -> None:
    """Write a file to start from."""
    try:
        with sources.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError as error:
        raise FlowsError(f"{sources}: is there already, and is left as it is") from error
    except OSError as error:
        raise FlowsError(f"{sources}: cannot be written: {error.strerror}") from error
    click.echo(f"{sources} written: put your sources in, then `newsloom run`")
