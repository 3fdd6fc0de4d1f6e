"""Options that several commands share."""

from __future__ import annotations

import functools
from datetime import MAXYEAR, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

R = TypeVar("R")


class DataPath(click.Path):
    """The path of a data directory, which DuckDB must be able to open."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, context: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse the empty path, which would be the current folder, and "?", from which DuckDB reads options."""
        if not str(value):
            self.fail("the path is empty; expected a directory, such as newsloom-data", param, context)
        if "?" in str(Path(value).absolute()):
            self.fail(f"{value}: DuckDB does not open files whose path contains a question mark", param, context)
        return super().convert(value, param, context)


data_option = click.option(
    "--data",
    type=DataPath(path_type=Path, file_okay=False),
    envvar="NEWSLOOM_DATA",
    default=Path("newsloom-data"),
    show_default=True,
    show_envvar=True,
    help="Data directory: warehouse, archive and state.",
)


def _sources_option(what: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    return click.option(
        "--sources",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="NEWSLOOM_SOURCES",
        default=Path("sources.toml"),
        show_default=True,
        show_envvar=True,
        help=what,
    )


sources_option = _sources_option("File that lists the sources.")
extract_option = _sources_option("Sources file, if there is one: [extract] in it says which processes extract.")
alerts_option = _sources_option("Sources file, if there is one: [alerts] in it says what needs attention.")
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for another newsloom process that writes to the same data directory.",
)


class Until(click.DateTime):
    """A time, or a day that is included."""

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> datetime:
        """The time; for a day, the beginning of the next one."""
        if isinstance(value, datetime):
            return value
        moment: datetime = super().convert(value, param, context)
        if len(str(value)) != len("2026-03-01"):
            return moment
        if moment.year == MAXYEAR:
            self.fail(f"{value}: is too late; allowed: days up to {MAXYEAR - 1}-12-31", param, context)
        return moment + timedelta(days=1)


_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
TIME = click.DateTime(_FORMATS)
UNTIL = Until(_FORMATS)


def _language(context: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from crawlers.languages import ISO_639_1

    if value is not None and value.lower() not in ISO_639_1:
        from crawlers.sources.validation import nearest_language

        raise click.BadParameter(
            f'found "{value}"; allowed: a two-letter ISO 639-1 code, such as "en"{nearest_language(value)}'
        )
    return value


def check_languages(context: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str | None, ...]:
    """Several languages of an option."""
    return tuple(_language(context, param, value) for value in values)


def search_options(command: Callable[..., R]) -> Callable[..., R]:
    """The argument QUERY and the filters of a search, passed to the command as `search`, a warehouse.search Search."""
    return _with_search(command, required=True)


def optional_search_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same, but QUERY may be missing: then it is that of the sources, and empty without any."""
    return _with_search(command, required=False)


def _with_search(command: Callable[..., R], *, required: bool) -> Callable[..., R]:
    @click.argument("query", required=required)
    @click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source. Repeat for several.")
    @click.option(
        "--language",
        metavar="CODE",
        callback=_language,
        help="Only articles in this language (ISO 639-1, two letters).",
    )
    @click.option(
        "--since",
        type=TIME,
        help="Only articles published since this time (UTC).",
    )
    @click.option(
        "--until",
        type=UNTIL,
        help="Only articles published before this time (UTC), or up to this day.",
    )
    @click.option("--unique", is_flag=True, help="Only articles that are not copies of others.")
    @functools.wraps(command)
    def with_search(
        query: str | None,
        sources: tuple[str, ...],
        language: str | None,
        since: datetime | None,
        until: datetime | None,
        unique: bool,
        **rest: object,
    ) -> R:
        from warehouse.search.query import Search

        if query is None:
            query = " OR ".join(f'source:"{source}"' for source in sources)
        return command(search=Search(query, since, until, sources, language, unique), **rest)

    return with_search
