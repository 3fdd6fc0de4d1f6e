"""What the warehouse forgets by age: rows of its logs, and that a segment is in the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

    from warehouse.writer import Writer


def forget_requests(writer: Writer, before: datetime) -> int:
    """Remove rows of `fetches` and `rejections` from before a time (UTC); returns how many. Articles stay."""
    with writer.transaction() as connection:
        fetches = connection.execute("DELETE FROM fetches WHERE fetched_at < ?", [before]).fetchall()[0][0]
        rejections = connection.execute("DELETE FROM rejections WHERE rejected_at < ?", [before]).fetchall()[0][0]
    return int(fetches) + int(rejections)


def kept_segments(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Segments that are loaded and not removed, with the time they were loaded (UTC), oldest first."""
    rows = connection.execute(
        "SELECT segment, loaded_at FROM segments WHERE removed_at IS NULL ORDER BY loaded_at, segment"
    ).fetchall()
    return dict(rows)


def removed_segments(connection: duckdb.DuckDBPyConnection, since: datetime) -> set[str]:
    """Segments marked as removed since a time (UTC)."""
    rows = connection.execute("SELECT segment FROM segments WHERE removed_at >= ?", [since]).fetchall()
    return {name for (name,) in rows}


def mark_removed(writer: Writer, names: Iterable[str], now: datetime) -> None:
    """Say that segments are no longer in the archive; their files are removed after this, never before."""
    with writer.transaction() as connection:
        connection.execute(
            "UPDATE segments SET removed_at = ? WHERE segment IN (SELECT unnest(?::VARCHAR[]))", [now, list(names)]
        )
