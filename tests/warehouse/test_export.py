"""Exports that fail: whether the disk is to blame or the warehouse, and what is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from warehouse import WarehouseError
from warehouse.export import export
from warehouse.lake import parse_lake
from warehouse.lake_opening import open_lake

if TYPE_CHECKING:
    from warehouse.export import ExportFormat

FORMATS = ["csv", "jsonl", "parquet", "xlsx"]
ROOT = Path(__file__).parents[2]
# Texts that hardly compress, in a table without times.
NOTES = """
SELECT number, string_agg(md5(concat(number, ' ', part)), ' ') AS text
FROM range(40) AS numbers(number), range(200) AS parts(part) GROUP BY number
"""
# Exports one row, then many, when no file may become larger than 64 KB, as on a disk that is nearly full.
FULL_DISK = f"""
import json, resource, sys
from pathlib import Path
import duckdb
from warehouse import WarehouseError
from warehouse.export import export

said = {{}}
with duckdb.connect() as connection:
    connection.execute("CREATE TABLE notes AS SELECT 1 AS number, 'a' AS text")
    for form in {FORMATS}:
        export(connection, Path(sys.argv[1], form), ["notes"], form)
    before = [file.read_bytes() for file in sorted(Path(sys.argv[1]).rglob("notes.*"))]
    connection.execute('''INSERT INTO notes {NOTES}''')
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    for form in {FORMATS}:
        try:
            export(connection, Path(sys.argv[1], form), ["notes"], form)
        except WarehouseError as error:
            said[form] = str(error)
assert before == [file.read_bytes() for file in sorted(Path(sys.argv[1]).rglob("notes.*"))]
print(json.dumps(said))
"""


def left(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


def test_a_disk_that_is_full_is_to_blame_and_earlier_files_stay(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert list(said) == FORMATS
    for form, words in said.items():
        assert words.startswith(f"{tmp_path / form}: cannot be written: ")
        assert words.endswith(". Earlier exports of tables that were not finished are unchanged.")
        assert left(tmp_path / form) == ["newsloom-export.json", f"notes.{form}"]


@pytest.mark.extensions
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
