"""Parses the times in listings and the dates in URLs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

_ISO_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}(?!\d)")
_SLASHED = re.compile(r"^(\d{4})/(\d{2})/(\d{2})")
_DAY_ALONE = re.compile(r"(?:\w+,?\s+)?\d{1,2}\s+\w+\.?\s+\d{4}")
_ZONE = re.compile(r"(?<=\d )[A-Z]{3,4}$")
# Names that feeds use although RFC 5322 does not define them; BST is British Summer Time.
_ZONES = {
    "WET": "+0000",
    "WEST": "+0100",
    "BST": "+0100",
    "CET": "+0100",
    "CEST": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "MSK": "+0300",
    "JST": "+0900",
    "KST": "+0900",
}


def parse_time(text: str | None) -> datetime | None:
    """Parse ISO 8601 (the W3C profile) or RFC 5322 to an aware time in UTC.

    A time without an offset is taken as UTC, a day as its midnight. Returns None if the text cannot be parsed, and for
    a year or a month alone, which say nothing about when a page changed.
    """
    text = (text or "").strip()
    for parse in (_parse_iso, _parse_rfc):
        try:
            time = parse(text)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None


def _parse_iso(text: str) -> datetime:
    text = _SLASHED.sub(r"\1-\2-\3", text)
    if not _ISO_DAY.match(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _parse_rfc(text: str) -> datetime:
    if _DAY_ALONE.fullmatch(text):
        text += " 00:00:00"
    return parsedate_to_datetime(_ZONE.sub(lambda zone: _ZONES.get(zone[0], zone[0]), text))


_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:[/-](0?[1-9]|[12]\d|3[01]))?(?=[/.-]|$)")


def day_in_url(url: str) -> datetime | None:
    """The day (or the first of the month) in the path of a URL, as in `/2026/01/31/`; midnight UTC."""
    found = _DAY_IN_URL.search(urlsplit(url).path)
    if found is None:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3] or 1), tzinfo=UTC)
    except ValueError:
        return None
