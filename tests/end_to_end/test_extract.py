"""`newsloom extract` and `newsloom explain`, by the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter, sealed_segments
from crawlers.extraction import Article
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.classify import ClassifiedFetch
from flows.pipeline.rows import Origin, build_batch
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


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (("absent.html",), None, "absent.html: cannot be read: No such file or directory"),
        (("-",), b"<p>text</p>", "does not state its URL. Give it with --url"),
        (("-",), b"%PDF-1.4", "not an article (not_html): a PDF document"),
        (("-", "--url", "https://a.example/x-y-z"), b"<p>text</p>", "not an article (too_short): 1 words"),
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
