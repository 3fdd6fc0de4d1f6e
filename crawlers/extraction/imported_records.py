"""Read imported articles: a JSON object or a plain text instead of a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.charset_guess import guess_charset
from crawlers.discovery.urls import normalise_url
from crawlers.extraction.article import Article, Rejection, RejectionReason
from crawlers.extraction.cleaning import clean_body, clean_text
from crawlers.extraction.language import find_language
from crawlers.extraction.page import decode
from crawlers.extraction.record_fields import (
    MAX_QUOTED,
    BadRecordError,
    kind_of,
    quoted,
    read_authors,
    read_date,
    read_image_url,
    read_language,
    read_line,
    read_optional,
    read_provenance,
    read_published,
    read_string,
    read_strings,
    read_url,
    read_utc_offset,
)
from crawlers.extraction.text import single_line
from crawlers.limits import MAX_PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.dates import ParsedDate


CLEAN = "clean=1"
"""Parameter of a record's content type that requests cleaning of its text."""
_REQUIRED = ("url", "title", "text")
_REPLACEMENT = "\ufffd"
_SHOWN_NAMES = 8
"""Keys of a record that a message names."""


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
    except BadRecordError as error:
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
    raise BadRecordError("the text is not UTF-8, and its charset could not be detected; convert the file to UTF-8")


def _names(record: Mapping[str, object]) -> str:
    names = [str(name)[:MAX_QUOTED] for name in record]
    return ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")


def _from_json(body: bytes, *, clean: bool) -> Article:
    try:
        record = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadRecordError(f"not UTF-8 at byte {error.start}; JSON lines are UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadRecordError(
            f"invalid JSON: {error.msg} at character {error.pos + 1}; one object per line is expected"
        ) from None
    except ValueError:  # Python reads integers of up to 4,300 digits
        raise BadRecordError("invalid JSON: a number is too long") from None
    except RecursionError:
        raise BadRecordError("invalid JSON: nested too deeply") from None
    if not isinstance(record, dict):
        raise BadRecordError(f"{kind_of(record)} ({quoted(record)}); a JSON object is expected")
    if missing := [key for key in _REQUIRED if record.get(key) is None]:
        raise BadRecordError(
            f"{', '.join(missing)} missing; required: {', '.join(_REQUIRED)}; found: {_names(record) or 'no keys'}"
        )
    read_optional(record, "source", str, "a string")
    title, lines, language = read_string(record, "title"), _lines(read_string(record, "text")), read_language(record)
    url, published = read_url(record), read_published(record)
    return _article(
        url=url,
        title=title,
        lines=clean_body(lines, title, language) if clean else lines,
        given=_Given(
            published=published,
            utc_offset=read_utc_offset(record, published),
            modified=read_date(record, "modified_at"),
            authors=read_authors(record),
            language=language,
            section=read_line(record, "section"),
            tags=tuple(dict.fromkeys(tag for value in read_strings(record, "tags") if (tag := single_line(value)))),
            image_url=read_image_url(record, url),
            description=read_line(record, "description"),
            is_free=read_optional(record, "is_free", bool, "true or false"),
            provenance=read_provenance(record),
        ),
    )


def _from_text(text: str, url: str, *, clean: bool) -> Article:
    lines = _lines(clean_text(text) if clean else text)
    if len(lines) < 2:
        found = "nothing" if not lines else f"one line ({quoted(lines[0])})"
        raise BadRecordError(f"{found}; a title in the first line and the text after it are expected")
    try:
        url = normalise_url(url)
    except ValueError:
        url = url.strip()
    if not url:
        raise BadRecordError("no URL; every article needs one")
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
