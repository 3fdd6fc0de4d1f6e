"""Parse one date as pages write it, and record how exact it is. `dates` chooses among the dates of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.extraction.article import Precision

_STAMP = re.compile(
    r"\s*(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T\s]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s{0,2}(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?(?:\[[\w/]{1,40}\])?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(Z)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[,\s]{1,3}(\d{1,2}):(\d{2}))?")
_SCRIPT_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC)([+-]\d{4})"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Older dates are a program's zero date; digitised newspaper archives begin later than this."""
LATEST_DATE = datetime(2100, 1, 1, tzinfo=UTC)
"""A fixed bound, because extraction reads no clock. Loading handles articles dated after their fetch."""


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date as stated by a page."""

    at: datetime
    """Aware, UTC."""
    day: date
    """The calendar day in the zone of the statement."""
    precision: Precision
    zoned: bool = True
    """False for a clock time without a zone: it is read as UTC, and only its day is certain."""

    @property
    def exact(self) -> bool:
        """True if time and zone are known."""
        return self.precision != "day"


def parse_date(value: object) -> ParsedDate | None:
    """Parse a date in a format that pages use; None for anything else and for years outside 1900 to 2099.

    Formats: ISO 8601 and its looser variants, RFC 2822, JavaScript's, seconds or milliseconds since 1970,
    `31.12.2024 18:30`. Midnight means a day without a time, whatever the zone. A time with zero seconds is exact to the
    minute. Ambiguous formats (`03/04/2024`) are not read.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:80]
    try:
        parsed = _parse(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return parsed if parsed and _EARLIEST <= parsed.at < LATEST_DATE else None


def plausible_date(local: datetime) -> ParsedDate | None:
    """The date of a point in time; None for years outside 1900 to 2099."""
    try:
        parsed = from_datetime(local)
    except OverflowError:  # at the ends of the calendar
        return None
    return parsed if _EARLIEST <= parsed.at < LATEST_DATE else None


def _parse(text: str) -> ParsedDate | None:
    if match := _STAMP.fullmatch(text):
        year, _, month, day, hour, minute, second, utc, sign, zone_hours, zone_minutes = match.groups()
        offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
        zone = timezone(-offset if sign == "-" else offset) if sign else UTC if utc else None
        return _parsed_date(int(year), int(month), int(day), hour, minute, second, zone)
    if match := _EPOCH.fullmatch(text):
        seconds = int(text) if len(text) == 10 else int(text) / 1000
        return from_datetime(datetime.fromtimestamp(seconds, UTC))
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, utc = match.groups()
        return _parsed_date(int(year), int(month), int(day), hour, minute, second, UTC if utc else None)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute = match.groups()
        return _parsed_date(int(year), int(month), int(day), hour, minute, None, None)
    if match := _SCRIPT_DATE.match(text):
        return from_datetime(datetime.strptime(" ".join(match.groups()), "%b %d %Y %H %M %S %z"))
    return from_datetime(parsedate_to_datetime(text))


def _parsed_date(
    year: int,
    month: int,
    day: int,
    hour: str | None,
    minute: str | None,
    second: str | None,
    zone: timezone | None,
) -> ParsedDate:
    local = datetime(year, month, day, int(hour or 0) % 24, int(minute or 0), min(int(second or 0), 59), tzinfo=zone)
    return from_datetime(local)


def from_datetime(local: datetime) -> ParsedDate:
    """The date of a point in time. Without a zone, it is read as UTC and exact to the day."""
    local = local.replace(microsecond=0)
    zoned = local.tzinfo is not None
    day = local.date()
    if not (local.hour or local.minute or local.second):
        return ParsedDate(local.replace(tzinfo=UTC), day, "day")
    if not zoned:
        return ParsedDate(local.replace(tzinfo=UTC), day, "day", zoned=False)
    return ParsedDate(local.astimezone(UTC), day, "second" if local.second else "minute")
