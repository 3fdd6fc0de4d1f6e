"""Removing everything that the warehouse holds about articles, addresses or a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.search.index import remove_versions
from warehouse.sql_files import sql_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    import duckdb

    from warehouse.writer import Writer

_sql = sql_beside(__file__)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is held about an address or a source: the articles, every address that leads to them, the segments.

    `elsewhere` are the segments, in the order in which they were loaded, that hold what other sources had of a source's
    articles.
    """

    articles: tuple[UUID, ...]
    addresses: tuple[str, ...]
    segments: tuple[str, ...]
    elsewhere: tuple[str, ...]


def find_traces(connection: duckdb.DuckDBPyConnection, addresses: Sequence[str], source: str | None) -> Trace:
    """What leads to, or comes from, these spellings of an address, or a source."""
    _execute(connection, "trace", {"addresses": list(addresses), "source": source})
    articles = connection.execute("SELECT article_id FROM gone_articles ORDER BY ALL").fetchall()
    found = connection.execute("SELECT url FROM gone_addresses WHERE url IS NOT NULL ORDER BY ALL").fetchall()
    segments = connection.execute(_sql("segments"), {"source": source}).fetchall()
    elsewhere = connection.execute(
        "SELECT segment FROM segments WHERE segment IN (SELECT segment FROM elsewhere) ORDER BY loaded_at, rowid"
    ).fetchall()
    return Trace(*(tuple(value for (value,) in rows) for rows in (articles, found, segments, elsewhere)))


def requests_elsewhere(connection: duckdb.DuckDBPyConnection, segment: str) -> set[tuple[str, datetime]]:
    """What `find_traces` found last that other sources had, in a segment: addresses and times of their requests."""
    rows = connection.execute("SELECT url, fetched_at FROM elsewhere WHERE segment = ?", [segment]).fetchall()
    return {(url, fetched_at) for url, fetched_at in rows}


def remove_traces(
    writer: Writer,
    keys: Sequence[int],
    source: str | None,
    blanks: Sequence[tuple[str, str]],
    archived: Sequence[str] = (),
    then: Callable[[duckdb.DuckDBPyConnection], None] = lambda connection: None,
) -> None:
    """Remove what `find_traces` found last, in one transaction; requests stay as rows without address.

    `keys` are those of the addresses, `blanks` the texts that stand for addresses in `fetches`, as (address, text).
    The part of the search index that an article was in is made anew. What other sources had of a source's articles is
    for `then` to load anew, in the same transaction, as far as the archive still has it (`archived`: segments).
    """
    with writer.transaction() as connection:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE blanks AS SELECT unnest(?::VARCHAR[]) AS url, unnest(?::VARCHAR[]) AS text",
            [[url for url, _ in blanks], [text for _, text in blanks]],
        )
        docs = connection.execute(
            "SELECT doc FROM article_versions WHERE article_id IN (FROM gone_articles)"
        ).fetchall()
        remove_versions(connection, [doc for (doc,) in docs])
        _execute(connection, "remove", {"source": source, "keys": list(keys), "archived": list(archived)})
        then(connection)
    for table in ("gone_articles", "gone_addresses", "elsewhere", "blanks"):
        writer.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _execute(connection: duckdb.DuckDBPyConnection, name: str, given: dict[str, Any]) -> None:
    """The statements of a file, one at a time: each may take other parameters."""
    for statement in _sql(name).split(";\n"):
        connection.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})


def keep_offsets(writer: Writer, segment: str, offsets: Iterable[int]) -> None:
    """Say of a segment's requests that the archive has what they brought at these offsets alone."""
    with writer.transaction() as connection:
        connection.execute(
            "UPDATE fetches SET warc_offset = NULL "
            "WHERE segment = ? AND warc_offset NOT IN (SELECT unnest(?::BIGINT[]))",
            [segment, list(offsets)],
        )
