"""`newsloom sql`, and how the command line speaks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from tests.command import call
from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path


QUERY = "SELECT title, authors, first_seen_at, word_count FROM articles ORDER BY title"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published warehouse that these tests read."""
    data = tmp_path_factory.mktemp("sql") / "data"
    with open_writer(data, "test") as writer:
        load_segment(writer, "s1", "r1", "test", batch(article_row(1), article_row(2, title='Say "ü"')), NOON)
        writer.publish()
    return data


def sql(
    data: Path, query: str, *options: str, code: int = 0, text: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    done = call("sql", query, "--data", str(data), *options, stdin=text.encode() if text else b"")
    assert done.returncode == code, done.stderr.decode()
    return done


def test_json_lines(filled: Path) -> None:
    rows = [json.loads(line) for line in sql(filled, QUERY, "--format", "jsonl").stdout.decode().splitlines()]
    assert rows == [
        {"title": 'Say "ü"', "authors": ["Ann Example"], "first_seen_at": "2026-03-01T12:00:00+00:00", "word_count": 3},
        {"title": "Title 1", "authors": ["Ann Example"], "first_seen_at": "2026-03-01T12:00:00+00:00", "word_count": 3},
    ]


def test_json_is_one_list_of_the_same_rows(filled: Path) -> None:
    lines = sql(filled, QUERY, "--format", "jsonl").stdout.decode().splitlines()
    assert json.loads(sql(filled, QUERY, "--format", "json").stdout) == [json.loads(line) for line in lines]
    assert json.loads(sql(filled, "SELECT 1 WHERE false", "--format", "json").stdout) == []


def test_csv(filled: Path) -> None:
    assert sql(filled, QUERY, "--format", "csv").stdout.decode().splitlines() == [
        "title,authors,first_seen_at,word_count",
        '"Say ""ü""","[""Ann Example""]",2026-03-01T12:00:00+00:00,3',
        'Title 1,"[""Ann Example""]",2026-03-01T12:00:00+00:00,3',
    ]


def test_parquet(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    file.write_bytes(sql(filled, QUERY, "--format", "parquet").stdout)
    assert pq.read_table(file)["title"].to_pylist() == ['Say "ü"', "Title 1"]


def test_parquet_has_intervals_as_text(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    query = "SELECT INTERVAL 36 HOURS + INTERVAL 1 DAY AS lag, 1 AS a UNION ALL SELECT NULL, 3"
    file.write_bytes(sql(filled, query, "--format", "parquet").stdout)
    assert pq.read_table(file).column("lag").to_pylist() == ["1 day 36:00:00", None]
    file.write_bytes(sql(filled, "FROM story_first", "--format", "parquet").stdout)
    assert "lag" in pq.read_table(file).column_names
    file.write_bytes(sql(filled, "SELECT [INTERVAL 1 DAY] AS lags", "--format", "parquet").stdout)
    assert pq.read_table(file).column("lags").to_pylist() == [["1 day"]]


def test_a_table_for_people(filled: Path) -> None:
    said = sql(filled, QUERY).stdout.decode()
    assert "│ Title 1 │" in said
    assert "word_count" in said


def test_the_query_from_standard_input(filled: Path) -> None:
    assert b"42" in sql(filled, "-", "--format", "csv", text="SELECT 42 AS answer").stdout


def test_a_mistake_in_the_query_is_reported_without_a_traceback(filled: Path) -> None:
    for form in ("table", "csv", "parquet"):
        said = sql(filled, "SELECT titel FROM articles", "--format", form, code=2).stderr.decode()
        assert "titel" in said
        assert "title" in said, "DuckDB names what was meant"
        assert "Traceback" not in said


def test_the_warehouse_cannot_be_changed(filled: Path) -> None:
    assert b"read-only" in sql(filled, "DELETE FROM article_state", code=2).stderr


# Root may do everything, unless it is started without that.
BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


@pytest.mark.parametrize(
    ("closed", "command"),
    [("private", "status"), ("private", "run"), ("private", "up"), ("archive", "doctor"), ("archive", "rebuild")],
)
def test_what_may_not_be_read_or_written_is_named_without_a_traceback(
    filled: Path, data: Path, closed: str, command: str
) -> None:
    filled = shutil.copytree(filled, data)
    sources = filled / "sources.toml"
    sources.write_text('[crawl]\ncontact = "a@b.example"\n[[source]]\nname = "a"\nfeeds = ["http://127.0.0.1:9/"]\n')
    folder = filled / closed
    folder.mkdir(exist_ok=True)
    folder.chmod(0o500 if command in ("run", "up") else 0)
    before = BOUND if os.geteuid() == 0 else []
    named = ["--sources", str(sources)] if command in ("run", "up") else []
    try:
        done = subprocess.run(
            [*before, sys.executable, "-m", "flows.cli", command, "--data", str(filled), *named],
            capture_output=True,
            text=True,
            check=False,
            timeout=480,
        )
    finally:
        folder.chmod(0o700)
    if before and done.returncode == 1 and "setpriv" in done.stderr:
        pytest.skip(f"root cannot be kept from a folder here: {done.stderr.strip()}")
    assert done.returncode == 2, done.stderr
    assert str(folder) in done.stderr
    assert "ermission denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_warehouse_it_says_what_to_do(tmp_path: Path) -> None:
    assert b"no warehouse found" in sql(tmp_path, "SELECT 1", code=2).stderr


def test_a_reader_that_has_seen_enough_is_no_error(filled: Path) -> None:
    command = (
        f"{sys.executable} -m flows.cli sql 'SELECT * FROM range(1000000)' --data {filled} --format csv | head -n 2"
    )
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False, text=True)
    assert done.stdout.splitlines() == ["range", "0"]
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from flows.cli.main import newsloom;"
        "assert CliRunner().invoke(newsloom, ['--help']).exit_code == 0;"
        "heavy = {'prefect', 'scrapy', 'trafilatura', 'duckdb', 'pyarrow', 'pydantic'}; print(heavy & set(sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_has_null_for_what_is_no_number(filled: Path, form: str) -> None:
    said = sql(filled, "SELECT 'nan'::DOUBLE AS a, ['inf'::DOUBLE, 1.5] AS b", "--format", form).stdout
    found = json.loads(said, parse_constant=pytest.fail)
    assert (found[0] if form == "json" else found) == {"a": None, "b": [None, 1.5]}


def test_more_than_twenty_articles_are_found(tmp_path: Path) -> None:
    with open_writer(tmp_path / "data", "test") as writer:
        rows = (article_row(n, title=f"Flood {n}", text="Water everywhere.") for n in range(1, 24))
        load_segment(writer, "s1", "r1", "test", batch(*rows), NOON)
        writer.publish()
    done = call("search", "flood", "--top", "21", "--data", str(tmp_path / "data"))
    assert done.stdout.decode().count("http://courier.example/") == 21, done.stderr.decode()
    done = call("search", "flood AND (water", "--data", str(tmp_path / "data"))
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "newsloom: query: character 11: this bracket is not closed\n    flood AND (water\n              ^\n"
    )
    done = call("search", "flood", "--source", "currier", "--data", str(tmp_path / "data"))
    assert done.stdout.decode() == "no article matches 'flood'\nno articles are from currier; sources: courier\n"


def test_lines_show_every_column(filled: Path) -> None:
    said = sql(
        filled, "SELECT 1 AS number, 'a\nb' || chr(27) AS word, NULL AS nothing, [1] AS list", "--format", "lines"
    )
    assert said.stdout.decode() == ("row 1\n  number   1\n  word     a\n           b\\x1b\n  nothing\n  list     [1]\n")
    titles = sql(filled, "SELECT title FROM articles ORDER BY title", "--format", "lines").stdout.decode()
    assert titles == 'row 1\n  title  Say "ü"\n\nrow 2\n  title  Title 1\n'


def test_a_table_says_how_many_columns_it_hides(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    columns = ", ".join(f"'a value of some length' AS column_{number}" for number in range(27))
    done = sql(filled, f"SELECT {columns}")
    assert done.stderr.decode() == "24 of 27 columns are hidden; --format lines shows all\n"
    assert sql(filled, "SELECT 1").stderr == b""
