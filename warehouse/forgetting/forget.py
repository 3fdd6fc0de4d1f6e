"""Removes everything that the warehouse stores about articles, URLs or a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.names.store import remove_names
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
    """What is stored about a URL or a source: the articles, all URLs that lead to them, the segments.

    `elsewhere` are the segments with pages of other sources about a source's articles, in the order of loading.
    """

    articles: tuple[UUID, ...]
    urls: tuple[str, ...]
    segments: tuple[str, ...]
    elsewhere: tuple[str, ...]


def find_traces(connection: duckdb.DuckDBPyConnection, urls: Sequence[str], source: str | None) -> Trace:
    """Everything that leads to, or comes from, these spellings of a URL, or a source."""
    _execute(connection, "trace", {"urls": list(urls), "source": source})
    articles = connection.execute("SELECT article_id FROM gone_articles ORDER BY ALL").fetchall()
    found = connection.execute("SELECT url FROM gone_urls WHERE url IS NOT NULL ORDER BY ALL").fetchall()
    segments = connection.execute(_sql("segments"), {"source": source}).fetchall()
    elsewhere = connection.execute(
        "SELECT segment FROM segments WHERE segment IN (SELECT segment FROM elsewhere) ORDER BY loaded_at, rowid"
    ).fetchall()
    return Trace(*(tuple(value for (value,) in rows) for rows in (articles, found, segments, elsewhere)))


def count_traces(connection: duckdb.DuckDBPyConnection, urls: Sequence[str], source: str | None) -> tuple[int, int]:
    """The numbers of articles, and of stored pages and listings, of these spellings of a URL, or of a source."""
    found = find_traces(connection, urls, source)
    ((pages,),) = connection.execute(
        "SELECT count(*) FROM fetches WHERE warc_offset IS NOT NULL AND CASE WHEN $source IS NULL "
        "THEN url IN (FROM gone_urls) OR final_url IN (FROM gone_urls) ELSE source = $source END",
        {"source": source},
    ).fetchall()
    return len(found.articles), pages


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The keys of forgotten URLs that were requested (`url_key`), and the segments with these requests.

    The URLs of forgotten sources are not among the keys, because another source may list them.
    """

    keys: frozenset[int] = frozenset()
    segments: frozenset[str] = frozenset()


def find_forgotten(connection: duckdb.DuckDBPyConnection) -> Forgotten:
    """What has been forgotten so far, on whichever machine."""
    rows = connection.execute(
        "SELECT DISTINCT segment, url[11:], source = 'forgotten' FROM fetches "
        "WHERE regexp_full_match(url, 'forgotten:[0-9a-f]{16}')"
    ).fetchall()
    return Forgotten(
        frozenset(int(key, 16) for _, key, of_source in rows if not of_source),
        frozenset(segment for segment, _, _ in rows),
    )


def archived_of(connection: duckdb.DuckDBPyConnection, segments: Iterable[str]) -> list[str]:
    """Those of these segments that were not removed from the archive."""
    rows = connection.execute(
        "SELECT segment FROM segments WHERE removed_at IS NULL AND list_contains(?::VARCHAR[], segment) ORDER BY ALL",
        [list(segments)],
    ).fetchall()
    return [name for (name,) in rows]


def stored_sources(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all sources of which anything is stored."""
    rows = connection.execute(
        "SELECT source FROM article_state UNION SELECT source FROM fetches UNION SELECT source FROM aliases "
        "UNION SELECT source FROM private.frontier ORDER BY ALL"
    ).fetchall()
    return [name for (name,) in rows]


def requests_elsewhere(connection: duckdb.DuckDBPyConnection, segment: str) -> set[tuple[str, datetime]]:
    """The requests of other sources in a segment that the last `find_traces` found, as (URL, time)."""
    rows = connection.execute("SELECT url, fetched_at FROM elsewhere WHERE segment = ?", [segment]).fetchall()
    return {(url, fetched_at) for url, fetched_at in rows}


def remove_traces(
    writer: Writer,
    keys: Sequence[int],
    source: str | None,
    placeholders: Sequence[tuple[str, str]],
    archived: Sequence[str] = (),
    then: Callable[[duckdb.DuckDBPyConnection], None] = lambda connection: None,
) -> None:
    """Remove what the last `find_traces` found, in one transaction; requests stay as rows without a URL.

    `keys` are those of the URLs; `placeholders` replace URLs in `fetches`, as (URL, text). The parts of the search
    index with the articles are rewritten. `then` loads the pages of other sources about a source's articles again, in
    the same transaction, if the archive still has them (`archived`: segments).
    """
    with writer.transaction() as connection:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE placeholders AS "
            "SELECT unnest(?::VARCHAR[]) AS url, unnest(?::VARCHAR[]) AS text",
            [[url for url, _ in placeholders], [text for _, text in placeholders]],
        )
        docs = connection.execute(
            "SELECT doc FROM article_versions WHERE article_id IN (FROM gone_articles)"
        ).fetchall()
        remove_versions(connection, [doc for (doc,) in docs])
        remove_names(connection, [doc for (doc,) in docs])
        _execute(connection, "remove", {"source": source, "keys": list(keys), "archived": list(archived)})
        then(connection)
    for table in ("gone_articles", "gone_urls", "elsewhere", "placeholders"):
        writer.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _execute(connection: duckdb.DuckDBPyConnection, name: str, given: dict[str, object]) -> None:
    """Run the statements of a file one at a time, each with the parameters that it takes."""
    for statement in _sql(name).split(";\n"):
        connection.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})


def keep_offsets(writer: Writer, segment: str, offsets: Iterable[int]) -> None:
    """Clear the offsets of a segment's requests whose responses are no longer in the archive."""
    with writer.transaction() as connection:
        connection.execute(
            "UPDATE fetches SET warc_offset = NULL "
            "WHERE segment = ? AND warc_offset NOT IN (SELECT unnest(?::BIGINT[]))",
            [segment, list(offsets)],
        )
