"""Reads the HTML pages of any WARC file as the content of archive segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastwarc.warc import WarcRecordType

from crawlers.archive import Exchange, Kind
from crawlers.archive.reader import charset_of
from crawlers.content_codings import BodyTooLargeError, BrokenCodingError
from crawlers.dates import parse_time
from crawlers.discovery import normalise_url
from crawlers.extraction.text import single_line
from crawlers.importers.contents import DAMAGED
from crawlers.importers.http_responses import MAX_HEAD_BYTES, HttpResponse
from crawlers.importers.items import failed, fetched, host, plausible_time
from crawlers.importers.selection import EVERYTHING, OTHER_HOST, OTHER_LANGUAGE, OTHER_TIME, Selection
from crawlers.importers.warc_files import records_of
from crawlers.limits import MAX_PAGE_BYTES, MAX_URL_BYTES

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from datetime import datetime

    from fastwarc.warc import WarcRecord

    from crawlers.importers.files import InputFile
    from crawlers.importers.items import FileReport, ImportedItem

HTML = ("text/html", "application/xhtml+xml")
_MAX_KIND = 40
"""Characters shown of the type of a record."""
_PIECE = 64 << 10


def warc_pages(
    file: InputFile,
    stream: io.BufferedReader,
    report: FileReport,
    at: datetime,
    *,
    source: str | None = None,
    selection: Selection = EVERYTHING,
    begin: int = 0,
) -> Iterator[ImportedItem]:
    """The HTML pages of a WARC file, open as `stream`, from the record at byte `begin` on: responses with status 200.

    Other records are counted in `report.left_out`, and damaged parts of the file described in `report.damage`. `at` is
    the time of the import, with time zone, and that of records without a plausible one of their own. The source of a
    page is its host unless `source` is given. Raises CrawlersError for a file without any record.
    """
    for record in records_of(file, stream, report, begin):
        skipped = _reason_to_skip(record) or _reason_not_selected(record, selection, at)
        if skipped is not None:
            report.left_out[skipped] += 1
            continue
        block, is_whole = _block(record)
        response = HttpResponse(block)
        skipped = _reason_to_skip_response(response)
        if skipped is None:
            report.offset = record.stream_pos
            page = _page(record, response, at, source, is_whole=is_whole)
            if _has_language(page, response, selection):
                yield page
                continue
            skipped = OTHER_LANGUAGE
        report.left_out[skipped] += 1


def _block(record: WarcRecord) -> tuple[bytes, bool]:
    """The block of a record, or as much of it as can be used, and whether the whole block is in the file."""
    pieces: list[bytes] = []
    wanted = MAX_HEAD_BYTES + MAX_PAGE_BYTES
    try:
        while piece := record.reader.read(min(wanted, _PIECE)):
            pieces.append(piece)
            wanted -= len(piece)
        block = b"".join(pieces)
        return block, len(block) + record.reader.consume() >= _declared_length(record)
    except (OSError, *DAMAGED):  # damaged; what was lost is described when the next record is requested
        return b"".join(pieces), False


def _reason_to_skip(record: WarcRecord) -> str | None:
    if record.record_type != WarcRecordType.response:
        # The length first: files of a million empty records exist, and reading a header takes most of their time.
        kind = single_line(record.headers.get("WARC-Type") or "")[:_MAX_KIND] if len(record.headers) else ""
        # fastwarc knows a type only by "WARC-Type" in this spelling; the names of fields have no case.
        if kind.lower() != "response":
            return f"{kind} record" if kind else "record without a type"
    if not record.is_http:
        return "response other than HTTP"
    url = _target(record)
    if len(url) > MAX_URL_BYTES:
        return "response with a URL of over 8 KiB"
    try:
        normalise_url(url)
    except ValueError:
        return "response without an http URL"
    return None


def _target(record: WarcRecord) -> str:
    """The URL of a record. Some programs write it as the grammar of WARC 1.0 has it: `<https://…>`."""
    url = record.headers.get("WARC-Target-URI") or ""
    return url[1:-1] if url.startswith("<") and url.endswith(">") else url


def _reason_not_selected(record: WarcRecord, selection: Selection, at: datetime) -> str | None:
    if not selection.has_host(_target(record)):
        return OTHER_HOST
    return None if selection.has_time(_fetched_at(record, at)[0]) else OTHER_TIME


def _has_language(page: ImportedItem, response: HttpResponse, selection: Selection) -> bool:
    """Whether a page is in a selected language, or failed: a page that cannot be read is reported."""
    content = page[1]
    if not isinstance(content, Exchange) or not selection.languages:
        return True
    declared = response.values("content-language")
    charset = charset_of((response.values("content-type") or [""])[-1])
    return selection.has_language(content.body, declared[-1] if declared else None, charset)


def _reason_to_skip_response(response: HttpResponse) -> str | None:
    if response.status is None:
        return "response without a valid HTTP status"
    if response.status != 200:
        return "response with a status other than 200"
    content_type = (response.values("content-type") or [""])[-1].lower()
    return None if not content_type or content_type.startswith(HTML) else "response other than HTML"


def _declared_length(record: WarcRecord) -> int:
    value = record.headers.get("Content-Length") or ""
    return int(value) if value.isascii() and value.isdigit() else 0


def _page(
    record: WarcRecord, response: HttpResponse, at: datetime, source: str | None, *, is_whole: bool
) -> ImportedItem:
    url = normalise_url(_target(record))
    source = source or host(url)
    fetched_at, note = _fetched_at(record, at)
    try:
        if not is_whole:
            raise BrokenCodingError("the record is incomplete or damaged in the file")
        if reason := record.headers.get("WARC-Truncated"):
            raise BrokenCodingError(f"the program that wrote the record cut it short: {reason[:80]}")
        body = response.body(MAX_PAGE_BYTES)
        if len(body) > MAX_PAGE_BYTES:
            raise BodyTooLargeError(f"longer than {MAX_PAGE_BYTES} bytes")
    except BrokenCodingError as error:
        return failed(url, source, Kind.PAGE, fetched_at, "incomplete", str(error)), None
    except BodyTooLargeError as error:
        return failed(url, source, Kind.PAGE, fetched_at, "too_large", str(error)), None
    fetch = fetched(url, source, Kind.PAGE, fetched_at, len(body), status=200, detail=note)
    return fetch, Exchange("GET", url, (), 200, "OK", response.headers, body, record.headers.get("WARC-IP-Address"))


def _fetched_at(record: WarcRecord, at: datetime) -> tuple[datetime, str | None]:
    """When the page was fetched, and what is wrong with the date of the record, if anything is."""
    stated = record.headers.get("WARC-Date") or ""
    # WARC 1.1 allows a day alone.
    when = plausible_time(record.record_date or parse_time(stated), at)
    if when is not None:
        return when, None
    return at, f"the date of the record is {stated[:40]!r}; the time of the import is used instead"
