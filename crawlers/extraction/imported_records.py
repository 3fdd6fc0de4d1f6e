"""Read imported articles: a JSON object or a plain text instead of a page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from crawlers.charset_guess import guess_charset
from crawlers.dates import ParsedDate, parse_date, plausible_date
from crawlers.discovery.urls import normalise_url
from crawlers.extraction.article import Article, Rejection, RejectionReason
from crawlers.extraction.author_names import clean_names
from crawlers.extraction.cleaning import clean_body, clean_text
from crawlers.extraction.language import find_language, language_code
from crawlers.extraction.page import decode
from crawlers.extraction.text import single_line
from crawlers.extraction.urls import resolve_http_url
from crawlers.limits import MAX_PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.dates import Precision

T = TypeVar("T")

CLEAN = "clean=1"
"""Parameter of a record's content type that requests cleaning of its text."""
_REQUIRED = ("url", "title", "text")
_LETTER = re.compile(r"[^\W_]")
_PRECISIONS: dict[str, Precision] = {"second": "second", "minute": "minute", "day": "day"}
_REPLACEMENT = "\ufffd"
_MAX_QUOTED = 60
"""Characters of an invalid value that a message quotes."""
_SHOWN_NAMES = 8
"""Keys of a record that a message names."""


_MAX_UTC_OFFSET = 840
"""Minutes; the largest offset from UTC (Line Islands)."""


class _BadRecordError(ValueError):
    """An invalid record; the message names the key, the value found and the values allowed."""


def extract_record(body: bytes, content_type: str, url: str) -> Article | Rejection:
    """Read the article in an imported record.

    With a JSON content type, `body` is one object. `url`, `title` and `text` (strings) are required. Optional are
    `published_at` and `modified_at` (ISO 8601, read as UTC without a zone, or any date that `crawlers.dates` reads),
    `published_precision` (`second`, `minute` or `day`), `published_utc_offset` (minutes), `authors` and `tags` (a list
    of strings, or one string), `language` (ISO 639-1), `section`, `description`, `image_url` (strings), `is_free` (true
    or false), `source` and `first_seen_at` (not used here: the segment's log has them). Null means the same as a
    missing key. Other keys are ignored. The article's URL is the record's `url`: http(s), or a URN.

    These are the names in the view `articles`, so that an export can be imported. A record with `article_id` and
    `extractor` is one of an export: its authors and its provenance are not changed, and its URL may be of a file.

    With any other content type, `body` is plain text: the first line that is not blank is the title, the rest is the
    text. If it is not in the declared charset, its charset is detected. The article's URL is `url`; if it is not
    http(s), it is kept unchanged, because a text file has no URL on the web.

    Blank lines and invisible characters are removed from the text. If the content type has the parameter `clean=1`,
    consent dialogues, adverts, bios and teasers of other articles are dropped too. Never raises: an invalid record is a
    rejection with the reason `bad_record`, which names the key, the value found and the values allowed.
    """
    try:
        if len(body) > MAX_PAGE_BYTES:
            return Rejection(RejectionReason.TOO_LARGE, f"{len(body):,} bytes; the limit is {MAX_PAGE_BYTES:,}")
        clean = CLEAN in content_type
        if "json" in content_type.lower():
            return _from_json(body, clean=clean)
        return _from_text(_decoded(body, _charset(content_type)), url, clean=clean)
    except _BadRecordError as error:
        return Rejection(RejectionReason.BAD_RECORD, str(error))
    except Exception as error:  # noqa: BLE001 - an error in one record must not affect others
        return Rejection(RejectionReason.EXTRACTOR_ERROR, f"{type(error).__name__}: {error}"[:500])


def _charset(content_type: str) -> str | None:
    _, found, rest = content_type.lower().partition("charset=")
    return rest.split(";")[0].strip("\"' ") if found else None


