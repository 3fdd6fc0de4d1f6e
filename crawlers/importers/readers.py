"""Reads JSON lines and plain texts to import as the content of archive segments.

Each reader yields log entries with their content, and notes in a `FileReport` the records that it skips.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from crawlers.archive import ImportedRecord, Kind
from crawlers.discovery import normalise_url
from crawlers.extraction.imported_records import CLEAN
from crawlers.extraction.text import single_line
from crawlers.importers.items import LOCAL_SOURCE, failed, fetched, host
from crawlers.limits import MAX_PAGE_BYTES, MAX_URL_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawlers.importers.files import InputFile
    from crawlers.importers.items import FileReport, ImportedItem

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"


def json_lines(file: InputFile, report: FileReport, at: datetime, *, clean: bool = False) -> Iterator[ImportedItem]:
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
                yield failed(place, LOCAL_SOURCE, Kind.RECORD, at, "too_large", detail), None
                continue
            if not line.strip():
                report.left_out["blank line"] += 1
                continue
            url, source = _url_and_source(line)
            fetch = fetched(url or place, source or host(url), Kind.RECORD, at, len(line))
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
        return normalise_url(record["url"]), (single_line(source) or None) if isinstance(source, str) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None, None


def plain_text(file: InputFile, report: FileReport, at: datetime, *, clean: bool = False) -> Iterator[ImportedItem]:
    """The whole file as one article: its first line is the title, after cleaning if `clean` is set."""
    url = file.uri
    with file.open() as stream:
        body = stream.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        detail = f"{file.name} is longer than {MAX_PAGE_BYTES} bytes"
        yield failed(url, LOCAL_SOURCE, Kind.RECORD, at, "too_large", detail), None
        return
    yield (
        fetched(url, LOCAL_SOURCE, Kind.RECORD, at, len(body)),
        ImportedRecord(url, _content_type(TEXT_TYPE, clean), body),
    )
