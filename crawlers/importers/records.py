"""Turns the records of a file into log entries with content, and counts what newsloom cannot keep of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from crawlers.archive import ImportedRecord, Kind
from crawlers.dates import parse_date
from crawlers.discovery import normalise_url
from crawlers.errors import CrawlersError
from crawlers.extraction.imported_records import CLEAN
from crawlers.extraction.text import single_line
from crawlers.importers.items import LOCAL_SOURCE, failed, fetched, host, plausible_time
from crawlers.importers.keys import suggested_map
from crawlers.limits import MAX_PAGE_BYTES, MAX_TEXT_CHARS, MAX_URL_BYTES

if TYPE_CHECKING:
    from crawlers.importers.files import InputFile
    from crawlers.importers.items import FileReport, ImportedItem, ImportOptions
    from crawlers.importers.keys import Record, Translator

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"
_SHOWN_COLUMNS = 12
_LONGEST_NAME = 60
"""Characters of the name of a column; a longer one is a value."""


class RecordItems:
    """Makes the items of a file. Places are such as "line 3"; with the name of the file, they stand in the log."""

    def __init__(
        self, file: InputFile, report: FileReport, at: datetime, options: ImportOptions, translator: Translator
    ) -> None:
        self.file, self.report, self.at, self.options, self.translator = file, report, at, options, translator

    def require(self, names: tuple[str, ...]) -> None:
        """Raise CrawlersError if a table with these columns cannot have articles, or has two of one name."""
        twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
        if twice is not None:
            raise CrawlersError(f'{self.file.place}: two columns have the name "{twice}". Rename one of them')
        missing = self.translator.missing(names)
        if missing:
            shown = ", ".join(map(_shortened, names[:_SHOWN_COLUMNS])) + (", …" if len(names) > _SHOWN_COLUMNS else "")
            found = suggested_map(names)
            others = [f"{field}=COLUMN" for field in missing if f"{field}=" not in found]
            suggested = ",".join([*([found] if found else []), *others])
            unnamed = any(len(name) > _LONGEST_NAME or name.startswith(("http://", "https://")) for name in names)
            hint = "The first line must have the names of the columns. " if unnamed else ""
            columns = f"the column {missing[0]} is" if len(missing) == 1 else f"the columns {', '.join(missing)} are"
            raise CrawlersError(
                f"{self.file.place}: {columns} missing. Found: {shown or 'no columns'}. {hint}"
                f'Name the columns to use instead, such as: --map "{suggested}"'
            )

    def of_json(self, place: str, value: object, line: bytes) -> ImportedItem:
        """The item of a line of JSON, which is stored as it is unless its keys are those of another tool."""
        if not isinstance(value, Mapping):
            return self._item(place, {}, line)
        record = self.translator.translate(value)
        self._count(value)
        return self._item(place, record, line if record is value else _encoded(record))

    def of_value(self, place: str, value: object) -> ImportedItem:
        """The item of a JSON value or a row."""
        if not isinstance(value, Mapping):
            return self._item(place, {}, _encoded(value))
        record = self.translator.translate(value)
        self._count(value)
        return self._item(place, record)

    def of_texts(self, place: str, row: Record) -> ImportedItem:
        """The item of a row in which all values are texts."""
        self._count(row)
        return self._item(place, self.translator.translate(row, texts=True))

    def of_text(self, body: bytes) -> ImportedItem:
        """The item of a plain text."""
        if len(body) > MAX_PAGE_BYTES:
            return self.too_large("the file")
        fetch = fetched(self.file.uri, self.options.source or LOCAL_SOURCE, Kind.RECORD, self.at, len(body))
        return fetch, ImportedRecord(self.file.uri, self._content_type(TEXT_TYPE), body)

    def bad(self, place: str, problem: str, reason: str = "bad_record") -> ImportedItem:
        """The item of a record that cannot be used."""
        source, detail = self.options.source or LOCAL_SOURCE, f"{place} of {self.file.name}: {problem}"
        return failed(self._uri(place), source, Kind.RECORD, self.at, reason, detail), None

    def too_large(self, place: str, limit: str = f"{MAX_PAGE_BYTES} bytes") -> ImportedItem:
        """The item of a record that is longer than any article."""
        return self.bad(place, f"longer than {limit}", "too_large")

    def _count(self, given: Record) -> None:
        for key in self.translator.not_kept(given):
            self.report.not_kept[key] += 1

    def _item(self, place: str, record: Record, body: bytes | None = None) -> ImportedItem:
        """The item of a record; `body` is its JSON, if it is known."""
        text = record.get("text")
        if isinstance(text, str) and len(text) > MAX_TEXT_CHARS:  # extraction would refuse it, after more work
            return self.too_large(place, f"{MAX_TEXT_CHARS} characters")
        body = _encoded(record) if body is None else body
        if len(body) > MAX_PAGE_BYTES:
            return self.too_large(place)
        url = _url(record)
        source = record.get("source")
        stated = single_line(source) if isinstance(source, str) else ""
        fetch = fetched(
            url or self._uri(place),
            self.options.source or stated or host(url),
            Kind.RECORD,
            self._seen_at(record),
            len(body),
            detail=f"{place} of {self.file.name}",
        )
        return fetch, ImportedRecord(fetch.url, self._content_type(JSON_TYPE), body)

    def _seen_at(self, record: Record) -> datetime:
        stated = record.get("first_seen_at")
        try:
            seen = datetime.fromisoformat(stated) if isinstance(stated, str) else None
        except ValueError:
            seen = None
        if seen is None and (parsed := parse_date(stated)) is not None:
            seen = parsed.at
        return plausible_time(seen, self.at) or self.at

    def _uri(self, place: str) -> str:
        return f"{self.file.uri}#{place.replace(' ', '=')}"

    def _content_type(self, name: str) -> str:
        """The content type of a record; cleaning is a parameter that makes extraction clean its text."""
        return f"{name}; {CLEAN}" if self.options.clean else name


def _url(record: Record) -> str | None:
    """The URL of a record, if it is valid."""
    url = record.get("url")
    if not isinstance(url, str) or len(url) > MAX_URL_BYTES:
        return None
    try:
        return normalise_url(url)
    except (ValueError, AttributeError):
        return url if url.startswith("urn:") else None


def _encoded(value: object) -> bytes:
    """JSON in UTF-8. Bytes that were not UTF-8 come out as they were, for extraction to reject; other surrogates, which
    JSON can contain, as escapes."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return json.dumps(value).encode()


def _shortened(name: str) -> str:
    line = single_line(name)
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}…"
