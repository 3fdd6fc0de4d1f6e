"""The fetch log of a segment: what was requested, the outcome, and where the response is stored."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, TypeVar

from crawlers.archive.contents import MAX_STATUS, MIN_STATUS
from crawlers.discovery.listing import Link

Word = TypeVar("Word", bound=StrEnum)


class Kind(StrEnum):
    """What was requested."""

    HOMEPAGE = auto()
    FEED = auto()
    SITEMAP = auto()
    SECTION = auto()
    PAGE = auto()
    RECORD = auto()
    """An imported article, JSON or plain text, not a web page."""


class Outcome(StrEnum):
    """The result of a request."""

    FETCHED = auto()
    UNCHANGED = auto()
    """The server answered 304 or sent the same bytes as before: the stored response is still valid."""
    FAILED = auto()
    SKIPPED = auto()
    """It was not requested; `reason` says why."""


@dataclass(frozen=True, slots=True)
class FoundListing:
    """A listing found in another listing: a feed of a front page, a sitemap of an index."""

    url: str
    kind: Kind
    modified_at: datetime | None = None
    """When it last changed, according to that listing."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request and its outcome. Both times have a time zone (by convention UTC); ValueError otherwise."""

    url: str
    """The requested URL, before any redirect."""
    source: str
    """Name of the source it was requested for."""
    kind: Kind
    outcome: Outcome
    fetched_at: datetime
    final_url: str | None = None
    """The URL that answered, after redirects."""
    status: int | None = None
    """HTTP status, three digits; None without a response."""
    reason: str | None = None
    """Why it failed or was skipped: a word from the closed vocabulary of the writer."""
    detail: str | None = None
    """The reason in words for people."""
    bytes: int = 0
    """Length of the decoded body."""
    ms: int = 0
    """Milliseconds from sending the request to the end of the body."""
    offset: int | None = None
    """Byte offset of the response (or resource) record in the segment's WARC file; None if nothing was stored."""
    digest: str | None = None
    """Digest of the stored payload, as in the record."""
    etag: str | None = None
    last_modified: str | None = None
    """The validator as the server spelled it, to be sent back unchanged."""
    published_hint: datetime | None = None
    """When this page was published, according to the listing that named it."""
    links: tuple[Link, ...] = ()
    """Previously unknown article URLs found in this listing."""
    listings: tuple[FoundListing, ...] = ()
    """Further listings found in this one."""

    def __post_init__(self) -> None:
        for name in ("fetched_at", "published_hint"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{name} has no time zone: {moment.isoformat()}")
        if self.status is not None and _status(self.status) is None:
            raise ValueError(f"an HTTP status has three digits, found {self.status}")


# Some readers treat these as line breaks too; JSON escapes only the control characters of ASCII.
_LINE_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x7f\x85\u2028\u2029"}


def to_json(fetch: Fetch) -> str:
    r"""One line of JSON without its line break, in the order of the fields, without default values.

    Times are ISO 8601 with offset. A lone surrogate, which JSON feeds may contain and UTF-8 cannot encode, becomes
    U+FFFD; `from_json` restores everything else unchanged.
    """
    line = json.dumps(_plain(fetch), ensure_ascii=False, separators=(",", ":"))
    if not line.isascii():
        line = line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return line.translate(_LINE_BREAKS)


def from_json(line: str | bytes) -> Fetch:
    """The fetch that `to_json` wrote as this line.

    Unknown keys are ignored, so that logs of later versions stay readable. A status that HTTP does not have, which
    earlier versions logged, is no status. Raises ValueError, with what was found and
    what was expected, if the line is invalid.
    """
    try:
        found = json.loads(line)
    except RecursionError:
        raise ValueError("not a fetch: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"not a fetch: expected a JSON object, found {type(found).__name__}")
    entry = _Entry(found)
    return Fetch(
        url=entry.required("url"),
        source=entry.required("source"),
        kind=_one_of(Kind, "kind", entry.required("kind")),
        outcome=_one_of(Outcome, "outcome", entry.required("outcome")),
        fetched_at=_moment("fetched_at", entry.required("fetched_at")),
        final_url=entry.text("final_url"),
        status=_status(entry.number("status")),
        reason=entry.text("reason"),
        detail=entry.text("detail"),
        bytes=entry.number("bytes") or 0,
        ms=entry.number("ms") or 0,
        offset=entry.number("offset"),
        digest=entry.text("digest"),
        etag=entry.text("etag"),
        last_modified=entry.text("last_modified"),
        published_hint=entry.moment("published_hint"),
        links=tuple(_link(number, link) for number, link in enumerate(entry.objects("links"))),
        listings=tuple(_listing(number, found) for number, found in enumerate(entry.objects("listings"))),
    )


_CHECKSUM = re.compile(rb',"crc32":"([0-9a-f]{8})"\}\s*\Z')


def to_line(fetch: Fetch) -> bytes:
    """The line of a log: JSON whose last key, `crc32`, is the checksum of all bytes before it, and a line break."""
    line = to_json(fetch).encode()[:-1]
    return line + b',"crc32":"%08x"}\n' % zlib.crc32(line)


def from_line(line: bytes) -> Fetch:
    """The fetch of a line that `to_line` wrote, or an earlier version, which wrote no checksum.

    Raises ValueError if the line is invalid or was changed.
    """
    stated = _CHECKSUM.search(line, max(0, len(line) - 30))
    if stated and zlib.crc32(line[: stated.start()]) != int(stated[1], 16):
        raise ValueError("the line is not what was written: its checksum differs")
    return from_json(line)


def _status(number: int | None) -> int | None:
    return number if number is not None and MIN_STATUS <= number <= MAX_STATUS else None


def _plain(record: Fetch | Link | FoundListing) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = [_plain(link) for link in value]
        plain[field.name] = value
    return plain


def _one_of(vocabulary: type[Word], key: str, text: str) -> Word:
    try:
        return vocabulary(text)
    except ValueError:
        raise ValueError(f"{key}: expected one of {', '.join(vocabulary)}; found {text!r}") from None


def _moment(key: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{key}: expected ISO 8601 with offset, found {text!r}") from None
    if moment.utcoffset() is None:
        raise ValueError(f"{key}: expected ISO 8601 with offset, found none in {text!r}")
    return moment


class _Entry:
    """A JSON object, read key by key with a check of each type."""

    def __init__(self, found: dict[str, object], where: str = "") -> None:
        self._found, self._where = found, where

    def required(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise ValueError(f"{self._where}{key} is missing")
        return value

    def text(self, key: str) -> str | None:
        value = self._found.get(key)
        if value is None or isinstance(value, str):
            return value
        raise ValueError(f"{self._where}{key}: expected a string, found {type(value).__name__}")

    def number(self, key: str) -> int | None:
        value = self._found.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise ValueError(f"{self._where}{key}: expected a whole number, found {type(value).__name__}")

    def moment(self, key: str) -> datetime | None:
        text = self.text(key)
        return None if text is None else _moment(self._where + key, text)

    def objects(self, key: str) -> list[dict[str, object]]:
        value = self._found.get(key, [])
        if not isinstance(value, list):
            raise ValueError(f"{key}: expected a list, found {type(value).__name__}")
        for number, found in enumerate(value):
            if not isinstance(found, dict):
                raise ValueError(f"{key}[{number}]: expected an object, found {type(found).__name__}")
        return value


def _listing(number: int, found: dict[str, object]) -> FoundListing:
    entry = _Entry(found, f"listings[{number}].")
    return FoundListing(
        url=entry.required("url"),
        kind=_one_of(Kind, f"listings[{number}].kind", entry.required("kind")),
        modified_at=entry.moment("modified_at"),
    )


def _link(number: int, found: dict[str, object]) -> Link:
    entry = _Entry(found, f"links[{number}].")
    return Link(
        url=entry.required("url"),
        title=entry.text("title"),
        published_at=entry.moment("published_at"),
        modified_at=entry.moment("modified_at"),
        language=entry.text("language"),
    )
