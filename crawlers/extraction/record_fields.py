"""Read the fields of an imported record. The error of an invalid one names the key, what was found and is allowed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from crawlers.dates import ParsedDate, parse_date, plausible_date
from crawlers.discovery.urls import normalise_url
from crawlers.extraction.author_names import clean_names
from crawlers.extraction.language import language_code
from crawlers.extraction.text import single_line
from crawlers.extraction.urls import resolve_http_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.dates import Precision

T = TypeVar("T")

_LETTER = re.compile(r"[^\W_]")
_PRECISIONS: dict[str, Precision] = {"second": "second", "minute": "minute", "day": "day"}
MAX_QUOTED = 60
"""Characters of an invalid value that a message quotes."""
_MAX_UTC_OFFSET = 840
"""Minutes; the largest offset from UTC (Line Islands)."""


class BadRecordError(ValueError):
    """An invalid record; the message names the key, the value found and the values allowed."""


def kind_of(value: object) -> str:
    """The JSON type of a value, for a message: "a list"."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def quoted(value: object) -> str:
    """A value as JSON, cut for a message."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


def read_string(record: Mapping[str, object], key: str) -> str:
    """A required string, with at least one letter or digit."""
    value = record[key]
    if not isinstance(value, str):
        raise BadRecordError(f"{key} is {kind_of(value)} ({quoted(value)}); a string is expected")
    if not _LETTER.search(value):
        raise BadRecordError(f"{key} is empty ({quoted(value)}); a string with at least one word is expected")
    return value


def read_optional(record: Mapping[str, object], key: str, kind: type[T], allowed: str) -> T | None:
    """A value of this type, which a message calls `allowed`; None if it is missing or null."""
    value = record.get(key)
    if value is None or isinstance(value, kind):
        return value
    raise BadRecordError(f"{key} is {kind_of(value)} ({quoted(value)}); {allowed} is expected")


def _is_exported(record: Mapping[str, object]) -> bool:
    return "extractor" in record and "article_id" in record


def read_provenance(record: Mapping[str, object]) -> tuple[tuple[str, str], ...] | None:
    """The origins of the fields in an export, which come as an object or as its text; None in any other record."""
    value = record.get("provenance")
    if not value or not _is_exported(record):
        return None
    try:
        origins = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    if not isinstance(origins, dict) or not all(isinstance(origin, str) for origin in origins.values()):
        return None
    return tuple(origins.items())


def read_url(record: Mapping[str, object]) -> str:
    """The URL, normalised; a URN, and in an export the URL of a file, as it is."""
    value = read_string(record, "url")
    if value.startswith("urn:") or (value.startswith("file:") and _is_exported(record)):
        return value
    try:
        return normalise_url(value)
    except ValueError as error:
        raise BadRecordError(f"url {quoted(value)} is invalid: {error}; an http(s) URL is expected") from None


def read_published(record: Mapping[str, object]) -> ParsedDate | None:
    """The publication date, with the precision that the record states."""
    parsed, precision = read_date(record, "published_at"), read_optional(record, "published_precision", str, "a string")
    if parsed is None or precision is None:
        return parsed
    if precision not in _PRECISIONS:
        raise BadRecordError(f"published_precision is {quoted(precision)}; second, minute or day is expected")
    return replace(parsed, precision=_PRECISIONS[precision])


def read_utc_offset(record: Mapping[str, object], published: ParsedDate | None) -> int | None:
    """The minutes by which the publisher's clock is ahead of UTC: stated, or those of `published_at`.

    An export has its times in UTC and the offset beside them; there, null means that it is not known.
    """
    if published is None or not published.exact:
        return None
    if "published_utc_offset" not in record:
        return published.utc_offset
    value = record["published_utc_offset"]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_UTC_OFFSET:
        raise BadRecordError(
            f"published_utc_offset is {quoted(value)}; a whole number of minutes from "
            f"-{_MAX_UTC_OFFSET} to {_MAX_UTC_OFFSET} is expected"
        )
    return value


def read_date(record: Mapping[str, object], key: str) -> ParsedDate | None:
    """A date in ISO 8601 or any form that `crawlers.dates` reads; None if it is missing or null."""
    value = record.get(key)
    if value is None:
        return None
    stated = _iso_time(value)
    parsed = plausible_date(stated) if stated is not None else parse_date(value, read_language(record) or "")
    if parsed is None and stated is None:
        raise BadRecordError(
            f"{key} is {quoted(value)}; ISO 8601 is expected, such as 2026-03-01T08:30:00+01:00 or 2026-03-01"
        )
    if parsed is None:
        raise BadRecordError(
            f"{key} is {quoted(value)}; a year from 1901 to 2099 is expected, "
            "but not 1970-01-01 (zero in Unix time), or null if it is not known"
        )
    return parsed


def _iso_time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def read_authors(record: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the authors, without what is no name."""
    names = read_strings(record, "authors")
    # An exported article has names that were cleaned when it was extracted.
    return tuple(names) if _is_exported(record) else clean_names(names)


def read_strings(record: Mapping[str, object], key: str) -> list[str]:
    """The strings of a list, or one string as a list."""
    value = record.get(key)
    values = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise BadRecordError(
            f"{key} is {kind_of(value)} ({quoted(value)}); a list of strings or one string is expected"
        )
    return values


def read_line(record: Mapping[str, object], key: str) -> str | None:
    """An optional string on one line; None if it is blank."""
    value = read_optional(record, key, str, "a string")
    return single_line(value) or None if value else None


def read_image_url(record: Mapping[str, object], url: str) -> str | None:
    """The URL of the image, absolute; None if it is no http(s) URL."""
    value = read_optional(record, "image_url", str, "a string")
    return resolve_http_url(value, url) if value else None


def read_language(record: Mapping[str, object]) -> str | None:
    """The ISO 639-1 code of the language."""
    value = read_optional(record, "language", str, "a two-letter ISO 639-1 code")
    if value is None:
        return None
    code = language_code(value)
    if code is None:
        raise BadRecordError(f"language is {quoted(value)}; a two-letter ISO 639-1 code is expected, such as en")
    return code
