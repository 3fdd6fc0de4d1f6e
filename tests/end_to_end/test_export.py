"""`newsloom export` and `newsloom search`."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import etree

from tests.command import call
from tests.warehouse.rows import NOON, article_row, batch, uuid
from warehouse import open_writer
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("export") / "data"
    with open_writer(data, "test") as writer:
        rows = (
            article_row(1, title="Flood in March", published_at=NOON, language="en"),
            article_row(2, title="Fire in April", published_at=NOON + timedelta(days=40), authors=["Ann", "Bob"]),
        )
        load_segment(writer, "s1", "r1", "test", batch(*rows), NOON)
        writer.publish()
    return data


@pytest.fixture
def filled(loaded: Path, data: Path) -> Path:
    """A copy of it for a test of its own."""
    return shutil.copytree(loaded, data)


@dataclass(frozen=True)
class Said:
    stdout: str
    stderr: str


def newsloom(*arguments: str, code: int = 0) -> Said:
    done = call(*arguments)
    said = Said(done.stdout.decode(), done.stderr.decode())
    assert done.returncode == code, said
    assert "Traceback" not in said.stderr
    return said


def rows(pattern: Path, columns: str = "title") -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        query = f"SELECT {columns} FROM read_parquet('{pattern}', hive_partitioning := true) ORDER BY ALL"
        return connection.execute(query).fetchall()


def test_parquet_is_partitioned_by_month_and_compressed_by_zstd(filled: Path, tmp_path: Path) -> None:
    said = newsloom("export", "--to", str(tmp_path / "out"), "--data", str(filled)).stdout
    assert said.startswith("articles: 2 rows in 2 files")
    assert rows(tmp_path / "out/articles/*/*.parquet", "title, month") == [
        ("Fire in April", "2026-04"),
        ("Flood in March", "2026-03"),
    ]
    with duckdb.connect() as connection:
        codecs = connection.execute(
            f"SELECT DISTINCT compression FROM parquet_metadata('{tmp_path}/out/articles/*/*.parquet')"
        ).fetchall()
    assert codecs == [("ZSTD",)]


def test_parquet_of_a_view_with_an_interval_is_one_that_others_read(filled: Path, tmp_path: Path) -> None:
    with open_writer(filled, "test") as writer:
        told = [
            article_row(number, source=source, published_at=NOON + timedelta(hours=hours), published_precision="second")
            for number, source, hours in ((3, "wire", 1), (4, "post", 7))
        ]
        load_segment(writer, "s2", "r2", "test", batch(*told, segment="s2"), NOON + timedelta(days=2))
        writer.connection.execute("UPDATE article_state SET story_id = (SELECT min(article_id) FROM article_state)")
        writer.connection.execute(
            "INSERT INTO stories BY NAME SELECT story_id, 'A story' AS title, now() AS first_at, now() AS last_at, "
            "2 AS articles, 2 AS sources, 'by hand' AS method FROM article_state LIMIT 1"
        )
        writer.publish()
    newsloom("export", "--to", str(tmp_path / "out"), "--table", "story_first", "--data", str(filled))
    table = pq.read_table(tmp_path / "out" / "story_first.parquet")
    assert table.schema.field("lag").type == pa.string()
    assert table.column("lag").to_pylist().count("06:00:00") == 1


def test_since_adds_what_came_or_changed_and_a_whole_export_replaces_all(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    newsloom("export", "--to", str(out), "--data", str(filled))
    (out / "articles/month=2026-03/mine.txt").write_text("not ours to remove")
    later = NOON + timedelta(days=3)
    with open_writer(filled, "test") as writer:
        edit = article_row(
            1, title="Flood abates", published_at=NOON, outcome="updated", change="title", fetched_at=later,
            version_id=uuid(7).bytes,
        )  # fmt: skip
        load_segment(writer, "s2", "r1", "test", batch(edit, segment="s2"), later)
        writer.publish()
    newsloom("export", "--to", str(out), "--data", str(filled), "--since", "2026-03-04")
    assert rows(out / "articles/*/*.parquet", "title, versions") == [
        ("Fire in April", 1),
        ("Flood abates", 2),
        ("Flood in March", 1),
    ]
    newsloom("export", "--to", str(out), "--data", str(filled))
    assert rows(out / "articles/*/*.parquet") == [("Fire in April",), ("Flood abates",)]
    assert (out / "articles/month=2026-03/mine.txt").exists()
    assert not list(out.glob(".*"))


def test_csv_and_json_lines(filled: Path, tmp_path: Path) -> None:
    arguments = ("export", "--to", str(tmp_path), "--data", str(filled), "--table", "bylines", "--table", "articles")
    newsloom(*arguments, "--format", "csv")
    newsloom(*arguments, "--format", "jsonl")
    with (tmp_path / "bylines.csv").open(newline="") as file:
        assert sorted(row["author"] for row in csv.DictReader(file)) == ["Ann", "Ann Example", "Bob"]
    lines = [json.loads(line) for line in (tmp_path / "articles.jsonl").read_text().splitlines()]
    assert sorted((row["title"], row["authors"]) for row in lines) == [
        ("Fire in April", ["Ann", "Bob"]),
        ("Flood in March", ["Ann Example"]),
    ]


def sheet_of(file: Path) -> list[list[str]]:
    """The cells of a workbook's only sheet, as they are stored: texts as texts, dates as numbers of days."""
    with zipfile.ZipFile(file) as parts:
        sheet = etree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    return [["".join(map(str, cell.itertext())) for cell in row.iter("{*}c")] for row in sheet.iter("{*}row")]


