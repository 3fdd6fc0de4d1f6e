"""A date as it was stated, with its precision, and the bounds of what is a date at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Precision = Literal["second", "minute", "day"]

EARLIEST_DATE = datetime(1901, 1, 1, tzinfo=UTC)
"""Older dates are a program's zero (year 1, 1601, 1899, 1900); digitised newspaper archives on the web begin later."""
LATEST_DATE = datetime(2100, 1, 1, tzinfo=UTC)
"""A fixed bound, because extraction reads no clock. Loading handles articles dated after their fetch."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WIDTH = timedelta(days=1)
"""The zero of Unix time, in any time zone, is no date."""


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date as stated by a page or a listing."""

    at: datetime
    """Aware, UTC."""
    day: date
    """The calendar day in the zone of the statement."""
    precision: Precision
    zoned: bool = True
    """False for a clock time without a zone: it is read as UTC, and only its day is certain."""
    offset: timedelta | None = None
    """The offset from UTC, if one was stated."""

    @property
    def utc_offset(self) -> int | None:
        """The minutes by which the stated clock is ahead of UTC; None without a clock time or a stated offset."""
        return int(self.offset / timedelta(minutes=1)) if self.exact and self.offset is not None else None

    @property
    def instant(self) -> datetime:
        """The point in time, aware, in UTC; a day begins where its offset has it, in UTC if none was stated."""
        return self.at - self.offset if self.precision == "day" and self.offset else self.at

    @property
    def exact(self) -> bool:
        """True if time and zone are known."""
        return self.precision != "day"


def plausible_date(local: datetime) -> ParsedDate | None:
    """The date of a point in time; None outside of 1901 to 2099, and for the zero of Unix time."""
    try:
        parsed = from_datetime(local)
    except OverflowError:  # at the ends of the calendar
        return None
    if not EARLIEST_DATE <= parsed.at < LATEST_DATE or abs(parsed.at - _EPOCH) < _EPOCH_WIDTH:
        return None
    return parsed


def from_datetime(local: datetime) -> ParsedDate:
    """The date of a point in time.

    Midnight means a day without a time, whatever the zone. A time with zero seconds is exact to the minute. Without a
    zone, it is read as UTC and exact to the day.
    """
    local = local.replace(microsecond=0)
    offset = local.utcoffset()
    day = local.date()
    if not (local.hour or local.minute or local.second):
        return ParsedDate(local.replace(tzinfo=UTC), day, "day", offset=offset)
    if offset is None:
        return ParsedDate(local.replace(tzinfo=UTC), day, "day", zoned=False)
    return ParsedDate(local.astimezone(UTC), day, "second" if local.second else "minute", offset=offset)
