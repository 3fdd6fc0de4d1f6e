"""What is read of a file or folder to import: types by content, other tools' keys, bad records, damage."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from crawlers.archive import Exchange, Fetch, ImportedRecord
from crawlers.errors import CrawlersError
from crawlers.importers.contents import UnsupportedFileError
from crawlers.importers.folders import MANIFEST, find_input
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.keys import read_map
from crawlers.importers.readers import read_items
from crawlers.limits import MAX_PAGE_BYTES
from warehouse.export import MANIFEST as WRITTEN_MANIFEST

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
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
        (gzip.compress(b"some words"), "a.log.gz", "plain text"),
    ],
)
def test_what_cannot_be_imported_is_named_with_what_can(tmp_path: Path, content: bytes, name: str, what: str) -> None:
    with pytest.raises(UnsupportedFileError) as caught:
        read(tmp_path, content, name)
    assert f"{name}: cannot be imported: it is " in str(caught.value)
    assert what in str(caught.value)
    assert "Supported: JSON (lines, a list, or one object), CSV" in str(caught.value)


NEWS_PLEASE = {
    "authors": ["Ann Example"],
    "date_download": "2026-02-20 10:00:00",
    "date_modify": "None",
    "date_publish": "2026-02-19 08:30:00",
    "description": "In short.",
    "filename": "https%3A%2F%2Ftown.example%2F1.json",
    "image_url": "https://town.example/1.jpg",
    "language": "en",
    "localpath": None,
    "maintext": "The text.",
    "source_domain": "www.town.example",
    "text": None,
    "title": "A title",
    "title_page": None,
    "title_rss": None,
    "url": "https://www.town.example/1",
}
TRAFILATURA = {
    "title": "A title",
    "author": "Ann Example; Bo Lind",
    "hostname": "town.example",
    "date": "2026-02-19",
    "fingerprint": "5d1c9e3b",
    "id": None,
    "license": None,
    "raw_text": "",
    "text": "The text.",
    "language": None,
    "image": "https://town.example/1.jpg",
    "pagetype": "article",
    "filedate": "2026-02-20",
    "source": "https://town.example/1",
    "source-hostname": "The Town",
    "excerpt": "In short.",
    "categories": "Politics;World",
    "tags": "roads;money",
    "comments": "",
}
FUNDUS = {
    "title": "A title",
    "authors": ["Ann Example"],
    "body": {
        "summary": ["In short."],
        "sections": [{"headline": [], "paragraphs": ["One."]}, {"headline": ["Then"], "paragraphs": ["Two."]}],
    },
    "publishing_date": "2026-02-19 08:30:00+01:00",
    "topics": ["roads"],
    "free_access": True,
    "images": [
        {"is_cover": False, "versions": [{"url": "https://town.example/2.jpg"}]},
        {"is_cover": True, "versions": [{"url": "https://town.example/s.jpg"}, {"url": "https://town.example/1.jpg"}]},
    ],
}
NEWSPAPER4K = {
    "url": "https://town.example/1",
    "read_more_link": "",
    "language": "en",
    "title": "Ein Titel",
    "top_image": "",
    "meta_img": "https://town.example/1.jpg",
    "images": ["https://town.example/1.jpg"],
    "movies": [],
    "keywords": ["titel"],
    "meta_keywords": [""],
    "tags": ["roads"],
    "authors": ["Ann Example"],
    "publish_date": "2026-02-19T08:30:00+01:00",
    "summary": "",
    "meta_description": "In short.",
    "meta_lang": "de",
    "meta_favicon": "",
    "meta_site_name": "The Town",
    "canonical_link": "https://town.example/1",
    "text": "Der Text.",
}


@pytest.mark.parametrize(
    ("given", "expected", "not_kept"),
    [
        (
            NEWS_PLEASE,
            {
                "url": "https://www.town.example/1",
                "title": "A title",
                "text": "The text.",
                "source": "town.example",
                "published_at": "2026-02-19 08:30:00",
                "first_seen_at": "2026-02-20 10:00:00",
                "authors": ["Ann Example"],
                "language": "en",
                "image_url": "https://town.example/1.jpg",
                "description": "In short.",
            },
            {"filename"},
        ),
        (
            TRAFILATURA,
            {
                "url": "https://town.example/1",
                "title": "A title",
                "text": "The text.",
                "source": "town.example",
                "published_at": "2026-02-19",
                "authors": ["Ann Example", "Bo Lind"],
                "section": "Politics",
                "tags": ["roads", "money"],
                "image_url": "https://town.example/1.jpg",
                "description": "In short.",
            },
            {"fingerprint", "pagetype", "filedate", "source-hostname"},
        ),
        (
            {**FUNDUS, "url": "https://town.example/1", "publisher": "The Town"},
            {
                "url": "https://town.example/1",
                "title": "A title",
                "text": "In short.\n\nOne.\n\nThen\n\nTwo.",
                "source": "The Town",
                "published_at": "2026-02-19 08:30:00+01:00",
                "authors": ["Ann Example"],
                "tags": ["roads"],
                "image_url": "https://town.example/1.jpg",
                "is_free": True,
            },
            set(),
        ),
        (
            NEWSPAPER4K,
            {
                "url": "https://town.example/1",
                "title": "Ein Titel",
                "text": "Der Text.",
                "published_at": "2026-02-19T08:30:00+01:00",
                "authors": ["Ann Example"],
                "language": "de",
                "tags": ["roads"],
                "image_url": "https://town.example/1.jpg",
                "description": "In short.",
            },
            {"images", "keywords", "meta_keywords", "meta_site_name"},
        ),
    ],
    ids=["news-please", "trafilatura", "Fundus", "newspaper4k"],
)
def test_the_keys_of_other_tools_are_known(
    tmp_path: Path, given: dict[str, Any], expected: dict[str, Any], not_kept: set[str]
) -> None:
    found = read(tmp_path, json.dumps(given, indent=1).encode(), "one.json")
    assert found.records == [expected]
    assert set(found.report.not_kept) == not_kept
    as_row = read(tmp_path, as_parquet([{key: value for key, value in given.items() if value not in (None, [])}]))
    assert as_row.records == [expected]


def test_a_file_that_fundus_saved_has_publishers_and_no_urls(tmp_path: Path) -> None:
    saved = {"The Town": [FUNDUS, {**FUNDUS, "title": "Another"}], "The Harbour": [FUNDUS]}
    found = read(tmp_path, json.dumps(saved, indent=4).encode(), "fundus.json")
    assert [record["source"] for record in found.records] == ["The Town", "The Town", "The Harbour"]
    first, second, third = (fetch.url for fetch in found.fetches)
    assert first.startswith("urn:sha256:")
    assert first == third != second


def test_the_csv_of_trafilatura_has_no_names(tmp_path: Path) -> None:
    row = [
        "https://town.example/1",
        "null",
        "5d1c",
        "town.example",
        "A title",
        "null",
        "2026-02-19",
        "The text.\nMore.",
    ]
    text = io.StringIO()
    csv.writer(text, delimiter="\t").writerow([*row, "null", "null", "article"])
    found = read(tmp_path, text.getvalue().encode(), "out.csv")
    assert found.records == [
        {
            "url": "https://town.example/1",
            "title": "A title",
            "text": "The text.\nMore.",
            "source": "town.example",
            "published_at": "2026-02-19",
        }
    ]


def test_keys_can_be_mapped_also_within_objects(tmp_path: Path) -> None:
    given = {
        "link": "https://town.example/1",
        "headline": {"main": "A title"},
        "text": "The text.",
        "likes": 7,
        "a": "",
    }
    found = read(tmp_path, as_lines([given]), "a.jsonl", "title=headline.main,url=link", source="Daily")
    assert found.records == [{"url": "https://town.example/1", "title": "A title", "text": "The text."}]
    assert [fetch.source for fetch in found.fetches] == ["Daily"]
    assert found.report.not_kept == {"likes": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title", 'found "title"; expected FIELD=KEY'),
        ("headline=title", 'unknown field "headline"; allowed: url, title, text, source'),
    ],
)
def test_a_wrong_map_is_explained(text: str, problem: str) -> None:
    with pytest.raises(CrawlersError) as caught:
        read_map([text])
    assert problem in str(caught.value)


def test_a_table_without_the_columns_of_an_article_says_how_to_name_them(tmp_path: Path) -> None:
    with pytest.raises(CrawlersError) as caught:
        read(tmp_path, b"link,headline,text\nhttps://town.example/1,A,B\n", "a.csv")
    assert "the columns url, title are missing. Found: link, headline, text." in str(caught.value)
    assert '--map "url=COLUMN,title=COLUMN"' in str(caught.value)
    found = read(tmp_path, b"link,headline,text\nhttps://town.example/1,A,B\n", "a.csv", "url=link", "title=headline")
    assert found.records == [{"url": "https://town.example/1", "title": "A", "text": "B"}]


def test_cells_of_a_table_become_values(tmp_path: Path) -> None:
    row = {
        **RECORDS[0],
        "authors": "['Ann Example', 'Bo Lind']",
        "tags": "roads, money",
        "is_free": "True",
        "published_utc_offset": "60",
        "section": "",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    (record,) = read(tmp_path, text.getvalue().encode(), "a.csv").records
    assert record == {
        **RECORDS[0],
        "authors": ["Ann Example", "Bo Lind"],
        "tags": ["roads", "money"],
        "is_free": True,
        "published_utc_offset": 60,
    }


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
    assert f"{len(found.items)} record" in damage


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
