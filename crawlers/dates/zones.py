"""Reads the time zone after a clock time."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from crawlers.dates.words import names

_PLACES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}
_PLACES |= {"at": "America/Halifax", "uk": "Europe/London"}
"""Names that mean standard or summer time, as the day has it."""
_OFFSET = re.compile(r"(?:\s?\(?(utc|gmt|ut)\s?([+-])\s?|\s?([+-]))(\d{1,2})(?::?([0-5]\d))?\)?(?![\d:/]|[.-]\d)")
_COMMENT = re.compile(r"\s?(?:\([^()]{1,60}\)|\[[^\[\]]{1,60}\]|([a-z]{1,5})(?![^\W\d_]))")
_PLACE = re.compile(r"\s?[(\[]?([a-z]{2,12}/[a-z_]{2,30}(?:/[a-z_]{2,30})?(?:[+-]\d{1,2})?)(?![a-z])[)\]]?")
_NAME = re.compile(r"[\s,]{0,2}\(?([^\W\d_]{1,4})(?![^\W_])\)?")
_WIDEST = timedelta(hours=14)
"""The largest offset from UTC (Line Islands)."""


def read_zone(text: str) -> tuple[tzinfo | None, str]:
    """The zone at the start of a folded text (None if it starts with none), and the rest of the text.

    Reads offsets (`+01:00`, `-0300`, `-03`, `GMT+0100`, `UTC+1`), names (`EST`, `Z`) and places (`Europe/Brussels`). A
    comment after an offset is skipped: `+0200 (CEST)`. Raises ValueError for an offset or a place that does not exist.
    """
    if found := _OFFSET.match(text):
        offset = offset_zone(found[2] or found[3], found[4], found[5])
        rest = text[found.end() :]
        comment = _COMMENT.match(rest)
        if comment and (not comment[1] or (comment[1] in _abbreviations() and _agrees(comment[1], offset))):
            rest = rest[comment.end() :]
        return offset, rest
    if found := _PLACE.match(text):
        return _place(found[1]), text[found.end() :]
    if (found := _NAME.match(text)) and (zone := _named(found[1])):
        return zone, text[found.end() :]
    return None, text


def offset_zone(sign: str, hours: str, minutes: str | None) -> timezone:
    """The zone of a stated offset; ValueError if no place on Earth has it."""
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset > _WIDEST:
        raise ValueError(f"no offset {sign}{offset}")
    return timezone(-offset if sign == "-" else offset)


def is_zone_name(word: str) -> bool:
    """True if a folded word names a zone."""
    return word in _abbreviations() or word in _PLACES


def _agrees(name: str, zone: tzinfo) -> bool:
    """False for `+01:00 Z`, which contradicts itself. Other names may be summer time's, or another country's."""
    return not zone.utcoffset(None) or _abbreviations()[name].utcoffset(None) != timedelta()


def _named(name: str) -> tzinfo | None:
    return _place(_PLACES[name].lower()) if name in _PLACES else _abbreviations().get(name)


def _place(name: str) -> tzinfo:
    key = _keys().get(name)
    if key is None:
        raise ValueError(f"no time zone {name}")
    return ZoneInfo(key)


@cache
def _abbreviations() -> dict[str, tzinfo]:
    return {
        name: timezone(timedelta(hours=float(hours)))
        for hours, listed in names().zones.items()
        for name in listed.split()
    }


@cache
def _keys() -> dict[str, str]:
    """The names of the IANA database by their folded form."""
    return {name.lower(): name for name in available_timezones()}
