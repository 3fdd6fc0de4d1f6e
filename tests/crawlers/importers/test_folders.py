"""Folders and standard input."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from crawlers.errors import CrawlersError
from crawlers.importers.folders import MANIFEST, find_input
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from tests.crawlers.importers.reading import AT, RECORDS, Read, as_csv, as_parquet
from warehouse.export import MANIFEST as WRITTEN_MANIFEST


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


def test_a_file_name_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.json")).write_text(json.dumps(RECORDS[0]))
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    given = find_input(str(folder), io.BytesIO())
    assert [fetch.url for fetch in Read(folder).fetches] == [RECORDS[0]["url"]]
    assert len(given.fingerprint()) == 16


def test_a_subfolder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORDS[0]))
    name = "deep" * 60
    with ExitStack() as opened:  # a path that is longer than the system's limit stops also an administrator
        parent = os.open(tmp_path, os.O_RDONLY)
        opened.callback(os.close, parent)
        for _ in range(os.pathconf(tmp_path, "PC_PATH_MAX") // len(name) + 1):
            os.mkdir(name, dir_fd=parent)
            parent = os.open(name, os.O_RDONLY, dir_fd=parent)
            opened.callback(os.close, parent)
    with pytest.raises(CrawlersError, match=f"{name}: cannot be read: File name too long"):
        Read(tmp_path)
    shutil.rmtree(tmp_path / name)


def test_a_named_pipe_is_read_once_and_is_a_file_like_others(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(as_csv(),), daemon=True).start()
    given = find_input(str(pipe), io.BytesIO())
    assert given.uri.startswith("stdin:")
    for _ in range(2):
        items = list(read_items(given, FileReport(), AT, ImportOptions()))
        assert [fetch.url for fetch, _ in items] == [record["url"] for record in RECORDS]
    assert items[0][0].detail == f"line 2 of {pipe}"
