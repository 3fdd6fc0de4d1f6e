"""Searches for use in SQL: a query of the query language with its filters, and what is wrong with one.

The language is parsed by the macro `parse_query`, in SQL: whoever opens the published file with DuckDB alone gets the
same articles as this package. docs/querying.md describes it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from warehouse.errors import WarehouseError
from warehouse.literals import literal, time_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

_MISTAKE = "Invalid Input Error: query: "  # how DuckDB shows the errors of the macros


class QuerySyntaxError(WarehouseError):
    """A mistake in a query. The message points at the character; it has three lines."""


@dataclass(frozen=True, slots=True)
class Search:
    """A query and its filters, as SQL. All methods return SQL to read from; run it within `query_errors`.

    `since` and `until` are the times of publication (`until` is not included); naive ones are in UTC. `sources` are
    names, and none means all. `language` is an ISO 639-1 code. `unique` leaves out copies of other articles.

    >>> search = Search('flood OR "high water"', sources=("courier",))
    >>> connection.sql(f"SELECT day, sum(articles) FROM {search.coverage()} GROUP BY day")
    >>> connection.sql(f"FROM articles WHERE article_id IN (SELECT article_id FROM {search.matching()})")
    """

    query: str
    since: datetime | None = None
    until: datetime | None = None
    sources: Sequence[str] = ()
    language: str | None = None
    unique: bool = False

    def best(self, top: int = 20) -> str:
        """The `top` best matches: the macro `search` with its columns."""
        return f"search({literal(self.query)}, top := {top:d}{self._options()})"

    def matching(self) -> str:
        """All matches, without an order: article_id, source, day, published_at, language."""
        return f"matching([{literal(self.query)}]{self._options()})"

    def coverage(self) -> str:
        """The number of matches per day and source: day, source, articles, of_articles, share."""
        return f"coverage({literal(self.query)}{self._options()})"

    def share_of_voice(self, *others: str) -> str:
        """This query beside others, with the filters of this one: day, term (the query), articles, share."""
        return f"share_of_voice([{', '.join(map(literal, (self.query, *others)))}]{self._options()})"

    def _options(self) -> str:
        options = []
        if self.since is not None:
            options.append(f"since := {time_literal(self.since)}")
        if self.until is not None:
            options.append(f"until := {time_literal(self.until)}")
        if self.sources:
            options.append(f"of_sources := [{', '.join(map(literal, self.sources))}]")
        if self.language is not None:
            options.append(f"in_language := {literal(self.language.lower())}")
        if self.unique:
            options.append("unique_only := true")
        return "".join(f", {option}" for option in options)


@contextmanager
def query_errors() -> Iterator[None]:
    """Raise QuerySyntaxError for a mistake in a query, and WarehouseError for a file without the query language."""
    try:
        yield
    except duckdb.InvalidInputException as error:
        said = str(error)
        if not said.startswith(_MISTAKE):
            raise
        raise QuerySyntaxError("query: " + said.removeprefix(_MISTAKE)) from error
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        if "search" not in str(error) and "matching" not in str(error) and "unique_only" not in str(error):
            raise
        raise WarehouseError(
            "this warehouse was published by a version of newsloom without this search; `newsloom run` publishes it "
            "again"
        ) from error


def check_query(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise QuerySyntaxError if a query has a mistake; takes some milliseconds, and looks up nothing."""
    with query_errors():
        connection.execute("SELECT count(*) FROM parse_query([?])", [query]).fetchall()
