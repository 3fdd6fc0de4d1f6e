"""`newsloom extract` and `newsloom explain`, by the command line."""

from __future__ import annotations

import json
import re
import threading
import tomllib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter, sealed_segments
from crawlers.extraction import Article
from crawlers.extraction.explain import Explanation
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.classify import ClassifiedFetch
from flows.pipeline.rows import Origin, build_batch
from flows.reports.article_output import as_reasons
from tests.command import call
from tests.warehouse.rows import NOON, article_row, batch, failed_row
from warehouse import connect, open_writer
from warehouse.loading.load import load_segment

PAGES = Path(__file__).parents[1] / "crawlers" / "extraction" / "pages"
FOUND = Article("https://a.example/x-y-z", "Title", (), None, None, None, None, None, (), None, None, "Text", None)
FERRY = "https://chronicle.example/news/2025/03/island-ferry-returns-after-winter-refit"


def newsloom(*arguments: object, code: int = 0, text: bytes | None = None) -> str:
    """What a command says: standard output of one that succeeds, standard error of one that does not."""
    done = call(*map(str, arguments), stdin=text or b"")
    said = (done.stderr if code else done.stdout).decode()
    assert done.returncode == code, done.stderr.decode()
    assert "Traceback" not in said
    return said


def test_an_article_as_text_has_headline_byline_and_paragraphs() -> None:
    lines = newsloom("extract", PAGES / "ferry.html").splitlines()
    assert lines[:3] == [
        "Island ferry returns after winter refit",
        "Moira Tennant · 2025-03-04 05:31 UTC · Transport",
        "",
    ]
    assert lines[3].startswith("The island ferry Marigold returned")


def test_an_article_as_json_has_every_field_and_its_origin() -> None:
    found = json.loads(newsloom("extract", PAGES / "ferry.html", "--format", "json"))
    assert (found["url"], found["published_at"]) == (FERRY, "2025-03-04T05:31:12+00:00")
    assert found["provenance"]["title"] == "json-ld"


def test_an_article_as_markdown_is_escaped() -> None:
    page = b"<title>A * star</title><article><p># Not a heading. " + b"It goes on here at some length. " * 9 + b"</p>"
    said = newsloom("extract", "-", "--url", "https://a.example/x-y-z", "--format", "markdown", text=page)
    assert said.startswith("# [A \\* star](https://a.example/x-y-z)\n\n\\# Not a heading.")


def test_a_page_that_does_not_state_its_url_is_extracted() -> None:
    page = b"<title>A star</title><meta property='og:image' content='/a.jpg'><article><h1>A star</h1><p>"
    page += b"It goes on here at some length. " * 9
    found = json.loads(newsloom("extract", "-", "--format", "json", text=page))
    assert (found["title"], found["url"], found["image_url"]) == ("A star", None, None)
    assert newsloom("extract", "-", "--format", "markdown", text=page).startswith("# A star\n")


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (("absent.html",), None, "absent.html: cannot be read: No such file or directory"),
        (("-",), b"<p>text</p>", "not an article (too_short): 1 word;"),
        (("-",), b"%PDF-1.4", "not an article (not_html): a PDF document"),
        (("-", "--url", "https://a.example/x-y-z"), b"<p>text</p>", "not an article (too_short): 1 word;"),
        (("-", "--url", "nonsense"), b"<p>" + b"It goes on here at some length. " * 9, "expected a URL with http"),
    ],
)
def test_the_reason_is_printed_if_there_is_no_article(
    arguments: tuple[str, ...], text: bytes | None, said: str
) -> None:
    assert said in newsloom("extract", *arguments, code=2, text=text)


@pytest.fixture
def stored(data: Path) -> Path:
    """A data directory with one archived page, loaded, and one that failed."""
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    with SegmentWriter(data / "archive", "r1") as writer:
        body = (PAGES / "ferry.html").read_bytes()
        fetch = Fetch(url=FERRY, source="courier", kind=Kind.PAGE, outcome=Outcome.FETCHED, fetched_at=NOON, status=200)
        fetch = writer.add(fetch, Exchange("GET", FERRY, (), 200, "OK", headers, body, None))
    name = sealed_segments(data / "archive")[0].name
    found = extracted_fetch(fetch, replace(FOUND, provenance=(("title", "json-ld"),)))
    (provenance,) = build_batch(Origin(name, "r1", "test"), [ClassifiedFetch(found)]).rows["provenance"].to_pylist()
    row = article_row(1, url=FERRY, article_url=FERRY, warc_offset=fetch.offset, provenance=provenance)
    with open_writer(data, "test") as opened:
        load_segment(opened, name, "r1", "test", batch(row, failed_row(2), segment=name), NOON)
        opened.publish()
    return data


