"""`newsloom sources`: list, check, add, import and export sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from crawlers.counts import counted
from flows.cli.groups import SuggestingGroup
from flows.cli.json_output import json_option, print_json
from flows.cli.options import sources_option
from flows.errors import FlowsError


@click.group("sources", cls=SuggestingGroup)
def command() -> None:
    """List, check, add, import and export sources."""


@command.command("list")
@json_option
@sources_option
def list_sources(as_json: bool, sources: Path) -> None:
    """Check the sources file and list its sources."""
    from rich.console import Console
    from rich.table import Table

    from flows.settings import load_all

    configured, _ = load_all(sources)
    if as_json:
        print_json("sources list", (source.model_dump() for source in configured.sources))
        return
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
@click.option("--country", metavar="CODE", help="Add the publishers in the catalogue from this country (ISO 3166-1).")
@click.option("--contact", metavar="ADDRESS", help="Your contact address for publishers; saved to the sources file.")
@sources_option
def add(
    urls: tuple[str, ...],
    name: str | None,
    language: str | None,
    country: str | None,
    contact: str | None,
    sources: Path,
) -> None:
    """Add websites or catalogue publishers.

    For a website, newsloom finds the feeds and sitemaps. For a publisher in its catalogue it knows them already. Both
    are written to the sources file. With several of --from-catalogue, --language and --country, publishers fit all.

    Exit code 1: some of the websites offer no articles, or cannot be reached. The others are added.
    """
    from flows.progress import show_progress
    from flows.sources.add import add_publishers, add_websites

    from_catalogue = (name, language, country) != (None, None, None)
    if not urls and not from_catalogue:
        raise click.UsageError("Give the URL of a website, --from-catalogue NAME, --language CODE or --country CODE.")
    if contact is not None and not urls:
        raise click.UsageError("--contact is only allowed together with the URL of a website.")
    entries: list[tuple[str, str]] = []
    useless: list[str] = []
    if urls:
        with show_progress() as reporter:
            added = add_websites(sources, urls, contact, reporter)
        entries += added.entries
        useless = added.useless
        for sentence in added.known:
            click.echo(sentence)
    if from_catalogue:
        from crawlers.sources.catalogue import by_kind, by_name

        chosen = by_kind([language] if language else (), [country] if country else ())
        if name is not None:
            named = by_name(name)
            chosen = tuple(publisher for publisher in chosen if publisher in named)
        entries += add_publishers(sources, chosen)
    for _, entry in entries:
        click.echo(entry)
    for sentence in useless:
        click.echo(f"newsloom: {sentence}", err=True)
    if entries or not useless:
        click.echo(_added(len(entries), sources))
    if useless:
        raise click.exceptions.Exit(1 if entries else 2)


def _added(count: int, sources: Path) -> str:
    return f"{count} added to {sources}" if count else f"nothing to add: {sources} already has them all"


@command.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@json_option
@sources_option
def check(names: tuple[str, ...], as_json: bool, sources: Path) -> None:
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
    states = [(source.name, *classify(found[source.name], now)) for source in planned]
    broken = sum(state is not SourceState.WORKS for _, state, _ in states)
    if as_json:
        items = [{"source": name, "state": state, "summary": summary} for name, state, summary in states]
        print_json("sources check", items, ok=not broken)
    else:
        for name, state, summary in states:
            click.echo(f"{name}: {state}: {summary}")
    raise click.exceptions.Exit(1 if broken else 0)


@command.command("catalogue")
@click.option("--language", metavar="CODE", help="Only publishers in this language (ISO 639-1).")
@click.option("--country", metavar="CODE", help="Only publishers from this country (ISO 3166-1).")
@click.option("--topic", metavar="TOPIC", help="Only publishers on this topic, such as business or general.")
@json_option
def show_catalogue(language: str | None, country: str | None, topic: str | None, as_json: bool) -> None:
    """List the publishers in the catalogue.

    The columns are languages, country, topic, name and front page. `newsloom sources add --from-catalogue NAME` adds a
    publisher.
    """
    from crawlers.sources.catalogue import by_kind

    chosen = by_kind(*(() if value is None else (value,) for value in (language, country, topic)))
    if as_json:
        print_json("sources catalogue", chosen)
        return
    for found in chosen:
        click.echo("\t".join((",".join(found.languages), found.country, found.topic, found.name, found.homepage)))


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
    click.echo(f"{counted(len(configured.sources), 'source')} written to {file}")


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
