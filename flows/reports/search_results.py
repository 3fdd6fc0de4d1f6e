"""Searches with the macro `search`, and formats the results as text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import duckdb

from flows.errors import FlowsError

if TYPE_CHECKING:
    from datetime import datetime

WIDTH = 100


def search_query(query: str, *, top: int, language: str | None, since: datetime | None) -> str:
    """The SQL for a search. `since` is naive, in UTC."""
    options = [f"top := {top}"]
    if language is not None:
        options.append(f"in_language := {_text(language.lower())}")
    if since is not None:
        options.append(f"since := TIMESTAMPTZ '{since.isoformat(sep=' ')}+00'")
    return f"FROM search({_text(query)}, {', '.join(options)})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def as_text(connection: duckdb.DuckDBPyConnection, sql: str, query: str) -> str:
    """The articles found, as text. Raises FlowsError if the warehouse has no search index."""
    try:
        rows = connection.execute(f"SELECT published_at, source, title, url, snippet FROM ({sql})").fetchall()  # noqa: S608
    except duckdb.CatalogException as error:
        raise FlowsError(
            "this warehouse was published by a version of newsloom without search; `newsloom run` publishes it again"
        ) from error
    except duckdb.InvalidInputException as error:  # a query with operators
        raise FlowsError(str(error).removeprefix("Invalid Input Error: ")) from error
    if not rows:
        return f"no article contains all words of {query!r}\n"
    return "\n".join(
        "\n".join(filter(None, (f"{published_at:%Y-%m-%d %H:%M}  {source}", title, _filled(snippet), url))) + "\n"
        for published_at, source, title, url, snippet in rows
    )


def _filled(snippet: str | None) -> str | None:
    """The snippet in lines; only the first 20 articles have one."""
    return None if snippet is None else textwrap.fill(snippet, WIDTH)
