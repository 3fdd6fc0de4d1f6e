"""Reads the date in the path of a URL."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from urllib.parse import urlsplit

from crawlers.dates.model import EARLIEST_DATE

_YEAR, _MONTH, _DAY = r"((?:19|20)\d\d)", r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEGMENTS = re.compile(rf"/{_YEAR}/(?:{_MONTH}|({'|'.join(_MONTHS)})[a-z]{{0,6}})/{_DAY}(?=[/.]|$)", re.IGNORECASE)
_JOINED = rf"{_YEAR}(?:([_.-]){_MONTH}\2{_DAY}|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))"
_AT_START = re.compile(rf"/{_JOINED}(?=[-_./+%]|$)")
_AT_END = re.compile(rf"[-_]{_JOINED}(?=/?$|\.[a-z]{{2,5}}$|/)", re.IGNORECASE)
_DAY_FIRST = re.compile(r"/(\d\d)([-.])(\d\d)\2((?:19|20)\d\d)(?=[-/.]|$)")
_MONTH_ALONE = re.compile(rf"/{_YEAR}[/-]{_MONTH}(?=[/.-]|$)")


def day_in_url(url: str) -> date | None:
    """The day in the path of a URL: `/2025/06/30/`, `/2025/jun/30/`, `/2025-06-30-title`, `/title-20250630.html`,
    `/30-06-2025`. Of the latter only those that are valid with the day before the month or behind it, not with both.

    A number inside a slug (`/the-plan-of-2025-06-30-fails`) is part of a title, or an identifier.
    """
    path = urlsplit(url).path
    for found in _SEGMENTS.finditer(path):
        year, month, name, day = found.groups()
        if valid := _valid(year, month or str(_MONTHS.index(name.lower()) + 1), day):
            return valid
    for pattern in (_AT_START, _AT_END):
        for found in pattern.finditer(path):
            year, _, month, day, joined_month, joined_day = found.groups()
            if valid := _valid(year, month or joined_month, day or joined_day):
                return valid
    for found in _DAY_FIRST.finditer(path):
        first, _, second, year = found.groups()
        either = {_valid(year, first, second), _valid(year, second, first)} - {None}
        if len(either) == 1:
            return either.pop()
    return None


def days_in_url(url: str) -> tuple[date, date] | None:
    """The first and the last day that the path of a URL names: one day, or a month as in `/2025/06/title`."""
    if day := day_in_url(url):
        return day, day
    found = _MONTH_ALONE.search(urlsplit(url).path)
    first = _valid(found[1], found[2], "1") if found else None
    return (first, first.replace(day=monthrange(first.year, first.month)[1])) if first else None


def _valid(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found >= EARLIEST_DATE.date() else None
