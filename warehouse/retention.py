"""Removal by age: rows of fetches and rejections, and segments of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

    from warehouse.writer import Writer


def remove_requests(writer: Writer, before: datetime, now: datetime) -> int:
    """Delete the rows of `fetches` and `rejections` of segments loaded before a time (UTC); returns their number.

    Articles stay. Segments are removed as a whole, so that the remaining counts still add up.
    """
    removed = 0
    with writer.transaction() as connection:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE aged AS "
            "SELECT segment FROM segments WHERE loaded_at < ? AND requests_removed_at IS NULL",
            [before],
        )
        for table in ("fetches", "rejections"):
            rows = connection.execute(f"DELETE FROM {table} WHERE segment IN (FROM aged)").fetchall()  # noqa: S608
            removed += int(rows[0][0])
        connection.execute("UPDATE segments SET requests_removed_at = ? WHERE segment IN (FROM aged)", [now])
        connection.execute("DROP TABLE aged")
    return removed


def kept_segments(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Loaded segments that are still in the archive, with the time of loading (UTC), oldest first."""
    rows = connection.execute(
        "SELECT segment, loaded_at FROM segments WHERE removed_at IS NULL ORDER BY loaded_at, segment"
    ).fetchall()
    return dict(rows)


def requests_of(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, int]:
    """Those of the segments that are loaded and still in the archive, with the number of entries in their logs."""
    rows = connection.execute(
        "SELECT segment, fetches FROM segments WHERE removed_at IS NULL AND segment IN (SELECT unnest(?::VARCHAR[]))",
        [names],
    ).fetchall()
    return dict(rows)


def removed_segments(connection: duckdb.DuckDBPyConnection, since: datetime) -> set[str]:
    """Segments that were marked as removed since a time (UTC)."""
    rows = connection.execute("SELECT segment FROM segments WHERE removed_at >= ?", [since]).fetchall()
    return {name for (name,) in rows}


def mark_removed(writer: Writer, names: Iterable[str], now: datetime) -> None:
    """Mark segments as removed from the archive. Remove their files after this, never before."""
    with writer.transaction() as connection:
        connection.execute(
            "UPDATE segments SET removed_at = ? WHERE segment IN (SELECT unnest(?::VARCHAR[]))", [now, list(names)]
        )
