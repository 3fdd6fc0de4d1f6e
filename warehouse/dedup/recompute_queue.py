"""The queue of articles whose duplicates and stories are to be found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.dedup.current_texts import CurrentText
from warehouse.dedup.statements import statement

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    import duckdb


@dataclass(frozen=True, slots=True)
class QueuedPublication:
    """Another publication of the text of a queued article."""

    article_id: UUID
    source: str
    published_at: datetime | None
    published_precision: str | None
    seen_at: datetime


def queue_length(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of articles in the queue."""
    return int(connection.execute("SELECT count(*) FROM private.restory").fetchall()[0][0])


def queue_all_articles(connection: duckdb.DuckDBPyConnection) -> int:
    """Delete all duplicates and stories, and queue every article; returns the number of articles."""
    connection.execute(statement("restory_fill"))
    return queue_length(connection)


def queue_articles(connection: duckdb.DuckDBPyConnection, article_ids: Collection[UUID]) -> None:
    """Append articles to the queue, in the caller's transaction."""
    connection.execute(
        """
        INSERT INTO private.restory
        SELECT (SELECT coalesce(max(number), 0) FROM private.restory)
                   + row_number() OVER (ORDER BY state.first_seen_at, state.doc),
               state.article_id, version.seen_at
        FROM article_state AS state
        JOIN article_versions AS version ON version.version_id = state.version_id
        WHERE state.article_id IN (SELECT unnest(?::UUID[]))
        """,
        [list(article_ids)],
    )


def take_queued_articles(
    connection: duckdb.DuckDBPyConnection, many: int
) -> tuple[list[CurrentText], list[QueuedPublication]]:
    """Take the next articles out of the queue, in the caller's transaction.

    Also returns their other publications: other URLs of their texts, and their earlier versions. Articles that a run
    has put into stories meanwhile are skipped.
    """
    while True:
        connection.execute("CREATE OR REPLACE TEMP TABLE taken AS FROM private.restory ORDER BY number LIMIT ?", [many])
        span = connection.execute("SELECT min(seen_at), max(seen_at), max(number) FROM taken").fetchall()[0]
        if span[0] is None:
            return [], []
        rows = connection.execute(statement("restory_take"), {"first": span[0], "last": span[1]}).fetchall()
        others = connection.execute(
            """
            SELECT DISTINCT article_id, source, published_at, published_precision, seen_at
            FROM aliases WHERE kind = 'same_text' AND article_id IN (SELECT article_id FROM taken)
            UNION
            SELECT state.article_id, state.source, version.published_at, version.published_precision,
                   state.first_seen_at
            FROM article_state AS state
            JOIN article_versions AS version ON version.article_id = state.article_id AND version.doc <> state.doc
            WHERE state.versions > 1 AND state.article_id IN (SELECT article_id FROM taken)
              AND version.seen_at <= $last
            ORDER BY ALL
            """,
            {"last": span[1]},
        ).fetchall()
        connection.execute("DELETE FROM private.restory WHERE number <= ?", [span[2]])
        if rows:
            return [CurrentText(*row) for row in rows], [QueuedPublication(*other) for other in others]


def count_duplicates_and_stories(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """The number of articles that are duplicates, and of stories."""
    row = connection.execute(
        "SELECT (SELECT count(duplicate_of) FROM article_state), (SELECT count(*) FROM stories)"
    ).fetchall()[0]
    return int(row[0]), int(row[1])
