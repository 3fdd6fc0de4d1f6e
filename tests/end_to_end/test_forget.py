"""forget: what is removed is nowhere, stays out, and takes nothing of others along."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import Fetch, Kind, Outcome, Segment, SegmentWriter
from crawlers.discovery.listing import Link
from tests.command import call
from tests.end_to_end.conftest import article
from tests.end_to_end.segments import BEGIN, HOST, address, crawl, exchange, grouped, newsloom, private, stored_bytes
from tests.warehouse.rows import NOON
from warehouse import open_writer

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_forgotten_is_nowhere_and_stays_out(filled: Path) -> None:
    gone, needle = address(2), b"report-number-2-from"
    assert len(stored_bytes(filled, needle)) >= 4, "archive, log, warehouse, published file"
    others = private(
        filled, "SELECT url, segment, warc_offset FROM articles WHERE url NOT LIKE '%number-2-%' ORDER BY url"
    )
    assert "removed 1 article and 2 stored responses" in newsloom("forget", gone, "--yes", data=filled)
    assert stored_bytes(filled, needle) == []
    assert stored_bytes(filled, b"of report 2 says") == [], "nor its text"
    assert newsloom("search", "report 2", data=filled).count(gone) == 0
    assert private(filled, "SELECT url, segment, warc_offset FROM articles ORDER BY url") == others
    assert newsloom("doctor", "--deep", data=filled).startswith("no problems found"), (
        "the other records are where they were"
    )
    for file in filled.glob("archive/*.warc.gz"):
        with file.open("rb") as stream:
            assert sum(1 for _ in ArchiveIterator(stream)) > 0, "other tools still read it"
    before = grouped(filled)
    newsloom("rebuild", data=filled)
    assert grouped(filled) == before
    assert stored_bytes(filled, needle) == []


def test_what_is_forgotten_stays_out_when_it_comes_again(filled: Path) -> None:
    newsloom("forget", address(2), "--yes", data=filled)
    crawl(filled, range(2, 3), "00002")
    record = {"url": address(2), "title": "Report number 2", "text": "Some words of an imported text. " * 20}
    again = filled.parent / "again.jsonl"
    again.write_text(json.dumps(record) + "\n")
    newsloom("import", str(again), data=filled)
    assert private(filled, "SELECT count(*) FROM articles WHERE url LIKE '%number-2-%'") == [(0,)]
    assert stored_bytes(filled, b"report-number-2-from") == [], "the feed that names it once more has lost its content"
    assert private(filled, "SELECT fetched, skipped FROM pipeline_loss WHERE skipped > 0 ORDER BY ALL")
    assert newsloom("doctor", data=filled).startswith("no problems found")


def test_listings_that_name_what_is_forgotten_lose_their_content(data: Path) -> None:
    path = address(2).removeprefix(HOST)
    front = f'<a href="{path}">Report number 2</a>'.encode()
    sitemap = gzip.compress(f"<urlset><url><loc>{address(2)}</loc></url></urlset>".encode())
    other = b'<a href="/news/2026/another.html">Another report</a>'
    with SegmentWriter(data / "archive", "aaaaaaaaaaaa", name=f"{BEGIN}-00000") as segment:
        for name, kind, body, links in (
            ("/", Kind.SECTION, front, (Link(address(2)),)),
            ("/sitemap.xml.gz", Kind.SITEMAP, sitemap, ()),  # from which nothing was new
            ("/other", Kind.SECTION, other, (Link(f"{HOST}/news/2026/another.html"),)),
        ):
            url = f"{HOST}{name}"
            listing = Fetch(url, "one.example", kind, Outcome.FETCHED, NOON, status=200, bytes=len(body), links=links)
            segment.add(listing, exchange(url, body))
    crawl(data, range(1, 4), "00001")
    text = data.parent / "text.txt"
    text.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    newsloom("import", str(text), data=data)
    newsloom("forget", address(2), "--yes", data=data)
    first = Segment(data / "archive", f"{BEGIN}-00000")
    kept = {fetch.url: fetch.offset is not None for fetch in first.fetches()}
    assert kept == {f"{HOST}/": False, f"{HOST}/sitemap.xml.gz": False, f"{HOST}/other": True}
    assert stored_bytes(data, path.encode()) == []


def test_a_source_that_does_not_exist_is_refused_with_the_names_that_do(filled: Path) -> None:
    said = newsloom("forget", "--source", "won.example", "--yes", data=filled, code=2)
    assert "won.example: unknown source; available: import, one.example" in said
    assert not (filled / "private" / "forgotten").exists()


def test_what_is_no_address_is_not_forgotten(filled: Path) -> None:
    said = newsloom("forget", "an-article", "--yes", data=filled, code=2)
    assert "'an-article' is not a URL" in said
    assert not (filled / "private" / "forgotten").exists()


def test_forgetting_what_nobody_has_is_remembered_all_the_same(filled: Path) -> None:
    said = newsloom("forget", "http://nowhere.example/a", "--yes", data=filled)
    assert "nothing was stored; later runs skip it" in said
    assert (filled / "private" / "forgotten").read_text().count("address ") == 1


def test_a_source_is_forgotten_with_all_it_brought(filled: Path) -> None:
    said = newsloom("forget", "--source", "one.example", "--yes", data=filled)
    assert "removed 6 articles" in said
    assert stored_bytes(filled, b"one.example") == []
    assert private(filled, "SELECT title FROM articles") == [("A headline of its own",)]
    assert private(filled, "SELECT count(*) FROM private.frontier") == [(0,)]
    for table in ("duplicates", "private.fingerprints", "private.indexed_articles", "private.story_members"):
        left = f"SELECT count(*) FROM {table} WHERE article_id NOT IN (SELECT article_id FROM article_state)"
        assert private(filled, left) == [(0,)]
    assert private(filled, "SELECT articles, outlets FROM stories") == [(1, ["import"])]
    assert private(filled, "SELECT count(*) FROM private.restory") == [(0,)]
    assert newsloom("doctor", "--deep", data=filled).startswith("no problems found")


COPIES = "SELECT source, regexp_extract(url, 'copy-of-(.)', 1) FROM articles WHERE url LIKE '%copy-of%'"


def crawl_copies(data: Path, numbers: range, name: str, host: str) -> None:
    """A segment of another source, a day later, whose pages have the same texts at addresses of their own."""
    later = NOON + timedelta(days=1)
    with SegmentWriter(data / "archive", "bbbbbbbbbbbb", name=f"20260302120000-bbbbbbbbbbbb-{name}") as segment:
        for number in numbers:
            url, body = f"http://{host}/wire/2026/copy-of-{number}-from-the-town.html", article(number).body
            page = Fetch(url, host, Kind.PAGE, Outcome.FETCHED, later, status=200, bytes=len(body))
            segment.add(page, exchange(url, body))
        segment.add(Fetch(f"http://{host}/gone.html", host, Kind.PAGE, Outcome.FAILED, later, reason="timeout"))


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> Path:
    """The same, and two more sources: one has the texts of reports 2, 3 and 8, the other one those of 3 and 9."""
    crawl_copies(filled, range(2, 4), "00000", "two.example")
    crawl_copies(filled, range(3, 4), "00001", "three.example")
    crawl_copies(filled, range(8, 9), "00002", "two.example")
    crawl_copies(filled, range(9, 10), "00003", "three.example")
    (tmp_path / "more.txt").write_text("Another headline\n" + "Words of another text, enough of them to count. " * 8)
    newsloom("import", str(tmp_path / "more.txt"), data=filled)
    return filled


def test_what_others_have_of_a_forgotten_source_stays_as_theirs(copied: Path) -> None:
    assert private(copied, "SELECT count(*) FROM aliases WHERE kind = 'same_text'") == [(3,)]
    said = newsloom("forget", "--source", "one.example", "--yes", data=copied)
    assert "removed 6 articles" in said
    assert "kept 2 articles of other sources" in said
    assert stored_bytes(copied, b"one.example") == []
    assert sorted(private(copied, COPIES)) == [
        ("three.example", "9"),
        ("two.example", "2"),
        ("two.example", "3"),
        ("two.example", "8"),
    ]
    assert private(copied, "SELECT source, kind FROM aliases") == [("three.example", "same_text")]
    assert "copy-of-2" in newsloom("search", "report 2", data=copied)
    assert newsloom("doctor", "--deep", data=copied).startswith("no problems found")
    # Without stories: reports of one template are told apart by what is stored of their source, and by the time that
    # the copies come in, the stories of two.example are closed. A rebuild has them at hand.
    before = grouped(copied)[:-1]
    newsloom("rebuild", data=copied)
    assert grouped(copied)[:-1] == before


def test_what_others_had_of_a_forgotten_source_goes_where_the_archive_has_it_no_longer(copied: Path) -> None:
    (gone,) = (file for file in copied.glob("archive/20260302*-00000.*") if file.suffix == ".gz")
    gone.unlink()
    gone.with_name(gone.name.replace(".warc.gz", ".jsonl")).unlink()
    with open_writer(copied, "test") as writer:
        writer.connection.execute("UPDATE segments SET removed_at = now() WHERE segment LIKE '20260302%-00000'")
    assert "kept 1 article of other sources" in newsloom("forget", "--source", "one.example", "--yes", data=copied)
    assert sorted(private(copied, COPIES)) == [("three.example", "3"), ("three.example", "9"), ("two.example", "8")]
    assert newsloom("doctor", data=copied).startswith("no problems found")


def test_forget_asks_first(filled: Path) -> None:
    assert "nothing was removed" in newsloom("forget", address(2), data=filled, code=1)
    done = call("forget", "--source", "one.example", "--data", str(filled), stdin=b"n\n")
    assert done.returncode == 1
    assert "6 articles and 8 stored responses?" in done.stdout.decode()
    assert "nothing was removed" in done.stdout.decode()
    assert private(filled, "SELECT count(*) FROM articles") == [(7,)]
    assert "Give a URL or --source NAME." in newsloom("forget", data=filled, code=2)
