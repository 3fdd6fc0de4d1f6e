"""The ledger: which segments are loaded, in which order, and what the archive no longer has of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.results import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb
    import pyarrow as pa

    from warehouse.writer import Writer

NOT_IN_ARCHIVE = ("runs", "sources", "source_profiles")  # tables that the archive cannot restore
ROWS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class ArchivedSegment:
    """A loaded segment that was not removed from the archive.

    `fetches` is the number of entries in its log, `last_offset` the greatest offset in its WARC file with a response.
    """

    segment: str
    fetches: int
    last_offset: int | None


def segments_in_order(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """All loaded segments in the order in which they were loaded."""
    rows = connection.execute("SELECT segment FROM segments ORDER BY loaded_at, rowid").fetchall()
    return [name for (name,) in rows]


def archived_segments(connection: duckdb.DuckDBPyConnection) -> list[ArchivedSegment]:
    """The loaded segments that the archive should have, by name."""
    rows = connection.execute(
        "SELECT segments.segment, any_value(segments.fetches), max(fetches.warc_offset) "
        "FROM segments LEFT JOIN fetches USING (segment) WHERE segments.removed_at IS NULL "
        "GROUP BY segments.segment ORDER BY segments.segment"
    ).fetchall()
    return [ArchivedSegment(*row) for row in rows]


def stored_records(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, int | None]]:
    """Segment and offset of every page that a version of an article came from, and None for every segment that the
    archive should have; sorted by segment."""
    rows = connection.execute(
        "SELECT DISTINCT segment, warc_offset FROM article_versions WHERE warc_offset IS NOT NULL "
        "UNION ALL SELECT segment, NULL FROM segments WHERE removed_at IS NULL ORDER BY ALL"
    )
    while some := rows.fetchmany(ROWS_AT_ONCE):
        yield from some


Request = tuple[str, str, str, int | None, int, int, datetime, int | None]
"""URL, source, kind, status, bytes, milliseconds, time (UTC) and offset of a request."""


def segments_with_requests(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The loaded segments that the archive should have and whose requests are still in the table `fetches`."""
    rows = connection.execute(
        "SELECT segment FROM segments WHERE removed_at IS NULL AND requests_removed_at IS NULL ORDER BY segment"
    ).fetchall()
    return [name for (name,) in rows]


def requests_of(connection: duckdb.DuckDBPyConnection, segment: str) -> list[Request]:
    """The requests of a loaded segment."""
    return connection.execute(
        "SELECT url, source, kind, status, bytes, ms, fetched_at, warc_offset FROM fetches WHERE segment = ?",
        [segment],
    ).fetchall()


def count_removed(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """The number of segments that were removed from the archive, and of versions that came from them."""
    removed = "SELECT segment FROM segments WHERE removed_at IS NOT NULL"
    segments, versions = connection.execute(
        f"SELECT (SELECT count(*) FROM ({removed})), count(*) FROM article_versions WHERE segment IN ({removed})"  # noqa: S608
    ).fetchall()[0]
    return int(segments), int(versions)


def has_segments_of_other_extractors(connection: duckdb.DuckDBPyConnection, extractor: str) -> bool:
    """Whether a loaded segment was read by another version of the extractor."""
    rows = connection.execute("SELECT count(*) FROM segments WHERE extractor <> ?", [extractor]).fetchall()
    return bool(rows[0][0])


def read_tables_not_in_archive(connection: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    """The rows of NOT_IN_ARCHIVE, by table."""
    return {table: arrow_table(connection, f"FROM {table}") for table in NOT_IN_ARCHIVE}


def replace_tables_not_in_archive(writer: Writer, tables: Mapping[str, pa.Table]) -> None:
    """Replace the rows of NOT_IN_ARCHIVE with those of another warehouse."""
    for table, rows in tables.items():
        with writer.transaction() as connection:
            connection.register("kept", rows)
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of NOT_IN_ARCHIVE
            connection.execute(f"INSERT INTO {table} BY NAME FROM kept")
            connection.unregister("kept")
