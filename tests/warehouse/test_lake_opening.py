"""Creating and opening a lake whose catalogue is in SQLite and whose files are in a folder."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse import WarehouseError
from warehouse.lake import Lake, parse_lake
from warehouse.lake_opening import open_lake
from warehouse.lake_writer import LakeWriter

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.extensions


def lake_of(folder: Path, data_path: Path | str | None = None) -> Lake:
    return parse_lake(f"ducklake:sqlite:{folder / 'catalog.sqlite'}", None if data_path is None else str(data_path))


def write_parquet(file: Path, text: str = "not of the lake") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (0, 0))


@pytest.mark.parametrize("data_path", ["files", None])
def test_a_new_lake_is_not_made_where_parquet_files_are(tmp_path: Path, data_path: str | None) -> None:
    """Maintenance would delete them, as the lake does not know them."""
    lake = lake_of(tmp_path, data_path and tmp_path / data_path)
    other = tmp_path / (data_path or "catalog.sqlite.files") / "of another" / "sales.parquet"
    write_parquet(other)
    with pytest.raises(WarehouseError, match=r"something else, such as .*/sales\.parquet\. The nightly main"):
        open_lake(lake, write=True)
    assert list(tmp_path.glob("catalog.sqlite*")) == [tmp_path / "catalog.sqlite.files"][data_path is not None :]
    other.rename(tmp_path / "sales.parquet")
    open_lake(lake, write=True).close()
    write_parquet(other)
    open_lake(lake, write=True).close()  # it exists: its own files are there as well


def test_maintenance_removes_no_parquet_file_of_others(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = tmp_path / "files"
    own = files / "main" / "stories" / "ducklake-01a21b9a-48a3-7990-91f7-ad1cc5ed89f4.parquet"
    foreign = [
        files / "sales.parquet",
        files / "main" / "stories" / "sales.parquet",
        files / "another-lake" / "main" / "t" / own.name,
    ]
    data.mkdir()
    writer = LakeWriter(data, lake_of(tmp_path, files), "test")
    writer.connection.execute("CREATE TABLE numbers AS SELECT range AS number FROM range(1000)")
    for file in [own, *foreign]:
        write_parquet(file)
    for number, left in enumerate(foreign):
        caplog.clear()
        with caplog.at_level(logging.WARNING, "newsloom"):
            writer.compact(datetime.now(UTC))
        assert f"{files}/: has {3 - number} Parquet files that are not of the lake, such as " in caplog.text
        assert own.exists()
        left.rename(tmp_path / f"{number}.parquet")
    writer.compact(datetime.now(UTC))
    assert not own.exists(), "what a killed process has left"
    assert writer.connection.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]
    writer.close()


def test_a_data_path_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "lake"
    with pytest.raises(WarehouseError, match=f"{place}: cannot be used as data_path: Not a directory"):
        open_lake(lake_of(tmp_path, place), write=True)


def test_another_data_path_than_that_of_the_catalogue_is_refused(tmp_path: Path) -> None:
    open_lake(lake_of(tmp_path), write=True).close()
    with pytest.raises(
        WarehouseError, match=r"has its files elsewhere: .*catalog\.sqlite\.files.* Leave data_path out"
    ):
        open_lake(lake_of(tmp_path, tmp_path / "elsewhere"), write=True)


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("content", ["a text", "a database of DuckDB"])
def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, content: str, write: bool) -> None:
    lake = lake_of(tmp_path)
    if content == "a text":
        (tmp_path / "catalog.sqlite").write_text("notes of a day, " * 99)
    else:
        duckdb.connect(tmp_path / "catalog.sqlite").close()
    advice = "Name a new file instead" if write else "Name the catalogue of the lake instead"
    with pytest.raises(WarehouseError, match=rf"catalog\.sqlite is not an SQLite database\. {advice}") as caught:
        open_lake(lake, write=write)
    assert "newsloom run" not in str(caught.value), "no command creates a lake there"


def test_a_catalogue_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"none/catalog\.sqlite cannot be opened\. Its folder must exist"):
        open_lake(lake_of(tmp_path / "none", tmp_path / "files"), write=True)


def test_a_lake_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(WarehouseError, match=r"no warehouse found\. `newsloom run`, .* creates it"):
            open_lake(lake_of(tmp_path))
        (tmp_path / "catalog.sqlite").touch()


@pytest.mark.parametrize(
    ("catalog", "words"),
    [
        ("news", r'the address is invalid: missing "=" after "news"'),
        ("dbname=news hots=db.example", 'the address is invalid: invalid connection option "hots"'),
        ("dbname=news port=x password=hunter2", 'the address is invalid: invalid integer value "x"'),
        ("dbname='news", "the address is invalid: unterminated quoted string"),
        ("postgresql://ann:hunter2@127.0.0.1:123456/news", 'the address is invalid: invalid port number: "123456"'),
    ],
)
def test_an_address_that_postgresql_cannot_read_is_no_reason_to_try_again(catalog: str, words: str) -> None:
    with pytest.raises(WarehouseError, match=words) as caught:
        open_lake(parse_lake(f"ducklake:postgres:{catalog}"))
    assert 'allowed: "ducklake:postgres:dbname=news' in str(caught.value)
    assert "hunter2" not in str(caught.value)
