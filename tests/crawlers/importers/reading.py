"""Records, the files that hold them, and what is read of them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from crawlers.archive import Fetch, ImportedRecord
from crawlers.importers.folders import find_input
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.keys import read_map
from crawlers.importers.readers import read_items

if TYPE_CHECKING:
    from pathlib import Path


AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDS: list[dict[str, Any]] = [
    {"url": f"https://town.example/{number}", "title": f"Title {number}", "text": f'Größe {number}, "quoted"\nline'}
    for number in range(3)
]


def as_csv(delimiter: str = ",", charset: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, RECORDS[0].keys(), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(RECORDS)
    return text.getvalue().encode(charset)


def as_parquet(records: list[dict[str, Any]] | None = None) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(records or RECORDS), buffer)
    return buffer.getvalue()


def as_lines(records: list[Any] | None = None) -> bytes:
    return "\n".join(json.dumps(record) for record in records or RECORDS).encode()


def page(head: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>A page</title>{head}</head><body><p>Words.</p></body></html>".encode()


class Read:
    """What `read_items` yields of a path."""

    def __init__(self, path: Path, *maps: str, source: str | None = None) -> None:
        self.report = FileReport()
        self.options = ImportOptions(keys=read_map(maps) if maps else (), source=source)
        self.items = list(read_items(find_input(str(path), io.BytesIO()), self.report, AT, self.options))

    @property
    def fetches(self) -> list[Fetch]:
        return [fetch for fetch, _ in self.items]

    @property
    def records(self) -> list[Any]:
        return [json.loads(content.body) for _, content in self.items if isinstance(content, ImportedRecord)]


def read(folder: Path, content: bytes, name: str = "file", *maps: str, source: str | None = None) -> Read:
    (folder / name).write_bytes(content)
    return Read(folder / name, *maps, source=source)
