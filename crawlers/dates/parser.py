"""Reads one date in the formats and languages of feeds, sitemaps and pages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING

from crawlers.dates.days import read_day
from crawlers.dates.model import EARLIEST_DATE, LATEST_DATE, plausible_date
from crawlers.dates.words import fold, names
from crawlers.dates.zones import is_zone_name, offset_zone, read_zone

if TYPE_CHECKING:
    from crawlers.dates.model import ParsedDate

_MAX_CHARS = 100
"""Longer texts are no dates."""
_STAMP = re.compile(
    r"(\d{4})([-/.]?)(\d\d|(?<=[-/.])0?\d{1,2})\2(\d\d|(?<=[-/.])\d)"
    r"(?:(?:\s?[Tt]\s?|\s{1,3})(\d\d?(?=:)|\d\d(?=\d\d)):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?"
    r"(?:\s{0,2}(?:([Zz]|UTC|GMT)|([+-])(\d{2}):?([0-5]\d)?)(?:\[[\w/]{1,40}\])?)?)?"
)
"""ISO 8601 and its looser variants: most dates of most pages."""
_MAIL_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAIL = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) ({'|'.join(_MAIL_MONTHS)}) (\d{{4}}) (\d\d):(\d\d)(?::(\d\d))?"
    r" (?:(GMT|UTC|Z)|([+-])(\d\d):?([0-5]\d))"
)
"""RFC 5322: most dates of most feeds."""
_DIGITS = re.compile(r"((?:19|20)\d{6})(\d\d)(\d\d)(\d\d)?")
_ZONED_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)")
_EPOCH = re.compile(r"(?:/Date\()?(\d{10}(?:\d{3}|\.\d{1,6})?)(?:[+-]\d{4})?(?:\)/)?")
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})(?::|\s?h\s?|\s?時\s?|\s?时\s?|\s?點\s?|\s?点\s?|\s?시\s?)(\d{1,2})"
    r"(?:[:分분]\s?(\d{1,2})(?:[.,]\d{1,9})?)?(?:\s?(?:min|[分분秒초])){0,2}(?![\d:]|[.,]\d)"
)
_DOTTED_CLOCK = re.compile(r"(?<![\d./-])(?<!\d[./-]\s)([01]?\d|2[0-3])\.([0-5]\d)(?:\.([0-5]\d))?(?!\d|[./-]\s?\d)")
_COMPACT_CLOCK = re.compile(r"(?<=\d)t([01]\d|2[0-3])([0-5]\d)([0-5]\d)?(?!\d)")
_HOUR = re.compile(r"(?<![\d:./-])(\d{1,2})\s?(?:(?:h|uhr)(?![^\W_])|[時时點点시]|(?=[ap]\s?m(?![^\W_])))")
_CLOCK_WORD = re.compile(r"\s?(?:uhr|hrs?|h|uur|ч|น)(?![^\W_])")
_LATE_ZONE = re.compile(r"\s((?:utc|gmt|[ecmp][ds]t|z)(?:\s?[+-]\s?\d{1,2}:?(?:\d{2})?)?)$")
_ZONE_LETTER = re.compile(r"\s?[a-gik-y]")
"""RFC 822's zones of one letter, which RFC 5322 withdrew because their signs were wrong."""
_KOREAN = re.compile("오전|오후|[년월일시분초]")
_KOREAN_ZONE = timezone(timedelta(hours=9))
_NOON = 12
_MILLISECONDS = 13
"""Digits of milliseconds since 1970; seconds have ten."""


