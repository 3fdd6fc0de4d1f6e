"""Statistics over many articles, computed daily and not per batch: common fingerprints and document frequencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.dedup.statements import statement
from warehouse.results import one_row
from warehouse.temporary import temporary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from uuid import UUID

    import duckdb

TEXTS_AT_ONCE = 500


def frequent_fingerprints(
    connection: duckdb.DuckDBPyConnection, since: date, many: int
) -> list[list[tuple[date, UUID, bool]]]:
    """The articles, with their days, of each fingerprint that at least `many` have had since a day.

    Without fingerprints that are known as common. Copies at other sites count as one article. In the form of
    `Matches.crowded`, all of them new.
    """
    rows = connection.execute(statement("frequent"), {"since": since, "many": many}).fetchall()
    return [[(day, article, True) for day, article in zip(*columns, strict=True)] for columns in rows]


def holders_of_common(connection: duckdb.DuckDBPyConnection, since: date, found: datetime) -> dict[UUID, date]:
    """The articles since a day, with their days, that have shingles which have been found to be common since a time."""
    rows = connection.execute(
        """
        SELECT DISTINCT article_id, day FROM private.fingerprints
        WHERE day >= ? AND hash IN (SELECT hash FROM private.common_fingerprints WHERE found_at >= ?)
        """,
        [since, found],
    ).fetchall()
    return dict(rows)


def story_sample(
    connection: duckdb.DuckDBPyConnection, least: int, most: int
) -> Iterator[tuple[UUID, str | None, str, str]]:
    """One article per story, of the latest `most` stories of each language with at least `least`.

    As (version_id, language, title, text).
    """
    cursor = connection.cursor()
    (catalog,) = connection.execute("SELECT current_database()").fetchall()[0]
    cursor.execute(f'USE "{catalog}"')  # a cursor starts in the database that was opened first
    cursor.execute(statement("story_sample"), {"least": least, "most": most})
    while rows := cursor.fetchmany(TEXTS_AT_ONCE):
        yield from rows


def set_document_frequencies(connection: duckdb.DuckDBPyConnection, shares: Mapping[str, Mapping[int, float]]) -> None:
    """Replace the document frequencies of these languages."""
    for language, found in shares.items():
        connection.execute("DELETE FROM private.document_frequencies WHERE language = ?", [language])
        table = pa.table(
            {
                "language": pa.array([language] * len(found)),
                "term": pa.array(list(found), pa.uint32()),
                "share": pa.array(list(found.values()), pa.float32()),
            }
        )
        with temporary(connection, "terms_found", table):
            connection.execute(
                "INSERT INTO private.document_frequencies BY NAME SELECT * FROM terms_found ORDER BY term"
            )


def count_stories(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of stories."""
    return int(connection.execute("SELECT count(*) FROM stories").fetchall()[0][0])


def last_upkeep(connection: duckdb.DuckDBPyConnection, task: str) -> tuple[datetime, int] | None:
    """When a task was last done, and the number of stories at that time."""
    row = one_row(
        connection,
        "SELECT done_at, stories FROM private.upkeep WHERE task = ? ORDER BY done_at DESC LIMIT 1",
        [task],
    )
    return None if row is None else (row[0], int(row[1]))


def record_upkeep(connection: duckdb.DuckDBPyConnection, task: str, now: datetime) -> None:
    """Record that a task was done."""
    connection.execute("DELETE FROM private.upkeep WHERE task = ?", [task])
    connection.execute("INSERT INTO private.upkeep SELECT ?, ?, count(*) FROM stories", [task, now])
