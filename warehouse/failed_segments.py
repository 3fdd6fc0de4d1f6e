"""Segments that could not be loaded because of an unexpected error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from warehouse.writer import Writer


@dataclass(frozen=True, slots=True)
class FailedSegment:
    """A segment with the error of its last attempt, the times of the first and last attempt (UTC), and their number."""

    segment: str
    error: str
    failed_at: datetime
    tried_at: datetime
    attempts: int


def record_failure(writer: Writer, segment: str, error: str, now: datetime) -> None:
    """Record a failed attempt; `load_segment` deletes the record once the segment is loaded."""
    with writer.transaction() as connection:
        connection.execute(
            """
            MERGE INTO private.failed_segments AS failed USING (SELECT ? AS segment, ? AS error, ? AS now) AS attempt
            ON failed.segment = attempt.segment
            WHEN MATCHED THEN UPDATE SET error = attempt.error, tried_at = attempt.now, attempts = failed.attempts + 1
            WHEN NOT MATCHED THEN INSERT VALUES (attempt.segment, attempt.error, attempt.now, attempt.now, 1)
            """,
            [segment, error, now],
        )


def failed_segments(connection: duckdb.DuckDBPyConnection, since: datetime | None = None) -> list[FailedSegment]:
    """The recorded segments, least recently tried first; with `since`, only those tried since then."""
    rows = connection.execute(
        "SELECT segment, error, failed_at, tried_at, attempts FROM private.failed_segments "
        "WHERE $since IS NULL OR tried_at >= $since ORDER BY tried_at, segment",
        {"since": since},
    ).fetchall()
    return [FailedSegment(*row) for row in rows]


def drop_failures(writer: Writer, segments: Sequence[str]) -> None:
    """Delete the records of segments that no longer wait, for example because their files were removed."""
    with writer.transaction() as connection:
        connection.execute(
            "DELETE FROM private.failed_segments WHERE segment IN (SELECT unnest(?::VARCHAR[]))", [list(segments)]
        )