def _decoded(body: bytes, charset: str | None) -> str:
    """A plain text in Unicode. A charset that is neither declared nor certain is an error: it would garble the text."""
    try:
        text = decode(body, charset)
    except LookupError:
        text = decode(body)
    if _REPLACEMENT not in text or _REPLACEMENT.encode() in body:
        return text
    guessed = guess_charset(body)
    try:
        if guessed is not None:
            return body.decode(guessed)
    except UnicodeDecodeError:
        pass
    raise _BadRecordError("the text is not UTF-8, and its charset could not be detected; convert the file to UTF-8")


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"


def _names(record: Mapping[str, object]) -> str:
    names = [str(name)[:_MAX_QUOTED] for name in record]
    return ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _from_json(body: bytes, *, clean: bool) -> Article:
    try:
        record = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _BadRecordError(f"not UTF-8 at byte {error.start}; JSON lines are UTF-8") from None
    except json.JSONDecodeError as error:
        raise _BadRecordError(
            f"invalid JSON: {error.msg} at character {error.pos + 1}; one object per line is expected"
        ) from None
    except ValueError:  # Python reads integers of up to 4,300 digits
        raise _BadRecordError("invalid JSON: a number is too long") from None
    except RecursionError:
        raise _BadRecordError("invalid JSON: nested too deeply") from None
    if not isinstance(record, dict):
        raise _BadRecordError(f"{_kind(record)} ({_quoted(record)}); a JSON object is expected")
    if missing := [key for key in _REQUIRED if record.get(key) is None]:
        raise _BadRecordError(
            f"{', '.join(missing)} missing; required: {', '.join(_REQUIRED)}; found: {_names(record) or 'no keys'}"
        )
    _optional(record, "source", str, "a string")
    title, lines, language = _string(record, "title"), _lines(_string(record, "text")), _language(record)
    url, published = _url(record), _published(record)
    return _article(
        url=url,
        title=title,
        lines=clean_body(lines, title, language) if clean else lines,
        given=_Given(
            published=published,
            utc_offset=_utc_offset(record, published),
            modified=_date(record, "modified_at"),
            authors=_authors(record),
            language=language,
            section=_line(record, "section"),
            tags=tuple(dict.fromkeys(tag for value in _strings(record, "tags") if (tag := single_line(value)))),
            image_url=_image_url(record, url),
            description=_line(record, "description"),
            is_free=_optional(record, "is_free", bool, "true or false"),
            provenance=_provenance(record),
        ),
    )


def _from_text(text: str, url: str, *, clean: bool) -> Article:
    lines = _lines(clean_text(text) if clean else text)
    if len(lines) < 2:
        found = "nothing" if not lines else f"one line ({_quoted(lines[0])})"
        raise _BadRecordError(f"{found}; a title in the first line and the text after it are expected")
    try:
        url = normalise_url(url)
    except ValueError:
        url = url.strip()
    if not url:
        raise _BadRecordError("no URL; every article needs one")
    return _article(url=url, title=lines[0], lines=lines[1:])


@dataclass(frozen=True, slots=True)
class _Given:
    """The optional fields of a record."""

    published: ParsedDate | None = None
    utc_offset: int | None = None
    modified: ParsedDate | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    description: str | None = None
    is_free: bool | None = None
    provenance: tuple[tuple[str, str], ...] | None = None


def _article(*, url: str, title: str, lines: list[str], given: _Given = _Given()) -> Article:
    text = "\n".join(lines)
    language, origin = (given.language, "record") if given.language else find_language((), text)
    published, modified = given.published, given.modified.at if given.modified else None
    if published and modified and modified < published.at:
        modified = None
    fields = {
        "url": url,
        "title": title,
        "authors": given.authors,
        "published_at": published,
        "modified_at": modified,
        "section": given.section,
        "tags": given.tags,
        "image_url": given.image_url,
        "description": given.description,
        "is_free": given.is_free,
    }
    return Article(
        url=url,
        title=single_line(title),
        authors=given.authors,
        published_at=published.at if published else None,
        modified_at=modified,
        published_precision=published.precision if published else None,
        published_utc_offset=given.utc_offset,
        language=language,
        section=given.section,
        tags=given.tags,
        image_url=given.image_url,
        description=given.description,
        text=text,
        is_free=given.is_free,
        provenance=given.provenance
        or (
            *((field, "record") for field, value in fields.items() if value not in (None, ())),
            *((("language", origin),) if language else ()),
        ),
    )


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := single_line(raw))]


