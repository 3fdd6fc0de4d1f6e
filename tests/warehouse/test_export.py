"""Exports that fail: whether the disk is to blame or the warehouse, and what is left behind."""

from __future__ import annotations

import gc
import resource
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse import WarehouseError
from warehouse.export import export
from warehouse.lake import parse_lake
from warehouse.lake_opening import open_lake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouse.export import ExportFormat

FORMATS = ["csv", "jsonl", "parquet", "xlsx"]
# Texts that hardly compress, in a table without times.
NOTES = """
SELECT number, string_agg(md5(concat(number, ' ', part)), ' ') AS text
FROM range(40) AS numbers(number), range(200) AS parts(part) GROUP BY number
"""


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file may become larger, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def left(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_disk_that_is_full_is_to_blame_and_earlier_files_stay(tmp_path: Path, form: ExportFormat) -> None:
    out = tmp_path / "out"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE notes AS SELECT 1 AS number, 'a' AS text")
        export(connection, out, ["notes"], form)
        before = (out / f"notes.{form}").read_bytes()
        connection.execute(f"INSERT INTO notes {NOTES}")
        with small_files(1 << 16), pytest.raises(WarehouseError) as caught:
            export(connection, out, ["notes"], form)
        said = str(caught.value)
        del caught
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()  # XlsxWriter leaves its files open
        assert said.startswith(f"{out}: cannot be written: ")
        assert said.endswith(". Earlier exports of tables that were not finished are unchanged.")
        assert (out / f"notes.{form}").read_bytes() == before
        assert left(out) == ["newsloom-export.json", f"notes.{form}"]
        (notes,) = export(connection, out, ["notes"], form)
    assert (notes.rows, left(out)) == (41, ["newsloom-export.json", f"notes.{form}"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_lake_that_cannot_be_read_is_to_blame(tmp_path: Path, form: ExportFormat) -> None:
    with open_lake(parse_lake(f"ducklake:sqlite:{tmp_path / 'catalog.sqlite'}"), write=True) as lake:
        lake.execute(f"CREATE TABLE notes AS {NOTES}")
        earlier = set((tmp_path / "catalog.sqlite.files").rglob("*.parquet"))
        lake.execute(f"INSERT INTO notes {NOTES}")  # so that it is noticed after the first rows
        (file,) = set((tmp_path / "catalog.sqlite.files").rglob("*.parquet")) - earlier
        file.unlink()
        with pytest.raises(WarehouseError, match=f"^the warehouse cannot be read: .*{file.name}") as caught:
            export(lake, tmp_path / "out", ["notes"], form)
    assert "cannot be written" not in str(caught.value)
    assert left(tmp_path / "out") == []
