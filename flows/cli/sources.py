"""`newsloom sources …`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from flows.cli.options import sources_option
from flows.errors import FlowsError

EXAMPLE = """\
# The sources of newsloom. `newsloom sources list` checks this file.

[crawl]
contact = "mailto:desk@example.org"     # yours: goes into the user agent, so that publishers can write to you
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

    from flows.settings import load_all

    configured, _ = load_all(sources)
    table = Table()
    for column in ("source", "language", "asks"):
        table.add_column(column, overflow="fold")
    for source in configured.sources:
        asked = [*source.feeds, *source.sitemaps, *source.sections] or [source.homepage or ""]
        table.add_row(source.name, source.language or "", "\n".join(asked))
    Console().print(table)


@command.command("add")
@click.argument("urls", nargs=-1, metavar="[URL]…")
@click.option(
    "--from-catalogue", "name", metavar="NAME", help="Publishers of the catalogue with this (part of a) name."
)
@click.option("--language", metavar="CODE", help="Publishers of the catalogue in this language (ISO 639-1).")
@click.option("--contact", metavar="ADDRESS", help="Yours, for publishers to write to; is written into the file.")
@sources_option
def add(urls: tuple[str, ...], name: str | None, language: str | None, contact: str | None, sources: Path) -> None:
    """Write entries into the file: of websites, whose feeds and sitemaps are found, or of the catalogue."""
    from flows.sources.add import add_publishers, add_websites

    if not urls and name is None and language is None:
        raise click.UsageError("nothing to add: give addresses of websites, --from-catalogue or --language")
    if contact is not None and not urls:
        raise click.UsageError("--contact goes with addresses of websites, which are asked at once")
    entries = add_websites(sources, urls, contact) if urls else []
    if name is not None or language is not None:
        from crawlers.sources.catalogue import by_language, by_name

        chosen = by_name(name) if name is not None else by_language(language or "")
        if name is not None and language is not None:
            chosen = tuple(publisher for publisher in chosen if publisher in by_language(language))
        entries += add_publishers(sources, chosen)
    for _, entry in entries:
        click.echo(entry)
    click.echo(f"{len(entries)} added to {sources}" if entries else f"{sources} has them all already")


@command.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@sources_option
def check(names: tuple[str, ...], sources: Path) -> None:
    """Try the sources live, a few pages of each, and say of each whether it works, and why not.

    All of them, or those named. Ends with 1 where one does not work.
    """
    from datetime import UTC, datetime

    from crawlers.plan.build import entry_points, plan_source
    from crawlers.sources.contact import require_contact
    from crawlers.sources.model import load_sources, user_agent
    from flows.sources.probe import LISTINGS, PAGES, SourceState, classify, probe

    configured = load_sources(sources)
    require_contact(configured, sources)
    now = datetime.now(UTC)
    known = {source.name: source for source in configured.sources}
    missing = [name for name in names if name not in known]
    if missing:
        raise FlowsError(f"{sources}: there is no source {', '.join(missing)}; there are: {', '.join(known)}")
    planned = [
        replace(
            plan_source(source, configured.settings, entry_points(source), now), limit=PAGES, listing_limit=LISTINGS
        )
        for name, source in known.items()
        if not names or name in names
    ]
    found = probe(planned, user_agent(configured.settings))
    broken = 0
    for source in planned:
        state, said = classify(found[source.name], now)
        broken += state is not SourceState.WORKS
        click.echo(f"{source.name}: {state}: {said}")
    raise click.exceptions.Exit(1 if broken else 0)


@command.command("catalogue")
@click.option("--language", metavar="CODE", help="Only publishers in this language (ISO 639-1).")
def show_catalogue(language: str | None) -> None:
    """List the publishers that come with newsloom, for `sources add --from-catalogue`."""
    from crawlers.sources.catalogue import by_language, catalogue

    for publisher in by_language(language) if language else catalogue():
        click.echo(f"{','.join(publisher.languages)}\t{publisher.name}\t{publisher.homepage}")


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@sources_option
def export(file: Path, sources: Path) -> None:
    """Write the sources as OPML, which feed readers take."""
    from crawlers.sources.model import load_sources
    from crawlers.sources.opml import to_opml

    configured = load_sources(sources)
    try:
        file.write_bytes(to_opml(configured.sources))
    except OSError as error:
        raise FlowsError(f"{file}: cannot be written: {error.strerror}") from error
    click.echo(f"{len(configured.sources)} sources written to {file}")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@sources_option
def import_opml(file: Path, sources: Path) -> None:
    """Add the feeds of an OPML file, as a feed reader exports it, to the sources."""
    from crawlers.sources.opml import from_opml
    from flows.sources.add import add_outlines

    entries = add_outlines(sources, from_opml(file))
    click.echo(f"{len(entries)} added to {sources}" if entries else f"{sources} has them all already")


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
