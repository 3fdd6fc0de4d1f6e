"""Articles from files, by the command line."""

from __future__ import annotations

import gc
import gzip
import json
import re
import signal
import socket
import subprocess
import sys
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from fastwarc.stream_io import GzipWriter
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.importers.tools import DERIVED, EXPORTED, FIELDS
from flows.demo.web import NewsWeb
from tests.command import call
from tests.end_to_end.conftest import Newsloom, article, town_site, town_sources
from tests.end_to_end.import_files import record, web_archive, write_lines
from tests.rounds import ROUNDS

if TYPE_CHECKING:
    from pathlib import Path


def test_json_lines_become_articles(newsloom: Newsloom) -> None:
    full = record(
        1, published_at="2026-02-03T04:05:06+02:00", authors=["Ann Example"], language="en", source="Town Crier"
    )
    write_lines(newsloom.folder / "a.jsonl", full, record(2))
    assert "2 loaded" in newsloom("import", "a.jsonl").stdout
    assert newsloom.sql("SELECT url, title, source, published_at, authors, language FROM articles ORDER BY url") == [
        ["http://town.example/1", "Report 1", "Town Crier", "2026-02-03T02:05:06+00:00", '["Ann Example"]', "en"],
        ["http://town.example/2", "Report 2", "town.example", "", "[]", "en"],
    ]
    assert newsloom.sql("SELECT kind, outcome FROM runs") == [["import", "completed"]]


def test_invalid_lines_are_skipped(newsloom: Newsloom) -> None:
    write_lines(
        newsloom.folder / "a.jsonl",
        record(1),
        "{broken",
        "",
        {"url": "http://town.example/3", "title": "No text"},
        record(4, url="ftp://town.example/4"),
        ["no object"],
        record(5),
    )
    said = newsloom("import", "a.jsonl").stdout
    assert "2 loaded" in said
    assert "4 rejected" in said
    (question,) = re.findall('why records were rejected:\n  newsloom sql "(.*?)"', said, re.DOTALL)
    assert max(map(len, question.split("\n"))) < 80
    assert len(newsloom.sql(question)) == 4
    rejections = newsloom.sql("SELECT url, reason FROM rejections")
    assert [reason for _, reason in rejections] == ["bad_record"] * 4
    assert {url.rpartition("#")[2] for url, _ in rejections} == {
        "line=2",
        "http://town.example/3",
        "line=5",
        "line=6",
    }


def test_the_same_text_and_the_same_address_are_one_article(newsloom: Newsloom) -> None:
    same_text = record(1) | {"url": "http://other.example/copy"}
    same_address = record(1) | {"url": "HTTPS://town.example:443/1?utm_source=x#top"}
    write_lines(newsloom.folder / "a.jsonl", record(1), same_text, same_address)
    newsloom("import", "a.jsonl")
    assert newsloom.sql("SELECT url FROM articles") == [["http://town.example/1"]]
    assert newsloom.sql("SELECT url, source, kind FROM aliases") == [
        ["http://other.example/copy", "other.example", "same_text"]
    ]


def test_a_file_given_twice_is_loaded_once(newsloom: Newsloom) -> None:
    write_lines(newsloom.folder / "a.jsonl", record(1), record(2))
    newsloom("import", "a.jsonl")
    assert "2 already loaded" in newsloom("import", "a.jsonl").stdout
    assert newsloom.sql("SELECT count(*) FROM fetches") == [["2"]]


def test_plain_texts_are_articles(newsloom: Newsloom) -> None:
    (newsloom.folder / "a.txt").write_text("A headline\n\n" + record(1)["text"] + "\n\nA second paragraph.\n")
    newsloom("import", "a.txt")
    assert newsloom.sql("SELECT title, text, source FROM articles") == [
        ["A headline", record(1)["text"] + "\nA second paragraph.", "import"]
    ]


def test_texts_are_cleaned_on_request_and_kept_as_they_came(newsloom: Newsloom) -> None:
    text = f"MENU\nA headline\n- Advertisement -\n{record(1)['text']}\nShare post:\nA teaser of another story...\n"
    (newsloom.folder / "a.txt").write_text(text)
    newsloom("import", "--clean", "a.txt")
    assert newsloom.sql("SELECT title, text FROM articles") == [["A headline", record(1)["text"]]]
    segment = next(newsloom.folder.rglob("*.warc.gz"))
    assert b"Share post:" in gzip.decompress(segment.read_bytes())


