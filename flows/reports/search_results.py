"""The results of a search as text."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from warehouse.search.query import Search, query_errors

if TYPE_CHECKING:
    import duckdb

WIDEST = 100
"""Columns of a snippet at most; longer lines are hard to read."""


def as_text(connection: duckdb.DuckDBPyConnection, search: Search, top: int) -> str:
    """The best matches as text. Raises QuerySyntaxError, and WarehouseError if the file has no such search."""
    with query_errors():
        rows = connection.execute(
            f"SELECT published_at, source, title, url, snippet FROM {search.best(top)}"  # noqa: S608
        ).fetchall()
    if not rows:
        unknown = _unknown_sources(connection, search)
        return f"no article matches {search.query!r}\n" + unknown
    return "\n".join(
        "\n".join(filter(None, (f"{published_at:%Y-%m-%d %H:%M}  {source}", title, _filled(snippet), url))) + "\n"
        for published_at, source, title, url, snippet in rows
    )


def _unknown_sources(connection: duckdb.DuckDBPyConnection, search: Search) -> str:
    """A line about sources that are asked for and have no articles; empty if there are none."""
    known = {name for (name,) in connection.execute("SELECT DISTINCT source FROM article_state").fetchall()}
    missing = ", ".join(name for name in search.sources if name not in known)
    return f"no articles are from {missing}; sources: {', '.join(sorted(known))}\n" if missing else ""


def _filled(snippet: str | None) -> str | None:
    """The snippet in lines; only the first 20 articles have one."""
    return None if snippet is None else textwrap.fill(snippet, min(shutil.get_terminal_size().columns, WIDEST))
