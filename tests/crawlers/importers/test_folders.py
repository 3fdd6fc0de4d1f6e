"""Folders and standard input."""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING

from crawlers.importers.folders import MANIFEST, find_input
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from tests.crawlers.importers.reading import AT, RECORDS, Read, as_csv, as_parquet
from warehouse.export import MANIFEST as WRITTEN_MANIFEST

if sys.version_info >= (3, 14):
    pass
else:
    pass

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_is_read_with_its_subfolders(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "b" / ".git").mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(RECORDS[0]))
    (folder / "b" / "c.csv.gz").write_bytes(gzip.compress(as_csv()))
    (folder / "b" / "a.parquet").write_bytes(as_parquet()[:-9])
    (folder / "b" / "d.pdf").write_bytes(b"%PDF-1.7")
    (folder / "b" / ".git" / "e.json").write_text(json.dumps(RECORDS[0]))
    (folder / "_SUCCESS").touch()
    (folder / MANIFEST).write_text("{}")
    found = Read(folder)
    assert [fetch.detail for fetch in found.fetches] == [
        "record 1 of a.json", "line 2 of b/c.csv.gz", "line 4 of b/c.csv.gz", "line 6 of b/c.csv.gz",
    ]  # fmt: skip
    assert found.report.left_out == {"file that is a PDF document": 1, "empty file": 1}
    (damage,) = found.report.damage
    assert damage.startswith("b/a.parquet: the file is damaged or cut short")
    before = find_input(str(folder), io.BytesIO()).fingerprint()
    (folder / "f.json").write_text(json.dumps(RECORDS[2]))
    assert find_input(str(folder), io.BytesIO()).fingerprint() != before


def test_the_manifest_of_an_export_has_the_name_that_is_left_out() -> None:
    assert MANIFEST == WRITTEN_MANIFEST


def test_standard_input_is_a_file() -> None:
    given = find_input("-", io.BytesIO(gzip.compress(as_csv())))
    items = list(read_items(given, FileReport(), AT, ImportOptions()))
    assert [fetch.url for fetch, _ in items] == [record["url"] for record in RECORDS]
    assert items[0][0].detail == "line 2 of standard input"
    assert given.uri.startswith("stdin:")