@pytest.mark.newsweb
def test_the_two_samples_are_two_articles(newsloom: Newsloom, shared: Path) -> None:
    samples = sorted((shared / "samples").glob("lavrov*.txt"))
    assert len(samples) == 2
    newsloom("import", *map(str, samples))
    assert newsloom.sql("SELECT count(*), count(DISTINCT text) FROM articles") == [["2", "2"]]


@pytest.mark.newsweb
def test_of_the_samples_the_badly_scraped_one_is_cleaned_and_the_other_unchanged(
    newsloom: Newsloom, shared: Path
) -> None:
    def lines(name: str) -> list[str]:
        text = (shared / "samples" / name).read_text(encoding="utf-8")
        return [" ".join(line.split()) for line in text.splitlines() if line.strip()]

    names = ["lavrov-with-boilerplate.txt", "lavrov-clean.txt"]
    newsloom("import", "--clean", *(str(shared / "samples" / name) for name in names))
    found = sorted([title, *text.split("\n")] for title, text in newsloom.sql("SELECT title, text FROM articles"))
    bad, good = lines(names[0]), lines(names[1])
    first = next(at for at, line in enumerate(bad) if line.startswith("Russia Won\u2019t Accept"))
    last = next(at for at, line in enumerate(bad) if line.startswith("The talks mark a potential shift"))
    article = [line for line in bad[first : last + 1] if line not in ("Date:", "- Advertisement -")]
    assert found == sorted([article, good])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_web_archive_from_elsewhere_gives_its_pages(newsloom: Newsloom) -> None:
    def add(writer: Any, url: str, body: bytes, status: str, content_type: str) -> None:
        headers = StatusAndHeaders(status, [("Content-Type", content_type)], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(body), http_headers=headers))

    with (newsloom.folder / "a.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "test"}))
        add(writer, "http://town.example/1", article(1).body, "200 OK", "text/html; charset=utf-8")
        add(writer, "http://town.example/2", b"gone", "404 Not Found", "text/html")
        add(writer, "http://town.example/feed", b"<rss/>", "200 OK", "application/rss+xml")
        add(writer, "http://town.example/3", b"", "200 OK", "text/html")
    del writer
    gc.collect()  # warcio leaves its temporary files to the garbage collector, which warns: here, and not elsewhere
    said = newsloom("import", "a.warc.gz").stdout
    assert "1 loaded, 1 rejected" in said
    assert "1 × response with a status other than 200 skipped" in said
    assert "1 × response other than HTML skipped" in said
    assert newsloom.sql("SELECT url, title FROM articles") == [
        ["http://town.example/1", "Report number 1 from the town"]
    ]


def test_our_own_archive_can_be_imported_elsewhere(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("town.example", 3)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("town.example"))
        newsloom("run")
    segments = [str(path) for path in newsloom.data.glob("archive/*.warc.gz")]
    newsloom("import", "--data", "elsewhere", *segments)
    query = ("SELECT url, title, text FROM articles ORDER BY url", "--format", "csv")
    assert newsloom("sql", "--data", "elsewhere", *query).stdout == newsloom("sql", *query).stdout


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_web_archive_that_is_cut_short_is_reported_and_what_it_has_is_loaded(newsloom: Newsloom) -> None:
    whole = web_archive(3)
    (newsloom.folder / "a.warc.gz").write_bytes(whole[:-400])
    for loaded in ("2 loaded", "already loaded"):
        said = newsloom("import", "a.warc.gz", code=1).stdout
        assert loaded in said
        assert "a.warc.gz: the file is cut short within the record at byte" in said
        assert f"of {len(whole) - 400} bytes cannot be used" in said
    assert newsloom.sql("SELECT count(*) FROM articles") == [["2"]]


def test_files_without_anything_to_load_are_reported(newsloom: Newsloom) -> None:
    write_lines(newsloom.folder / "a.jsonl", "no JSON", record(1, title=""))
    for name in ("b.txt", "c.jsonl", "d.warc.gz"):
        (newsloom.folder / name).touch()
    write_lines(newsloom.folder / "e.jsonl", record(1), "no JSON")
    said = newsloom("import", "a.jsonl", "b.txt", "c.jsonl", "d.warc.gz", "e.jsonl", code=1).stdout
    assert "a.jsonl: 2 rejected" in said
    assert "a.jsonl: none of its records could be loaded." in said
    for name in ("b.txt", "c.jsonl", "d.warc.gz"):
        assert f"{name}: no records" in said
        assert f"{name}: the file is empty." in said
    assert "already loaded" not in said
    assert "e.jsonl: 1 loaded, 1 rejected" in said
    assert "e.jsonl: none" not in said


def test_files_that_cannot_be_read_are_all_named_before_anything_starts(newsloom: Newsloom) -> None:
    (newsloom.folder / "a.pdf").write_bytes(b"%PDF-1.7 ...")
    (newsloom.folder / "a.dat").write_text("some words")
    (newsloom.folder / "folder").mkdir()
    with socket.socket() as closed:  # a port that nobody listens on
        closed.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{closed.getsockname()[1]}/a.jsonl"
        said = newsloom("import", "missing.jsonl", "a.pdf", "a.dat", "folder", away, code=2).stderr
    assert "missing.jsonl: no such file" in said
    assert "folder: the folder contains no files" in said
    assert f"{away}: cannot be reached: " in said
    assert "a.pdf: cannot be imported: it is a PDF document.\n  Supported: JSON (lines, a list, or one object)" in said
    assert "a.dat: cannot be imported: it is plain text" in said
    assert not newsloom.data.exists()


def test_a_file_that_only_looks_like_a_web_archive_is_refused(newsloom: Newsloom) -> None:
    (newsloom.folder / "a.warc").write_bytes(b"not a web archive\n" * 100)
    with (newsloom.folder / "b.warc.gz").open("wb") as file:
        gzip = GzipWriter(file)
        gzip.write(b"nor is this")
        gzip.close()
    for name in ("a.warc", "b.warc.gz"):
        said = newsloom("import", name, code=2).stderr
        assert f"{name}: cannot be read as a WARC file" in said
        assert "Traceback" not in said


def test_a_killed_import_goes_on_where_it_stopped(newsloom: Newsloom) -> None:
    write_lines(newsloom.folder / "a.jsonl", *(record(number) for number in range(3000)))
    killed = 0
    for wait in (0.0, 0.3, 0.6)[: 1 + ROUNDS]:
        run = newsloom.start("import", "a.jsonl")
        before = len(list(newsloom.data.glob("archive/*.jsonl")))
        while run.poll() is None and len(list(newsloom.data.glob("archive/*.jsonl"))) <= before:
            time.sleep(0.005)
        time.sleep(wait)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        killed += run.returncode == -signal.SIGKILL
    assert killed
    newsloom("import", "a.jsonl")
    assert newsloom.sql("SELECT count(*), count(DISTINCT url) FROM articles") == [["3000", "3000"]]
    assert newsloom.sql("SELECT count(*) FROM fetches") == [["3000"]]


FULL: dict[str, Any] = {
    "article_id": "only an export has this",
    "extractor": "newsloom-1",
    "url": "http://town.example/full",
    "title": '=SUM(1) "and", more',
    "text": '- The first line, with a "quotation"\nThe second; line\n' + " ".join(f"Word {n}." for n in range(40)),
    "source": "Town Crier",
    "authors": ["Example, Ann", "by Bo; Lind"],
    "published_at": "2026-02-03T04:05:06+00:00",
    "published_precision": "second",
    "published_utc_offset": 330,
    "modified_at": "2026-02-04T00:00:00+00:00",
    "first_seen_at": "2026-02-05T06:07:08.123456+00:00",
    "language": "de",
    "section": "Roads, rails",
    "tags": ["a;b", "c,d", '"e"'],
    "image_url": "http://town.example/full.jpg",
    "description": "@description",
    "is_free": False,
    "provenance": json.dumps({"title": "h1", "text": "model"}),
}
KEPT = [*(key for key in FULL if key not in ("article_id", "extractor")), "published_day", "word_count"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_an_export_comes_back_row_for_row(newsloom: Newsloom, form: str) -> None:
    day = record(2, published_at="2026-02-03", is_free=True, tags=["x"])
    write_lines(newsloom.folder / "a.jsonl", FULL, day, record(3))
    newsloom("import", "a.jsonl")
    newsloom("export", "--to", "out", "--format", form)
    assert "3 loaded" in newsloom("import", "--data", "elsewhere", "out").stdout
    query = (f"SELECT {', '.join(KEPT)} FROM articles ORDER BY url", "--format", "jsonl")
    back = newsloom("sql", "--data", "elsewhere", *query).stdout
    assert back == newsloom("sql", *query).stdout
    first = next(json.loads(line) for line in back.splitlines() if FULL["url"] in line)
    assert {key: first[key] for key in FULL if key in first} == {key: FULL[key] for key in FULL if key in first}


def test_every_column_of_an_export_is_kept_or_known_to_be_derived(newsloom: Newsloom) -> None:
    write_lines(newsloom.folder / "a.jsonl", record(1))
    newsloom("import", "a.jsonl")
    columns = {name for (name,) in newsloom.sql("SELECT column_name FROM (DESCRIBE articles)")}
    assert columns == {*FIELDS} | EXPORTED | DERIVED


def test_what_is_not_kept_is_counted(newsloom: Newsloom) -> None:
    write_lines(newsloom.folder / "a.jsonl", *(record(number, likes=number, note="n") for number in (1, 2)), record(3))
    said = newsloom("import", "a.jsonl").stdout
    assert "  not kept: likes (2 records), note (2 records)\n" in said


def test_a_folder_a_map_and_standard_input(newsloom: Newsloom) -> None:
    folder = newsloom.folder / "old"
    folder.mkdir()
    for number in (1, 2):
        row = record(number)
        row["headline"] = row.pop("title")
        (folder / f"{number}.json").write_text(json.dumps(row, indent=1))
    said = newsloom("import", "old", "--map", "title=headline", "--source", "Daily").stdout
    assert "old: 2 loaded" in said
    table = f"url;title;text\nhttp://town.example/3;Report 3;{record(3)['text']}\n"
    done = call("import", "-", folder=newsloom.folder, environment=newsloom.environment, stdin=table.encode())
    assert b"standard input: 1 loaded" in done.stdout
    assert newsloom.sql("SELECT title, source FROM articles ORDER BY url") == [
        ["Report 1", "Daily"], ["Report 2", "Daily"], ["Report 3", "town.example"],
    ]  # fmt: skip
    assert newsloom("import", "old", "--map", "headline", code=2).stderr.count("expected FIELD=KEY") == 1


def test_a_compressed_file_that_is_cut_short_is_reported_with_what_it_has(newsloom: Newsloom) -> None:
    lines = "\n".join(json.dumps(record(number)) for number in range(200)).encode()
    (newsloom.folder / "a.jsonl.gz").write_bytes(gzip.compress(lines)[:-200])
    said = newsloom("import", "a.jsonl.gz", code=1).stdout
    assert "a.jsonl.gz: the file is cut short" in said
    assert "Before that, " in said
    assert int(newsloom.sql("SELECT count(*) FROM articles")[0][0]) > 100


def test_a_resumed_import_keeps_its_time(newsloom: Newsloom) -> None:
    """Else the second of two records with one URL would be newer where the import was interrupted between them."""
    write_lines(newsloom.folder / "a.jsonl", *(record(number) for number in range(600)))
    run = newsloom.start("import", "a.jsonl")
    while run.poll() is None and not list(newsloom.data.glob("archive/*-000000500.jsonl")):
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    newsloom("import", "a.jsonl")
    assert newsloom.sql("SELECT count(*), count(DISTINCT fetched_at) FROM fetches") == [["600", "1"]]


def test_the_process_that_loads_leaves_extraction_to_its_workers() -> None:
    code = "import sys, flows.pipeline.import_files; print({'trafilatura', 'htmldate', 'prefect'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "set()"
