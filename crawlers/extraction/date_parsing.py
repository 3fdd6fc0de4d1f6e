"""One statement of a time, as pages write it, and how exactly it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

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
"""Older ones are a program's zero date; newspapers' digitised archives begin later than this."""
LATEST_DATE = datetime(2100, 1, 1, tzinfo=UTC)
"""A fixed bound: an extraction knows no clock. Articles dated after their fetch are for the loader to judge."""


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A point in time as a page states it."""

    at: datetime
    """Aware, UTC."""
    day: date
    """The calendar day that the statement names, in its own zone."""
    precision: Precision
    zoned: bool = True
    """False: a clock time without zone, read as UTC; only its day is sure."""

    @property
    def exact(self) -> bool:
        """True where time and zone are known."""
        return self.precision != "day"


def parse_date(value: Any) -> ParsedDate | None:
    """A date as pages write it: ISO 8601 and its loose relatives, RFC 2822, JavaScript's, seconds or milliseconds
    since 1970, `31.12.2024 18:30`. None for anything else, and for years that no article has.

    Midnight sharp is a day without a time and stands for the day named, whatever the zone. A time whose seconds are
    zero is one to the minute. Orders that can mean two days (`03/04/2024`) are not read.
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
    """A moment from a point in time; None for years that no article has: only those from 1900 to 2099 are believed."""
    try:
        parsed = from_datetime(local)
    except OverflowError:  # the ends of the calendar
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
    year: int, month: int, day: int, hour: Any, minute: Any, second: Any, zone: timezone | None
) -> ParsedDate:
    local = datetime(year, month, day, int(hour or 0) % 24, int(minute or 0), min(int(second or 0), 59), tzinfo=zone)
    return from_datetime(local)


def from_datetime(local: datetime) -> ParsedDate:
    """A moment from a point in time; one without a zone is read as UTC, and known to the day."""
    local = local.replace(microsecond=0)
    zoned = local.tzinfo is not None
    day = local.date()
    if not (local.hour or local.minute or local.second):
        return ParsedDate(local.replace(tzinfo=UTC), day, "day")
    if not zoned:
        return ParsedDate(local.replace(tzinfo=UTC), day, "day", zoned=False)
    return ParsedDate(local.astimezone(UTC), day, "second" if local.second else "minute")
