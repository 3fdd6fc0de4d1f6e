"""The condition of the sources, as the digest reports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb

# What needs attention: half of the requests failed, or texts became half as long. A few requests or articles are no
# basis for that.
FEW = 5
MANY_ERRORS = 0.5
MUCH_DRIFT = 0.5


@dataclass(frozen=True, slots=True)
class SourceCondition:
    """What the views `source_health` and `paused_sources` say about an active source; see their columns."""

    source: str
    last_article_at: datetime | None
    longest_silence_hours: float | None
    is_silent: bool
    unusual_volume: str | None
    last_day: date | None
    articles_last_day: int
    weekday_mean: float | None
    requests_7d: int
    error_rate_7d: float | None
    articles_7d: int
    length_drift: float | None
    paused_until: datetime | None
    paused_reason: str | None


def source_conditions(connection: duckdb.DuckDBPyConnection) -> list[SourceCondition]:
    """The condition of every active source."""
    rows = connection.execute(
        """
        SELECT source, last_article_at, longest_silence_hours, is_silent, unusual_volume, last_day, articles_last_day,
            weekday_mean, requests_7d, error_rate_7d, articles_7d, length_drift, paused.until, paused.reason
        FROM source_health LEFT JOIN paused_sources AS paused USING (source)
        WHERE active ORDER BY source
        """
    ).fetchall()
    return [SourceCondition(*row) for row in rows]