def _string(record: Mapping[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise _BadRecordError(f"{key} is {_kind(value)} ({_quoted(value)}); a string is expected")
    if not _LETTER.search(value):
        raise _BadRecordError(f"{key} is empty ({_quoted(value)}); a string with at least one word is expected")
    return value


def _optional(record: Mapping[str, object], key: str, kind: type[T], allowed: str) -> T | None:
    value = record.get(key)
    if value is None or isinstance(value, kind):
        return value
    raise _BadRecordError(f"{key} is {_kind(value)} ({_quoted(value)}); {allowed} is expected")


def _is_exported(record: Mapping[str, object]) -> bool:
    return "extractor" in record and "article_id" in record


def _provenance(record: Mapping[str, object]) -> tuple[tuple[str, str], ...] | None:
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


def _url(record: Mapping[str, object]) -> str:
    value = _string(record, "url")
    if value.startswith("urn:") or (value.startswith("file:") and _is_exported(record)):
        return value
    try:
        return normalise_url(value)
    except ValueError as error:
        raise _BadRecordError(f"url {_quoted(value)} is invalid: {error}; an http(s) URL is expected") from None


def _published(record: Mapping[str, object]) -> ParsedDate | None:
    parsed, precision = _date(record, "published_at"), _optional(record, "published_precision", str, "a string")
    if parsed is None or precision is None:
        return parsed
    if precision not in _PRECISIONS:
        raise _BadRecordError(f"published_precision is {_quoted(precision)}; second, minute or day is expected")
    return replace(parsed, precision=_PRECISIONS[precision])


def _utc_offset(record: Mapping[str, object], published: ParsedDate | None) -> int | None:
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
        raise _BadRecordError(
            f"published_utc_offset is {_quoted(value)}; a whole number of minutes from "
            f"-{_MAX_UTC_OFFSET} to {_MAX_UTC_OFFSET} is expected"
        )
    return value


def _date(record: Mapping[str, object], key: str) -> ParsedDate | None:
    value = record.get(key)
    if value is None:
        return None
    stated = _iso_time(value)
    parsed = plausible_date(stated) if stated is not None else parse_date(value, _language(record) or "")
    if parsed is None and stated is None:
        raise _BadRecordError(
            f"{key} is {_quoted(value)}; ISO 8601 is expected, such as 2026-03-01T08:30:00+01:00 or 2026-03-01"
        )
    if parsed is None:
        raise _BadRecordError(
            f"{key} is {_quoted(value)}; a year from 1901 to 2099 is expected, "
            "but not 1970-01-01 (zero in Unix time), or null if it is not known"
        )
    return parsed


def _iso_time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def _authors(record: Mapping[str, object]) -> tuple[str, ...]:
    names = _strings(record, "authors")
    # An exported article has names that were cleaned when it was extracted.
    return tuple(names) if _is_exported(record) else clean_names(names)


def _strings(record: Mapping[str, object], key: str) -> list[str]:
    value = record.get(key)
    values = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise _BadRecordError(
            f"{key} is {_kind(value)} ({_quoted(value)}); a list of strings or one string is expected"
        )
    return values


def _line(record: Mapping[str, object], key: str) -> str | None:
    value = _optional(record, key, str, "a string")
    return single_line(value) or None if value else None


def _image_url(record: Mapping[str, object], url: str) -> str | None:
    value = _optional(record, "image_url", str, "a string")
    return resolve_http_url(value, url) if value else None


def _language(record: Mapping[str, object]) -> str | None:
    value = _optional(record, "language", str, "a two-letter ISO 639-1 code")
    if value is None:
        return None
    code = language_code(value)
    if code is None:
        raise _BadRecordError(f"language is {_quoted(value)}; a two-letter ISO 639-1 code is expected, such as en")
    return code
