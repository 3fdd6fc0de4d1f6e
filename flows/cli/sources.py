"""`newsloom sources`: list, check, add, import and export sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from flows.cli.options import sources_option
from flows.errors import FlowsError

EXAMPLE = """\
# The sources that newsloom crawls. Check this file with `newsloom sources list`.

[crawl]
# contact = "mailto:…"                  # your contact address for publishers; required before the first run
delay = 1.0                             # seconds between two requests to the same host
recheck_hours = [1, 6, 24, 72]          # hours after the first fetch at which an article is checked again

[[source]]
name = "harbour-courier"                # required, unique
feeds = ["https://harbour-courier.example/feed.xml"]
language = "en"                         # ISO 639-1; used for pages that do not state their language

# [[source]]
# name = "nordblatt"
# homepage = "https://nordblatt.example/"          # sufficient if the front page names its feeds
# sitemaps = ["https://nordblatt.example/sitemap.xml"]
# sections = ["https://nordblatt.example/politik"]
# include = ["/artikel/"]                          # regular expressions for article URLs
# exclude = ["/anzeige/"]
# limit = 200                                      # maximum number of new articles per run
"""


@click.group("sources")
def command() -> None:
    """List, check, add, import and export sources."""


@command.command("list")
@sources_option
def list_sources(sources: Path) -> None:
    """Check the sources file and list its sources."""
    from rich.console import Console
    from rich.table import Table

    from flows.settings import load_all

    configured, _ = load_all(sources)
    table = Table()
    for column in ("source", "language", "requests"):
        table.add_column(column, overflow="fold")
    for source in configured.sources:
        urls = [*source.feeds, *source.sitemaps, *source.sections] or [source.homepage or ""]
        table.add_row(source.name, source.language or "", "\n".join(urls))
    Console().print(table)


@command.command("add")
@click.argument("urls", nargs=-1, metavar="[URL]…")
@click.option(
    "--from-catalogue", "name", metavar="NAME", help="Add the publishers in the catalogue whose name contains NAME."
)
@click.option("--language", metavar="CODE", help="Add the publishers in the catalogue with this language (ISO 639-1).")
@click.option("--contact", metavar="ADDRESS", help="Your contact address for publishers; saved to the sources file.")
@sources_option
def add(urls: tuple[str, ...], name: str | None, language: str | None, contact: str | None, sources: Path) -> None:
    """Add websites or catalogue publishers.

    For a website, newsloom finds the feeds and sitemaps. For a publisher in its catalogue it knows them already. Both
    are written to the sources file.
    """
    from flows.progress import show_progress
    from flows.sources.add import add_publishers, add_websites

    if not urls and name is None and language is None:
        raise click.UsageError("Give the URL of a website, --from-catalogue NAME or --language CODE.")
    if contact is not None and not urls:
        raise click.UsageError("--contact is only allowed together with the URL of a website.")
    entries: list[tuple[str, str]] = []
    if urls:
        with show_progress() as reporter:
            added = add_websites(sources, urls, contact, reporter)
        entries += added.entries
        for sentence in added.known:
            click.echo(sentence)
    if name is not None or language is not None:
        from crawlers.sources.catalogue import by_language, by_name

        chosen = by_name(name) if name is not None else by_language(language or "")
        if name is not None and language is not None:
            chosen = tuple(publisher for publisher in chosen if publisher in by_language(language))
        entries += add_publishers(sources, chosen)
    for _, entry in entries:
        click.echo(entry)
    click.echo(_added(len(entries), sources))


def _added(count: int, sources: Path) -> str:
    return f"{count} added to {sources}" if count else f"nothing to add: {sources} already has them all"


@command.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@sources_option
def check(names: tuple[str, ...], sources: Path) -> None:
    """Try each source and report whether it works.

    Crawls a few pages of all sources, or of those named, and reports what is wrong with those that do not work. Nothing
    is stored.

    Exit code 1: at least one source does not work.
    """
    from datetime import UTC, datetime

    from crawlers.plan.build import entry_points, plan_source
    from crawlers.sources.contact import require_contact
    from crawlers.sources.model import load_sources, user_agent
    from flows.progress import show_progress
    from flows.sources.probe import LISTINGS, PAGES, SourceState, classify, probe

    configured = load_sources(sources)
    require_contact(configured, sources)
    now = datetime.now(UTC)
    known = {source.name: source for source in configured.sources}
    missing = [name for name in names if name not in known]
    if missing:
        raise FlowsError(f"{sources}: unknown source: {', '.join(missing)}; available: {', '.join(known)}")
    planned = [
        replace(
            plan_source(source, configured.settings, entry_points(source), now), limit=PAGES, listing_limit=LISTINGS
        )
        for name, source in known.items()
        if not names or name in names
    ]
    with show_progress() as reporter:
        found = probe(planned, user_agent(configured.settings), reporter)
    broken = 0
    for source in planned:
        state, summary = classify(found[source.name], now)
        broken += state is not SourceState.WORKS
        click.echo(f"{source.name}: {state}: {summary}")
    raise click.exceptions.Exit(1 if broken else 0)


@command.command("catalogue")
@click.option("--language", metavar="CODE", help="Only publishers in this language (ISO 639-1).")
def show_catalogue(language: str | None) -> None:
    """List the publishers in the catalogue.

    Add them with `newsloom sources add --from-catalogue NAME`.
    """
    from crawlers.sources.catalogue import by_language, catalogue

    for publisher in by_language(language) if language else catalogue():
        click.echo(f"{','.join(publisher.languages)}\t{publisher.name}\t{publisher.homepage}")


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@sources_option
def export(file: Path, sources: Path) -> None:
    """Export the sources as OPML for feed readers."""
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
    """Add the feeds of an OPML file.

    Feed readers export such files.
    """
    from crawlers.sources.opml import from_opml
    from flows.sources.add import add_outlines

    entries = add_outlines(sources, from_opml(file))
    click.echo(_added(len(entries), sources))


@command.command("init")
@sources_option
def init(sources: Path) -> None:
    """Write an example sources file."""
    try:
        with sources.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError as error:
        raise FlowsError(f"{sources}: already exists; not changed") from error
    except OSError as error:
        raise FlowsError(f"{sources}: cannot be written: {error.strerror}") from error
    click.echo(f"{sources} written. Add your contact address and your sources to it, then run `newsloom run`.")
