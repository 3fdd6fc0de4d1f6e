"""`newsloom init`: ask what to collect, and write sources.toml."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from crawlers.counts import counted
from crawlers.errors import NewsloomError
from flows.cli.options import sources_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MINUTES = click.FloatRange(min=0, min_open=True)
CODES = "separated by commas; leave empty for all"


@click.command("init")
@click.option(
    "--contact", metavar="ADDRESS", help="Your contact address for publishers, such as mailto:desk@example.org."
)
@click.option(
    "--language", "languages", metavar="CODE", multiple=True, help="Add publishers in this language (ISO 639-1)."
)
@click.option(
    "--country", "countries", metavar="CODE", multiple=True, help="Publishers from this country (ISO 3166-1)."
)
@click.option(
    "--topic", "topics", metavar="TOPIC", multiple=True, help="Only on this topic, such as business or general."
)
@click.option(
    "--every", metavar="MINUTES", type=click.FloatRange(min=0, min_open=True), help="Minutes between two crawls."
)
@sources_option
def command(
    contact: str | None,
    languages: tuple[str, ...],
    countries: tuple[str, ...],
    topics: tuple[str, ...],
    every: float | None,
    sources: Path,
) -> None:
    """Write a sources file with publishers from the catalogue.

    On a terminal, newsloom asks for what the options do not say. --language, --country and --topic can be given several
    times. Without any of them, the file has no publishers yet.
    """
    from crawlers.sources.catalogue import by_kind, catalogue
    from flows.errors import FlowsError
    from flows.sources.first_file import check_contact, write_first_file

    if sources.exists():
        raise FlowsError(f"{sources}: already exists; not changed. `newsloom sources add` adds to it")
    chosen = bool(languages or countries or topics)
    if sys.stdin.isatty():
        if contact is None:
            click.echo("newsloom sends a contact address with its requests, so that publishers can write to you.")
            contact = _ask("Your contact address", _checked(lambda given: check_contact(given, sources)))
        if not chosen and click.confirm(f"Add publishers from the catalogue ({len(catalogue())})?", default=True):
            chosen = True
            languages = _several("Languages, as ISO 639-1 codes", lambda codes: by_kind(languages=codes))
            countries = _several("Countries, as ISO 3166-1 codes", lambda codes: by_kind(languages, countries=codes))
            topics = _several("Topics", lambda names: by_kind(languages, countries, names))
        if every is None:
            every = click.prompt("Minutes between two crawls", default=15.0, type=MINUTES)
    publishers = by_kind(languages, countries, topics) if chosen else ()
    count = write_first_file(sources, publishers, contact, every)
    click.echo(f"{sources} written, with {counted(count, 'source')}. What to do next:")
    if not contact:
        click.echo('  give your contact address in it: contact = "mailto:…"')
    if not count:
        click.echo("  newsloom sources add URL    adds a website; --from-catalogue NAME adds a publisher")
    click.echo("  newsloom sources check      tries each source and reports whether it works")
    click.echo("  newsloom run                crawls all sources once")
    click.echo("  newsloom up                 crawls them on a schedule")


def _ask(question: str, check: Callable[[str], str]) -> str:
    answer: str = click.prompt(question, value_proc=check)
    return answer


def _several(question: str, check: Callable[[tuple[str, ...]], object]) -> tuple[str, ...]:
    """The values that the user names, checked together; none for an empty answer."""
    answer = click.prompt(
        f"{question}, {CODES}", default="", show_default=False, value_proc=_checked(lambda given: check(_split(given)))
    )
    return _split(answer)


def _split(given: str) -> tuple[str, ...]:
    return tuple(filter(None, (value.strip() for value in given.split(","))))


def _checked(check: Callable[[str], object]) -> Callable[[str], str]:
    """A conversion for click's prompt, which shows the problem and asks again."""

    def convert(given: str) -> str:
        try:
            check(given)
        except NewsloomError as error:
            raise click.BadParameter(str(error)) from error
        return given

    return convert