def test_a_workbook_has_texts_as_texts_and_says_what_was_cut(filled: Path, tmp_path: Path) -> None:
    with open_writer(filled, "test") as writer:
        row = article_row(3, title="=HYPERLINK(1)", text="x" * 40_000, published_at=NOON, source="wire")
        load_segment(writer, "s2", "r2", "test", batch(row, segment="s2"), NOON)
        writer.publish()
    said = newsloom("export", "--to", str(tmp_path), "--data", str(filled), "--format", "xlsx").stdout
    assert "1 text cut short: a cell of Excel holds 32,767 characters" in said
    names, *found = sheet_of(tmp_path / "articles.xlsx")
    assert len(found) == 3
    (wire,) = [dict(zip(names, cells, strict=False)) for cells in found if "=HYPERLINK(1)" in cells]
    assert "wire" in wire.values()
    assert f"{(NOON.date() - date(1899, 12, 30)).days}.5" in wire.values(), "noon"


def test_without_its_library_a_workbook_is_refused_with_what_to_install(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    said = newsloom("export", "--to", str(tmp_path), "--data", str(filled), "--format", "xlsx", code=2).stderr
    assert "writing .xlsx needs XlsxWriter. Install it with: pip install 'newsloom[xlsx]'" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--table", "nonsense"], "nonsense: unknown table or view; available: "),
        (["--table", "bylines", "--since", "2026-01-01"], "bylines: has no times"),
        (["--since", "yesterday"], "'yesterday' does not match the formats"),
    ],
)
def test_what_cannot_be_exported_is_said(filled: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    assert words in newsloom("export", "--to", str(tmp_path), "--data", str(filled), *arguments, code=2).stderr


def test_a_folder_that_cannot_be_written_is_named(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = newsloom("export", "--to", str(tmp_path / "file" / "out"), "--data", str(filled), code=2).stderr
    assert "cannot be written: Not a directory" in said


def test_search_shows_headline_source_and_snippet(filled: Path) -> None:
    assert newsloom("search", "floods", "--data", str(filled)).stdout == (
        "2026-03-01 12:00  courier\nFlood in March\nText of 1.\nhttp://courier.example/1\n"
    )
    assert newsloom("search", "zzz'", "--data", str(filled)).stdout == 'no article matches "zzz\'"\n'


def test_search_answers_programs_and_can_be_restricted(filled: Path) -> None:
    options = ("--language", "EN", "--since", "2026-03-01", "--format", "jsonl")
    (line,) = newsloom("search", "flood march", *options, "--data", str(filled)).stdout.splitlines()
    assert json.loads(line)["title"] == "Flood in March"


def test_a_language_that_there_is_not_is_no_empty_answer(filled: Path) -> None:
    said = newsloom("search", "flood", "--language", "eng", "--data", str(filled), code=2).stderr
    assert 'found "eng"; allowed: a two-letter ISO 639-1 code, such as "en"; nearest: "en"' in " ".join(said.split())
    assert "Flood in March" in newsloom("search", "flood", "--language", "en", "--data", str(filled)).stdout


def test_exported_json_lines_can_be_imported_as_the_same_articles(data: Path, tmp_path: Path) -> None:
    with open_writer(data, "test") as writer:
        rows = (
            article_row(
                1,
                title="Flood in March",
                text="The river rose by a metre on Tuesday.\nIt fell again on Friday.",
                word_count=13,
                source="courier",
                published_at=NOON,
                published_precision="minute",
                modified_at=NOON + timedelta(hours=3),
                language="en",
                section="Local",
                tags=["rivers", "floods"],
                image_url="https://a.example/flood.jpg",
                description="What happened.",
                is_free=False,
                authors=["Ann Example", "Reuters"],
            ),
            article_row(2, title="Fire in April", published_at=NOON, published_precision="day"),
            article_row(3, title="No date", text="Nobody knows when it was.", word_count=5, is_free=True),
        )
        load_segment(writer, "s1", "r1", "test", batch(*rows), NOON)
        writer.publish()
    newsloom("export", "--to", str(tmp_path / "out"), "--format", "jsonl", "--data", str(data))
    file = str(tmp_path / "out" / "articles.jsonl")
    newsloom("import", file, "--data", str(tmp_path / "second"))
    newsloom("export", "--to", str(tmp_path / "again"), "--format", "jsonl", "--data", str(tmp_path / "second"))

    def articles(folder: str) -> list[dict[str, object]]:
        lines = (tmp_path / folder / "articles.jsonl").read_text().splitlines()
        of_the_load = {"provenance", "first_seen_at", "last_seen_at", "extractor", "segment", "warc_offset", "story_id"}
        of_the_load.add("article_id")  # of these rows it is made up
        found = [{key: value for key, value in json.loads(line).items() if key not in of_the_load} for line in lines]
        return sorted(found, key=lambda one: str(one["url"]))

    first = articles("out")
    assert first[0]["tags"] == ["rivers", "floods"]
    assert articles("again") == first
