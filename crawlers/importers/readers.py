"""Reads files to import (JSON lines, plain texts, any WARC archive) as the content of archive segments.

Each reader yields log entries with their content, and counts in `left_out` the records that it skips.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from crawlers.archive import Exchange, Fetch, ImportedRecord, Kind, Outcome
from crawlers.discovery import normalise_url
from crawlers.errors import CrawlersError
from crawlers.extraction.imported_records import CLEAN
from crawlers.limits import MAX_PAGE_BYTES, MAX_URL_BYTES

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from crawlers.importers.files import InputFile

HTML = ("text/html", "application/xhtml+xml")
JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"
LOCAL_SOURCE = "import"  # for records with neither a source nor a host

ImportedItem = tuple[Fetch, Exchange | ImportedRecord | None]


def json_lines(file: InputFile, left_out: Counter[str], at: datetime, *, clean: bool = False) -> Iterator[ImportedItem]:
    """One article per line, in the format that `newsloom import` documents; invalid lines are rejected on extraction.

    `at` is the time of the import, with time zone; it becomes the time at which the records were fetched. `clean` marks
    the records so that extraction cleans their text.
    """
    uri = file.uri
    with file.open() as stream:
        number = 0
        while line := stream.readline(MAX_PAGE_BYTES + 1):
            number += 1
            place = f"{uri}#line={number}"
            if len(line) > MAX_PAGE_BYTES:
                _skip_line(stream, line)
                detail = f"line {number} of {file.name} is longer than {MAX_PAGE_BYTES} bytes"
                yield _failed(place, LOCAL_SOURCE, Kind.RECORD, at, "too_large", detail), None
                continue
            if not line.strip():
                left_out["blank line"] += 1
                continue
            url, source = _url_and_source(line)
            fetch = _fetched(url or place, source or _host(url), Kind.RECORD, at, len(line))
            yield fetch, ImportedRecord(fetch.url, _content_type(JSON_TYPE, clean), line.strip())


def _content_type(name: str, clean: bool) -> str:
    """The content type of a record; `clean` adds a parameter that makes extraction clean its text."""
    return f"{name}; {CLEAN}" if clean else name


def _skip_line(stream: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(MAX_PAGE_BYTES)


def _url_and_source(line: bytes) -> tuple[str | None, str | None]:
    """The URL and the source in a JSON line, where they are valid."""
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(record, dict):
        return None, None
    source = record.get("source")
    try:
        if len(record["url"]) > MAX_URL_BYTES:
            return None, None
        return normalise_url(record["url"]), source.strip() if isinstance(source, str) and source.strip() else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None, None


def plain_text(file: InputFile, left_out: Counter[str], at: datetime, *, clean: bool = False) -> Iterator[ImportedItem]:
    """The whole file as one article: its first line is the title, after cleaning if `clean` is set."""
    url = file.uri
    with file.open() as stream:
        body = stream.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        detail = f"{file.name} is longer than {MAX_PAGE_BYTES} bytes"
        yield _failed(url, LOCAL_SOURCE, Kind.RECORD, at, "too_large", detail), None
        return
    yield (
        _fetched(url, LOCAL_SOURCE, Kind.RECORD, at, len(body)),
        ImportedRecord(url, _content_type(TEXT_TYPE, clean), body),
    )


def warc_pages(file: InputFile, left_out: Counter[str], at: datetime, *, clean: bool = False) -> Iterator[ImportedItem]:
    """The HTML pages of a WARC file: responses with status 200.

    Other records are counted in `left_out`. `at` and `clean` are ignored: the records contain the time at which they
    were fetched, and pages are always cleaned. Raises CrawlersError for a file without any record.
    """
    seen = False
    with file.open() as stream:
        try:
            for record in ArchiveIterator(stream, parse_http=True, auto_decode="all", strict_mode=False):
                seen = True
                reason = _reason_to_skip(record)
                if reason is not None:
                    left_out[reason] += 1
                    continue
                yield _page(record)
        except (ValueError, OSError) as error:
            if not seen:
                raise _not_a_warc_file(file, str(error)) from error
            left_out["unreadable rest of the file"] += 1
    if not seen:
        raise _not_a_warc_file(file, "it contains no WARC record")


def _not_a_warc_file(file: InputFile, found: str) -> CrawlersError:
    return CrawlersError(
        f"{file.place}: cannot be read as a WARC file: {found}. Expected: WARC/1.0 or WARC/1.1 records; in a "
        "compressed file, each in a separate gzip member."
    )


def _reason_to_skip(record: WarcRecord) -> str | None:
    if record.record_type != WarcRecordType.response:
        return f"{record.headers.get('WARC-Type')} record"
    if not record.is_http or record.http_headers is None:
        return "response other than HTTP"
    if record.http_headers.status_code != 200:
        return "response with a status other than 200"
    content_type = (record.http_content_type or "").lower()
    if content_type and not content_type.startswith(HTML):
        return "response other than HTML"
    if len(record.headers.get("WARC-Target-URI") or "") > MAX_URL_BYTES:
        return "response with a URL of over 8 KiB"
    try:
        normalise_url(record.headers.get("WARC-Target-URI") or "")
    except ValueError:
        return "response without an http URL"
    return None


def _page(record: WarcRecord) -> ImportedItem:
    url = normalise_url(record.headers.get("WARC-Target-URI") or "")
    when = record.record_date or datetime.now(UTC)
    fetched_at = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    source = _host(url)
    try:
        body = record.reader.read(MAX_PAGE_BYTES + 1)
    except (ValueError, OSError) as error:
        return _failed(url, source, Kind.PAGE, fetched_at, "bad_encoding", f"the body cannot be decoded: {error}"), None
    if len(body) > MAX_PAGE_BYTES:
        detail = f"the body is longer than {MAX_PAGE_BYTES} bytes"
        return _failed(url, source, Kind.PAGE, fetched_at, "too_large", detail), None
    fetch = _fetched(url, source, Kind.PAGE, fetched_at, len(body), status=200)
    headers = tuple(record.http_headers.items())
    return fetch, Exchange("GET", url, (), 200, "OK", headers, body, record.headers.get("WARC-IP-Address"))


def _host(url: str | None) -> str:
    host = urlsplit(url).hostname if url else None
    return host.removeprefix("www.") if host else LOCAL_SOURCE


def _fetched(url: str, source: str, kind: Kind, at: datetime, size: int, status: int | None = None) -> Fetch:
    return Fetch(url=url, source=source, kind=kind, outcome=Outcome.FETCHED, fetched_at=at, bytes=size, status=status)


def _failed(url: str, source: str, kind: Kind, at: datetime, reason: str, detail: str) -> Fetch:
    return Fetch(url=url, source=source, kind=kind, outcome=Outcome.FAILED, fetched_at=at, reason=reason, detail=detail)