def test_an_explanation_names_the_headlines_weighed_and_where_each_field_comes_from(stored: Path) -> None:
    for url in (FERRY, FERRY.replace("https", "http"), f"{FERRY}?utm_source=x"):
        said = newsloom("explain", url, "--data", stored)
        assert "fetched 2026-03-01 12:00:00 UTC for courier, answered 200; loaded" in said
        assert "1. Island ferry returns after winter refit" in said
        assert "stated by" in said
        assert "published_at  json-ld" in said
        assert "Evidence against an article (score -" in said
        assert "1. Moira Tennant\n     json-ld: names persons" in said
        assert "1. 2025-03-04 05:31:12 UTC, 60 minutes ahead of UTC on the page\n     json-ld" in said
        assert re.search(r"^  \+ [01]\.\d\d .*\n {11}[a-z0-9 <>+-]+ [+-]\d", said, re.MULTILINE)


def test_the_warehouse_says_where_each_field_came_from(stored: Path) -> None:
    with connect(stored) as connection:
        rows = connection.execute("SELECT provenance->>'title', provenance->>'section' FROM articles").fetchall()
    assert rows == [("json-ld", None)]


def test_the_reason_is_printed_if_a_page_cannot_be_explained(stored: Path, tmp_path: Path) -> None:
    assert "not found in the warehouse" in newsloom("explain", "https://a.example/x", "--data", stored, code=2)
    assert "no answer is stored" in newsloom("explain", "http://courier.example/2", "--data", stored, code=2)
    assert "no warehouse found" in newsloom("explain", FERRY, "--data", tmp_path, code=2)
    next((stored / "archive").glob("*.warc.gz")).unlink()
    assert "cannot be read: No such file" in newsloom("explain", FERRY, "--data", stored, code=2)


def test_an_explanation_counts_words_as_the_warehouse_does() -> None:
    text = "\n".join(["市議会は水曜日に新しい予算を承認した。"] * 3)
    said = as_reasons(Explanation(replace(FOUND, text=text), ()))
    (count,) = re.findall("an article with ([0-9]+) words in 3 lines", said)
    fetch = Fetch(url=FERRY, source="courier", kind=Kind.PAGE, outcome=Outcome.FETCHED, fetched_at=NOON, status=200)
    version = extracted_fetch(fetch, replace(FOUND, text=text)).version
    assert version is not None
    assert int(count) == version.word_count > 9


def test_a_page_of_another_url_of_the_article_is_announced(stored: Path) -> None:
    other = "https://chronicle.example/another-address-of-it"
    with open_writer(stored, "test") as writer:
        writer.connection.execute(
            "INSERT INTO aliases (url, article_id, source, kind, title, seen_at, segment) "
            "SELECT ?, article_id, source, 'same_text', 'x', first_seen_at, 's1' FROM article_state",
            [other],
        )
        writer.publish()
    for command in ("page", "explain"):
        done = call(command, other, "--data", str(stored))
        assert done.returncode == 0
        assert f"{other}: no page is stored for this URL; this is {FERRY}, of the same article" in done.stderr.decode()
        assert call(command, FERRY, "--data", str(stored)).stderr == b""


def test_what_a_server_says_cannot_command_the_terminal() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.1 404 \x1b[31mNo\r\nContent-Length: 0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        done = call("extract", f"http://127.0.0.1:{server.server_port}/a")
    assert done.returncode
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize(("data", "said"), [("", "the path is empty"), ("a?b", "contains a question mark")])
def test_a_data_path_that_cannot_be_used_is_refused(data: str, said: str, tmp_path: Path) -> None:
    done = call("page", FERRY, "--data", data, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_a_reextraction_without_a_warehouse_makes_none(tmp_path: Path) -> None:
    assert "no warehouse found" in newsloom("reextract", "--data", tmp_path / "none", code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_sources_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    said = newsloom("sources", "list", "--sources", tmp_path / "absent.toml", code=2)
    assert "found no such file" in said
    assert "`newsloom sources add URL`" in said


def test_a_first_sources_file_has_nobodys_contact(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    newsloom("init", "--topic", "technology", "--sources", file)
    assert "contact" not in tomllib.loads(file.read_text())["crawl"]
    assert "no contact address" in newsloom("sources", "check", "--sources", file, code=2)
