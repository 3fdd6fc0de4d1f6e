"""What is read of a file to import: types by content, bad records, damage."""

from __future__ import annotations

import gzip
import io
import json
import sys
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from crawlers.archive import Exchange
from crawlers.errors import CrawlersError
from crawlers.importers.contents import UnsupportedFileError
from crawlers.importers.folders import find_input
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from crawlers.importers.tables import parquet_file, parquet_rows
from crawlers.limits import MAX_PAGE_BYTES, MAX_TEXT_CHARS
from tests.crawlers.importers.reading import AT, RECORDS, as_csv, as_lines, as_parquet, page, read

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


WRITTEN: list[tuple[str, bytes]] = [
    ("lines", as_lines()),
    ("list", json.dumps(RECORDS, indent=2).encode()),
    ("list in one line", json.dumps(RECORDS).encode()),
    ("one after another", "\n".join(json.dumps(record, indent=2) for record in RECORDS).encode()),
    ("answer of a search engine", json.dumps({"status": "ok", "total": 3, "articles": RECORDS}).encode()),
    ("csv", as_csv()),
    ("csv of Excel", b"\xef\xbb\xbf" + as_csv(";")),
    ("csv in windows-1252", as_csv(charset="cp1252")),
    ("Unicode text of Excel", as_csv("\t", "utf-16")),
    ("parquet", as_parquet()),
]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("content", [content for _, content in WRITTEN], ids=[name for name, _ in WRITTEN])
def test_a_file_is_read_by_its_content(tmp_path: Path, content: bytes, pack: Callable[[bytes], bytes]) -> None:
    found = read(tmp_path, pack(content), "file.dat")
    assert found.records == RECORDS
    assert [fetch.source for fetch in found.fetches] == ["town.example"] * 3
    assert found.report == FileReport()


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (b"%PDF-1.7", "a.csv", "a PDF document"),
        (b"PK\x03\x04 xl/workbook.xml", "a.csv", "an office document (such as .xlsx); unpack it, or save it as CSV"),
        (b"SQLite format 3\x00", "a", "an SQLite database"),
        (b"\x00\x01\x02", "a.txt", "binary data of an unknown kind"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "a.xml", "XML with the root element rss; a feed"),
        (gzip.compress(b"some words", mtime=0), "a.log.gz", "plain text"),
        (as_lines().decode().encode("utf-16"), "a.jsonl", "JSON in UTF-16; save it in UTF-8"),
    ],
)
def test_what_cannot_be_imported_is_named_with_what_can(tmp_path: Path, content: bytes, name: str, what: str) -> None:
    with pytest.raises(UnsupportedFileError) as caught:
        read(tmp_path, content, name)
    assert f"{name}: cannot be imported: it is " in str(caught.value)
    assert what in str(caught.value)
    assert "Supported: JSON (lines, a list, or one object), CSV" in str(caught.value)


def test_a_bad_row_is_skipped_alone_and_has_its_line(tmp_path: Path) -> None:
    text = 'url,title,text\nhttps://a.example/1,"A\nB",C\nhttps://a.example/2,A\nhttps://a.example/3,"A"B",C\nhttps://a.example/4,A,B\n'
    found = read(tmp_path, text.encode(), "a.csv")
    assert [fetch.detail for fetch in found.fetches] == [
        "line 2 of a.csv",
        "line 4 of a.csv: it has 2 values, but the table has 3 columns",
        "line 5 of a.csv: not valid CSV: ',' expected after '\"'",
        "line 6 of a.csv",
    ]
    assert [fetch.reason for fetch in found.fetches] == [None, "bad_record", "bad_record", None]
    assert found.fetches[1].url.endswith("a.csv#line=4")
    found = read(tmp_path, text.replace("\n", "\n\n").encode(), "b.csv")
    assert [str(fetch.detail).partition(" of ")[0] for fetch in found.fetches] == [
        "line 3",
        "line 7",
        "line 9",
        "line 11",
    ]