def parse_date(value: object, language: str = "") -> ParsedDate | None:
    """Read a date; None unless all of it is understood, and outside of 1901 to 2099.

    `language` (ISO 639-1, or empty) is that of the page or listing. It decides which of two months a word means, that
    `03/04/2024` begins with the day, and in Persian and Thai that a year is one of their calendar; without it, such
    dates are not read.

    Reads ISO 8601 and its looser variants, RFC 5322, JavaScript's and .NET's dates, seconds or milliseconds since 1970,
    and days and clock times as people write them, with the names of months and days in 68 languages and the digits of
    all scripts. A year or a month alone is not read. Midnight means a day without a time, whatever the zone. A clock
    time without a zone is read as UTC and exact to the day; in Korean it is in Korea's only zone.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    if not text or len(text) > _MAX_CHARS:
        return None
    try:
        local = _parse(text, language)
    except (ValueError, OverflowError):
        return None
    return plausible_date(local) if local else None


def parse_time(text: str | None, language: str = "") -> datetime | None:
    """Read a date as a point in time, aware, in UTC; a day as its midnight, in UTC unless an offset is stated."""
    parsed = parse_date(text, language)
    return None if parsed is None else parsed.instant


def _parse(text: str, language: str) -> datetime | None:
    if (found := _STAMP.fullmatch(text)) and EARLIEST_DATE.year <= int(found[1]) < LATEST_DATE.year:
        return _stamp(found)
    if found := _MAIL.fullmatch(text):
        day, name, year, *clock = found.groups()
        return _combined(date(int(year), _MAIL_MONTHS.index(name) + 1, int(day)), *clock)
    if found := _ZONED_DAY.fullmatch(text):
        return datetime.fromisoformat(found[1])
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(found[1]) / (1000 if len(found[1]) == _MILLISECONDS else 1), UTC)
    if found := _DIGITS.fullmatch(text):
        return datetime.combine(date.fromisoformat(found[1]), _time(found[2], found[3], found[4]))
    return _read_written(names().join(fold(text)), language)


def _stamp(found: re.Match[str]) -> datetime:
    year, _, month, day, *clock = found.groups()
    return _combined(date(int(year), int(month), int(day)), *clock)


def _combined(
    day: date,
    hour: str | None,
    minute: str | None,
    second: str | None,
    utc: str | None,
    sign: str | None,
    zone_hours: str | None,
    zone_minutes: str | None,
) -> datetime:
    zone: tzinfo | None = UTC if utc else None
    if sign:
        zone = offset_zone(sign, zone_hours or "", zone_minutes)
    return datetime.combine(day, _time(hour, minute, second), zone)


def _time(hour: str | int | None, minute: str | None, second: str | None) -> time:
    hours = int(hour or 0)
    if hours == 24 and not int(minute or 0):
        hours = 0
    # A leap second is the last one that Python has.
    return time(hours, int(minute or 0), 59 if second == "60" else int(second or 0))


def _read_written(text: str, language: str) -> datetime | None:
    """Read a folded text: take the clock time with its zone out of it, then read what is left as a day."""
    clock = _CLOCK.search(text) or _COMPACT_CLOCK.search(text) or _DOTTED_CLOCK.search(text) or _HOUR.search(text)
    zone: tzinfo | None = _KOREAN_ZONE if _KOREAN.search(text) else None
    if clock is None:
        day = read_day(text, language)
        return datetime(day.year, day.month, day.day) if day else None  # noqa: DTZ001 - the zone is not known
    before, after = text[: clock.start()], text[clock.end() :]
    hour, before, after = _halved(int(clock[1]), before, after)
    after = after[word.end() :] if (word := _CLOCK_WORD.match(after)) else after
    stated, after = read_zone(after)
    if stated is None and (late := _LATE_ZONE.search(after)):
        stated, rest = read_zone(late[1])
        after = after[: late.start()] + rest
    if _ZONE_LETTER.fullmatch(after):
        return None
    day = read_day(f"{before} {after}", language)
    if day is None:
        return None
    minute, second = (*clock.groups()[1:], None, None)[:2]
    return datetime.combine(day, _time(hour, minute, second), stated or zone)


@cache
def _halves() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """AM or PM before and after a clock time."""
    am, pm = (
        "|".join(re.escape(word).replace(r"\ ", r"\.?\s?") for word in words) for words in (names().am, names().pm)
    )
    return (
        re.compile(rf"(?:^|(?<=[\s\d,(日일-]))(?:({am})|({pm}))\s?$"),
        re.compile(rf"[\s,]?\(?(?:({am})|({pm}))(?![^\W_])\.?\)?"),
    )


def _halved(hour: int, before: str, after: str) -> tuple[int, str, str]:
    """The hour of 24, and the texts without AM and PM; ValueError if they contradict the hour."""
    ahead, behind = _halves()
    if found := behind.match(after):
        after = after[found.end() :]
    elif found := ahead.search(before):
        before = before[: found.start()]
    else:
        return hour, before, after
    is_pm = found[2] is not None
    if hour > _NOON and not is_pm:
        raise ValueError(f"no clock time {hour} AM")
    if hour == _NOON:
        hour = 0
    return hour + _NOON if is_pm and hour < _NOON else hour, before, after


def is_part_of_date(word: str) -> bool:
    """True if a folded word may be part of a date or a clock time, or of the name of a zone."""
    return word in names().words or word in names().clock_words or is_zone_name(word)
