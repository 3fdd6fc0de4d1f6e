"""Segments that could not be loaded because of an error that nobody foresaw."""

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
    """A segment with the error of its last attempt, when it was first and last tried (UTC), and how often."""

    segment: str
    error: str
    failed_at: datetime
    tried_at: datetime
    attempts: int


def record_failure(writer: Writer, segment: str, error: str, now: datetime) -> None:
    """Enter an attempt in vain; `load_segment` takes the segment out again."""
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
    """Those on record, tried longest ago first; with `since` those alone that were tried from then on."""
    rows = connection.execute(
        "SELECT segment, error, failed_at, tried_at, attempts FROM private.failed_segments "
        "WHERE $since IS NULL OR tried_at >= $since ORDER BY tried_at, segment",
        {"since": since},
    ).fetchall()
    return [FailedSegment(*row) for row in rows]


def drop_failures(writer: Writer, segments: Sequence[str]) -> None:
    """Take segments off the record that wait no longer: somebody has removed their files, for example."""
    with writer.transaction() as connection:
        connection.execute(
            "DELETE FROM private.failed_segments WHERE segment IN (SELECT unnest(?::VARCHAR[]))", [list(segments)]
        )