def test_half_a_pair_in_utf_16_costs_no_more_than_itself(tmp_path: Path) -> None:
    text = "url\ttitle\ttext\nhttps://a.example/1\tA\tB \ud83d\nhttps://a.example/2\tA\tB\n"
    found = read(tmp_path, b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"), "a.csv")
    assert [fetch.reason for fetch in found.fetches] == [None, None]
    assert found.report == FileReport()


def test_a_first_line_that_is_not_valid_csv_is_reported(tmp_path: Path) -> None:
    found = read(tmp_path, b'url,title,"te"xt\nhttps://a.example/1,A,B\n', "a.csv", "text=text")
    assert found.items == []
    assert found.report.damage == [
        "line 1 is not valid CSV: ',' expected after '\"'; nothing after it can be read. "
        "Before that, 0 records were read"
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_table_with_two_columns_of_one_name_is_refused(tmp_path: Path, name: str) -> None:
    columns = ["url", "title", "text", "title"]
    buffer = io.BytesIO()
    parquet.write_table(pa.table([["x"]] * 4, names=columns), buffer)
    content = (",".join(columns) + "\nx,x,x,x\n").encode() if name == "a.csv" else buffer.getvalue()
    with pytest.raises(CrawlersError, match=rf'{name}: two columns have the name "title". Rename one of them'):
        read(tmp_path, content, name)


def test_times_in_nanoseconds_are_read_as_pandas_writes_them(tmp_path: Path) -> None:
    table = pa.table(
        {
            **{name: [record[name] for record in RECORDS] for name in RECORDS[0]},
            "published_at": pa.array([1_772_366_400_000_000_001, None, 0], pa.timestamp("ns", "UTC")),
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    found = read(tmp_path, buffer.getvalue(), "a.parquet")
    assert [record.get("published_at") for record in found.records] == [
        "2026-03-01T12:00:00+00:00", None, "1970-01-01T00:00:00+00:00",
    ]  # fmt: skip
    assert found.report == FileReport()


def test_a_row_of_parquet_with_a_time_beyond_the_year_9999_is_skipped_alone(tmp_path: Path) -> None:
    table = pa.table(
        {
            **{name: [record[name] for record in RECORDS] for name in RECORDS[0]},
            "published_at": pa.array([0, 400_000_000_000, 0], pa.timestamp("s")),
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    found = read(tmp_path, buffer.getvalue(), "a.parquet")
    assert [record["title"] for record in found.records] == ["Title 0", "Title 2"]
    assert [fetch.reason for fetch in found.fetches] == [None, "bad_record", None]
    assert str(found.fetches[1].detail).startswith("row 2 of a.parquet: it has a value that cannot be read: ")


def test_a_text_that_many_rows_of_parquet_share_is_in_memory_once() -> None:
    buffer = io.BytesIO()
    parquet.write_table(
        pa.table({"text": ["x" * 1_000_000] * 64, "title": [str(number) for number in range(64)]}), buffer
    )
    before, rows, most = pa.total_allocated_bytes(), 0, 0
    with parquet_file(io.BufferedReader(buffer)) as table:
        for number, row in parquet_rows(table):
            assert isinstance(row, dict)
            assert (row["title"], len(str(row["text"]))) == (str(number - 1), 1_000_000)
            rows, most = number, max(most, pa.total_allocated_bytes() - before)
    assert rows == 64
    assert most < 16_000_000


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.parquet"])
def test_a_record_with_a_text_that_is_too_long_is_skipped_alone(tmp_path: Path, name: str) -> None:
    records = [
        RECORDS[0],
        RECORDS[1] | {"text": "x" * (MAX_TEXT_CHARS + 1)},
        RECORDS[2] | {"text": "x" * MAX_TEXT_CHARS},
    ]
    content = {"a.jsonl": as_lines, "a.json": lambda of: json.dumps(of).encode(), "a.parquet": as_parquet}[name](
        records
    )
    found = read(tmp_path, content, name)
    assert [fetch.reason for fetch in found.fetches] == [None, "too_large", None]
    assert str(found.fetches[1].detail).endswith(f" of {name}: longer than 1000000 characters")


def test_a_line_that_is_too_long_is_skipped_alone(tmp_path: Path) -> None:
    content = b'{"text": "' + b"x" * MAX_PAGE_BYTES + b'"}\n' + as_lines()
    found = read(tmp_path, content, "a.jsonl")
    assert [fetch.reason for fetch in found.fetches] == ["too_large", None, None, None]
    assert found.fetches[1].detail == "line 2 of a.jsonl"


@pytest.mark.parametrize(
    ("content", "name", "read_before", "problem"),
    [
        (gzip.compress(as_lines(RECORDS * 40), mtime=0)[:-60], "a.jsonl.gz", 1, "the file is cut short"),
        (zstd.compress(as_lines(RECORDS * 40))[:-60], "a.jsonl.zst", 0, "the file is cut short"),
        (as_parquet()[:-20], "a.parquet", 0, "the file is damaged or cut short"),
        (as_csv()[:-3], "a.csv", 2, "the quotation that begins in line 6 is not closed"),
        (as_csv("\t", "utf-16")[:-1], "a.csv", 2, "the last line ends within a character: the file is cut short"),
        (json.dumps(RECORDS).encode()[:-1], "a.json", 3, "the list is not closed: the file is cut short"),
        (json.dumps(RECORDS, indent=1).encode()[:-30], "a.json", 2, "invalid JSON in line 15: "),
    ],
)
def test_a_file_that_is_cut_short_is_reported_and_what_it_has_is_read(
    tmp_path: Path, content: bytes, name: str, read_before: int, problem: str
) -> None:
    found = read(tmp_path, content, name)
    assert len(found.items) >= read_before
    (damage,) = found.report.damage
    assert problem in damage
    assert f" {len(found.items)} record" in damage


def test_text_that_is_not_utf_8_is_passed_on_for_extraction_to_reject(tmp_path: Path) -> None:
    content = json.dumps(RECORDS, ensure_ascii=False).encode().replace("Größe 1".encode(), b"Gr\xf6\xdfe 1")
    found = read(tmp_path, content, "a.json")
    bodies = [content.body for _, content in found.items if content]
    assert [b"Gr\xf6\xdfe 1" in body for body in bodies] == [False, True, False]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
def test_a_web_archive_is_recognised_by_its_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    records = []
    for number in range(2):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page("")
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://town.example/{number}\r\n"
            f"WARC-Date: 2026-02-0{number + 1}T10:00:00Z\r\nContent-Type: application/http\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        records.append(pack(head.encode() + block + b"\r\n\r\n"))
    found = read(tmp_path, b"".join(records), "file.dat", source="Town")
    assert [(fetch.url, fetch.source, fetch.fetched_at.day) for fetch in found.fetches] == [
        ("https://town.example/0", "Town", 1),
        ("https://town.example/1", "Town", 2),
    ]
    assert found.report == FileReport()


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://town.example/1">',
        '<meta property="og:url" content="https://town.example/1">',
        "<!-- saved from url=(0022)https://town.example/1 -->",
        "<!-- Page saved with SingleFile \n url: https://town.example/1 \n saved date: Mon Mar 02 2026 -->",
    ],
)
def test_a_saved_page_has_the_url_that_it_names(tmp_path: Path, head: str) -> None:
    found = read(tmp_path, page(head), "a.html")
    ((fetch, content),) = found.items
    assert (fetch.url, fetch.source, fetch.fetched_at) == ("https://town.example/1", "town.example", AT)
    assert isinstance(content, Exchange)
    assert content.body == page(head)


def test_a_page_without_a_url_fails(tmp_path: Path) -> None:
    (fetch,) = read(tmp_path, page(""), "a.html").fetches
    assert fetch.reason == "bad_record"
    assert fetch.detail == "a.html does not say from which URL it was saved, and has no canonical link"


def test_the_memory_needed_does_not_depend_on_the_length_of_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawlers.importers.json_files.MAX_PAGE_BYTES", 1 << 18)
    monkeypatch.setattr("crawlers.importers.json_files._PIECE", 1 << 16)
    (tmp_path / "a.json").write_text(json.dumps({"articles": [{**RECORDS[0], "text": "x" * 20_000}] * 300}))
    given = find_input(str(tmp_path / "a.json"), io.BytesIO())
    tracemalloc.start()
    number = sum(1 for _ in read_items(given, FileReport(), AT, ImportOptions()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == 300
    assert peak < 3 << 20, "the file has 6 MB"


def test_the_time_at_which_a_record_was_first_seen_is_kept_where_it_is_possible(tmp_path: Path) -> None:
    times = ["2026-02-20T10:00:00+00:00", "2031-01-01T00:00:00Z", "1980-01-01", None]
    found = read(tmp_path, as_lines([{**RECORDS[0], "first_seen_at": time} for time in times]))
    assert [fetch.fetched_at for fetch in found.fetches] == [datetime(2026, 2, 20, 10, tzinfo=UTC), AT, AT, AT]
