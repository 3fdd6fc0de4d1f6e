"""Reads the records of files to import as the content of archive segments.

`read_items` yields log entries with their content. What it skips, cannot read or does not keep, it notes in a
`FileReport`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from crawlers.archive import Exchange, Kind
from crawlers.errors import CrawlersError
from crawlers.extraction.text import single_line
from crawlers.importers.contents import DAMAGED, FileType, UnsupportedFileError, open_content
from crawlers.importers.folders import Folder, files_of
from crawlers.importers.items import BrokenContentError, failed, fetched, host
from crawlers.importers.json_files import lines_of, values_of
from crawlers.importers.keys import Translator
from crawlers.importers.pages import url_of_page
from crawlers.importers.records import RecordItems
from crawlers.importers.tables import BadRow, csv_columns, csv_rows, parquet_file, parquet_rows
from crawlers.importers.warc_files import begins_record
from crawlers.importers.web_archives import warc_pages
from crawlers.limits import MAX_PAGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from crawlers.importers.contents import Content
    from crawlers.importers.files import InputFile
    from crawlers.importers.folders import Input
    from crawlers.importers.items import FileReport, ImportedItem, ImportOptions

_STREAM_ERRORS = (*DAMAGED, OSError, pa.ArrowException, BrokenContentError)
"""What a file raises that is cut short or damaged."""


def can_begin_at(given: Input, offset: int, options: ImportOptions) -> bool:
    """Whether `read_items` can begin at a byte of a file: at a record of a web archive that is stored as it is."""
    if isinstance(given, Folder):
        return False
    with open_content(given, Translator(options.keys)) as content:
        return content.type is FileType.WARC and begins_record(content.stream, offset)


def read_items(
    given: Input, report: FileReport, at: datetime, options: ImportOptions, begin: int = 0
) -> Iterator[ImportedItem]:
    """The records of a file from the byte `begin` on, or of all files in a folder, in the order of their names.

    `at` is the time of the import, with time zone: the time at which a record was fetched that states no other. A
    record that cannot be read is a failed fetch. Raises CrawlersError if a file cannot be read at all; in a folder,
    that is noted as damage, and files of other types are counted.
    """
    translator = Translator(options.keys)
    for file in files_of(given):
        try:
            prefix = "" if file is given else f"{file.place}: "
            yield from _read_file(file, report, at, options, translator, begin, prefix)
        except UnsupportedFileError as error:
            if file is given:
                raise
            report.left_out[f"file that is {error.found.partition(';')[0]}"] += 1
        except CrawlersError as error:
            if file is given:
                raise
            report.damage.append(str(error).removesuffix("."))


def _read_file(
    file: InputFile,
    report: FileReport,
    at: datetime,
    options: ImportOptions,
    translator: Translator,
    begin: int,
    prefix: str,
) -> Iterator[ImportedItem]:
    if file.is_empty():
        report.left_out["empty file"] += 1
        return
    number = 0
    with open_content(file, translator) as content:
        if content.type is FileType.WARC:
            before = len(report.damage)
            yield from warc_pages(
                file, content.stream, report, at, source=options.source, selection=options.selection, begin=begin
            )
            report.damage[before:] = [f"{prefix}{damage}" for damage in report.damage[before:]]
            return
        if str(options.selection):
            raise CrawlersError(
                f"{file.place}: hosts, languages and dates select pages of web archives (WARC); this file contains "
                f"{content.type.value.replace('_', ' ')}. Import it without them."
            )
        items = RecordItems(file, report, at, options, translator)
        try:
            for item in _READERS[content.type](items, content):
                number += 1
                yield item
        except _STREAM_ERRORS as error:
            records = "1 record was" if number == 1 else f"{number} records were"
            report.damage.append(f"{prefix}{_problem(error)}. Before that, {records} read")


def _problem(error: Exception) -> str:
    if isinstance(error, BrokenContentError):
        return f"{error}; nothing after it can be read"
    detail = single_line(str(error))[:200]  # Arrow quotes bytes of the file
    what = "is cut short" if isinstance(error, EOFError) or "runcated" in detail else "is damaged or cut short"
    return f"the file {what} ({detail.rstrip('.')})"


def _json_lines(items: RecordItems, content: Content) -> Iterator[ImportedItem]:
    for number, line in lines_of(content.stream):
        place = f"line {number}"
        if line is None:
            yield items.too_large(place)
        elif not line.strip():
            items.report.left_out["blank line"] += 1
        else:
            try:
                value = json.loads(line := line.strip().removesuffix(b","))
            except (ValueError, RecursionError):
                value = None
            yield items.of_json(place, value, line.strip())


def _json_values(items: RecordItems, content: Content) -> Iterator[ImportedItem]:
    number = 0
    for name, value in values_of(content.stream):
        for within, one in items.translator.records_in(name, value):
            number += 1
            yield items.of_value(f"record {number}", items.translator.with_publisher(one, within))


def _table(items: RecordItems, content: Content) -> Iterator[ImportedItem]:
    items.require(csv_columns(content.head, items.translator))
    for line, row in csv_rows(content.stream, content.head, items.translator):
        place = f"line {line}"
        yield items.bad(place, row.problem) if isinstance(row, BadRow) else items.of_texts(place, row)


def _parquet(items: RecordItems, content: Content) -> Iterator[ImportedItem]:
    with parquet_file(content.stream) as table:
        items.require(tuple(table.schema_arrow.names))
        for number, row in parquet_rows(table):
            place = f"row {number}"
            yield items.bad(place, row.problem) if isinstance(row, BadRow) else items.of_value(place, row)


def _text(items: RecordItems, content: Content) -> Iterator[ImportedItem]:
    body = content.stream.read(MAX_PAGE_BYTES + 1)
    yield items.of_text(body)


def _page(items: RecordItems, content: Content) -> Iterator[ImportedItem]:
    body = content.stream.read(MAX_PAGE_BYTES + 1)
    url = url_of_page(body[:MAX_PAGE_BYTES])
    source = items.options.source or host(url)
    name = items.file.name
    if len(body) > MAX_PAGE_BYTES:
        detail = f"{name} is longer than {MAX_PAGE_BYTES} bytes"
        yield failed(items.file.uri, source, Kind.PAGE, items.at, "too_large", detail), None
    elif url is None:
        detail = f"{name} does not say from which URL it was saved, and has no canonical link"
        yield failed(items.file.uri, source, Kind.PAGE, items.at, "bad_record", detail), None
    else:
        fetch = fetched(url, source, Kind.PAGE, items.at, len(body), status=200, detail=name)
        yield fetch, Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), body)


_READERS: dict[FileType, Callable[[RecordItems, Content], Iterator[ImportedItem]]] = {
    FileType.JSON_LINES: _json_lines,
    FileType.JSON: _json_values,
    FileType.TABLE: _table,
    FileType.PARQUET: _parquet,
    FileType.TEXT: _text,
    FileType.HTML: _page,
}
