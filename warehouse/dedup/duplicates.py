"""The index of fingerprints, the pairs of duplicates, and the resulting state of each article.

A day is that of the article (see `private.indexed_articles`); times are aware, in UTC. The functions here run in the
caller's transaction and read a window of days around the given articles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.temporary import id_table, table_of, temporary, uuid_array

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    import duckdb

TEXTS_AT_ONCE = 500  # texts that are read at a time

INDEXED_ARTICLES = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("article_id", pa.uuid()),
        pa.field("version_id", pa.uuid()),
        pa.field("seen_at", pa.timestamp("us", tz="UTC")),
        pa.field("first_seen_at", pa.timestamp("us", tz="UTC")),
        pa.field("published_at", pa.timestamp("us", tz="UTC")),
        pa.field("published_precision", pa.string()),
        pa.field("fingerprints", pa.int16()),
    ]
)
FINGERPRINTS = pa.schema(
    [pa.field("day", pa.date32()), pa.field("hash", pa.uint64()), pa.field("article_id", pa.uuid())]
)
PAIRS = pa.schema(
    [
        pa.field("article_id", pa.uuid()),
        pa.field("original_id", pa.uuid()),
        pa.field("kind", pa.string()),
        pa.field("similarity", pa.float32()),
        pa.field("shared", pa.int32()),
        pa.field("size", pa.int32()),
        pa.field("original_size", pa.int32()),
        pa.field("day", pa.date32()),
        pa.field("original_day", pa.date32()),
        pa.field("method", pa.string()),
    ]
)
RESOLVED = pa.schema(
    [
        pa.field("article_id", pa.uuid()),
        pa.field("duplicate_of", pa.uuid()),
        pa.field("duplicate_kind", pa.string()),
        pa.field("similarity", pa.float32()),
    ]
)
Days = tuple["date", "date"]
Seen = tuple["datetime", "datetime"]


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """A row of `private.indexed_articles`."""

    day: date
    article_id: UUID
    version_id: UUID
    seen_at: datetime
    first_seen_at: datetime
    published_at: datetime
    published_precision: str
    fingerprints: int


@dataclass(frozen=True, slots=True)
class IndexedText:
    """The text of an indexed article, and what identifies it to readers."""

    article_id: UUID
    source: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredPair:
    """A row of `duplicates`."""

    article_id: UUID
    original_id: UUID
    shared: int
    size: int
    original_size: int
    day: date
    original_day: date


@dataclass(frozen=True, slots=True)
class NewPair(StoredPair):
    """A row of `duplicates` with all of its columns."""

    kind: str
    similarity: float
    method: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """The original that an article goes back to, with kind and similarity; None for each if it is an original."""

    article_id: UUID
    duplicate_of: UUID | None
    duplicate_kind: str | None
    similarity: float | None


@dataclass(frozen=True, slots=True)
class DuplicateState:
    """The duplicate columns of a row of `article_state`."""

    article_id: UUID
    source: str
    first_seen_at: datetime
    duplicate_of: UUID | None
    duplicate_kind: str | None
    similarity: float | None
    story_id: UUID | None


def duplicate_states(
    connection: duckdb.DuckDBPyConnection, articles: Collection[UUID], seen: Seen | None = None
) -> dict[UUID, DuplicateState]:
    """The rows of `article_state` of these articles; `seen` is the range of their first sights, where it is known."""
    if not articles:
        return {}
    with temporary(connection, "wanted", id_table(articles)):
        rows = connection.execute(
            f"""
            SELECT article_id, source, first_seen_at, duplicate_of, duplicate_kind, similarity, story_id
            FROM article_state WHERE article_id IN (SELECT id FROM wanted)
            {"AND first_seen_at BETWEEN ? AND ?" if seen else ""}
            """,  # noqa: S608 - our own text
            list(seen or ()),
        ).fetchall()
    return {row[0]: DuplicateState(*row) for row in rows}


def indexed_articles(
    connection: duckdb.DuckDBPyConnection,
    articles: Collection[UUID],
    *,
    seen: Seen | None = None,
    days: Days | None = None,
) -> dict[UUID, IndexedArticle]:
    """The rows of these articles in the index; `seen` is the range of their first sights, `days` that of their days.

    Pass one of the two.
    """
    if not articles:
        return {}
    column, span = ("day", days) if days else ("first_seen_at", seen)
    assert span is not None, "one of the two is given"
    with temporary(connection, "wanted", id_table(articles)):
        rows = connection.execute(
            f"""
            SELECT * FROM private.indexed_articles
            WHERE {column} BETWEEN ? AND ? AND article_id IN (SELECT id FROM wanted)
            """,  # noqa: S608 - a column of our own
            list(span),
        ).fetchall()
    return {row[1]: IndexedArticle(*row) for row in rows}


def set_publication(connection: duckdb.DuckDBPyConnection, rows: Sequence[IndexedArticle]) -> None:
    """Set the time at which the texts of articles were first published to that of these rows."""
    if not rows:
        return
    table = pa.table(
        {
            "article_id": uuid_array([row.article_id for row in rows]),
            "published_at": pa.array([row.published_at for row in rows], pa.timestamp("us", tz="UTC")),
            "published_precision": pa.array([row.published_precision for row in rows], pa.string()),
        }
    )
    with temporary(connection, "earlier", table):
        connection.execute(
            """
            UPDATE private.indexed_articles SET published_at = earlier.published_at,
                published_precision = earlier.published_precision
            FROM earlier
            WHERE indexed_articles.article_id = earlier.article_id AND indexed_articles.day BETWEEN ? AND ?
            """,
            [min(row.day for row in rows), max(row.day for row in rows)],
        )


def remove_from_index(connection: duckdb.DuckDBPyConnection, gone: Collection[IndexedArticle]) -> None:
    """Remove articles from the index, because their texts have changed."""
    if not gone:
        return
    first, last = min(row.day for row in gone), max(row.day for row in gone)
    with temporary(connection, "wanted", id_table([row.article_id for row in gone])):
        for table in ("private.fingerprints", "private.indexed_articles"):
            connection.execute(
                f"DELETE FROM {table} WHERE day BETWEEN ? AND ? AND article_id IN (SELECT id FROM wanted)",  # noqa: S608
                [first, last],
            )


def pairs_of(connection: duckdb.DuckDBPyConnection, articles: dict[UUID, date], window: int) -> list[StoredPair]:
    """The pairs with any of the articles (with their days)."""
    if not articles:
        return []
    with temporary(connection, "wanted", id_table(articles)):
        rows = connection.execute(
            """
            SELECT article_id, original_id, shared, size, original_size, day, original_day FROM duplicates
            WHERE day BETWEEN $first - $window AND $last + $window
              AND (article_id IN (SELECT id FROM wanted) OR original_id IN (SELECT id FROM wanted))
            """,
            {"first": min(articles.values()), "last": max(articles.values()), "window": window},
        ).fetchall()
    return [StoredPair(*row) for row in rows]


def drop_pairs(connection: duckdb.DuckDBPyConnection, pairs: Sequence[StoredPair]) -> None:
    """Delete these rows of `duplicates`."""
    if not pairs:
        return
    table = pa.table(
        {
            "article_id": uuid_array([pair.article_id for pair in pairs]),
            "original_id": uuid_array([pair.original_id for pair in pairs]),
        }
    )
    days = [pair.day for pair in pairs]
    with temporary(connection, "dropped", table):
        connection.execute(
            """
            DELETE FROM duplicates USING dropped
            WHERE duplicates.article_id = dropped.article_id AND duplicates.original_id = dropped.original_id
              AND duplicates.day BETWEEN ? AND ?
            """,
            [min(days), max(days)],
        )


def add_pairs(connection: duckdb.DuckDBPyConnection, rows: Sequence[NewPair]) -> None:
    """Append pairs of duplicates."""
    if rows:
        with temporary(connection, "pairs", table_of(rows, PAIRS)):
            connection.execute("INSERT INTO duplicates BY NAME SELECT * FROM pairs ORDER BY day")


def add_to_index(connection: duckdb.DuckDBPyConnection, rows: Sequence[IndexedArticle], prints: pa.Table) -> None:
    """Append articles and their fingerprints (columns of FINGERPRINTS), by day."""
    with (
        temporary(connection, "new_articles", table_of(rows, INDEXED_ARTICLES)),
        temporary(connection, "prints", prints),
    ):
        connection.execute("INSERT INTO private.indexed_articles BY NAME SELECT * FROM new_articles ORDER BY day")
        # Grouped by article, so that DuckDB stores its identifier once for all of them.
        connection.execute(
            "INSERT INTO private.fingerprints BY NAME SELECT * FROM prints ORDER BY day, article_id, hash"
        )


def indexed_texts(connection: duckdb.DuckDBPyConnection, wanted: Sequence[IndexedArticle]) -> Iterator[IndexedText]:
    """The indexed texts of these articles, read a few hundred at a time."""
    for begin in range(0, len(wanted), TEXTS_AT_ONCE):
        some = wanted[begin : begin + TEXTS_AT_ONCE]
        versions = pa.table({"version_id": uuid_array([row.version_id for row in some])})
        with temporary(connection, "wanted_versions", versions):
            rows = connection.execute(
                """
                SELECT version.article_id, state.source, version.title, version.text
                FROM article_versions AS version
                JOIN article_state AS state ON state.article_id = version.article_id
                WHERE version.seen_at BETWEEN $first AND $last
                  AND version.version_id IN (SELECT version_id FROM wanted_versions)
                  AND state.first_seen_at BETWEEN $first_seen AND $last_seen
                """,
                {
                    "first": min(row.seen_at for row in some),
                    "last": max(row.seen_at for row in some),
                    "first_seen": min(row.first_seen_at for row in some),
                    "last_seen": max(row.first_seen_at for row in some),
                },
            ).fetchall()
            yield from (IndexedText(*row) for row in rows)


def set_resolved(connection: duckdb.DuckDBPyConnection, rows: Sequence[Resolution], seen: Seen) -> None:
    """Set the originals of articles; `seen` is the range of their first sights."""
    if rows:
        with temporary(connection, "resolved", table_of(rows, RESOLVED)):
            connection.execute(statement("resolved"), {"first": seen[0], "last": seen[1]})
