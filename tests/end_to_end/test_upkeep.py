"""doctor, rebuild, reextract, forget, on segments as a crawl leaves them."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
from crawlers.discovery.listing import Link
from tests.command import call
from tests.end_to_end.conftest import article
from tests.warehouse.rows import NOON
from warehouse import connect, open_writer

if TYPE_CHECKING:
    from pathlib import Path

HOST = "http://one.example"
BEGIN = "20260301120000-aaaaaaaaaaaa"


def address(number: int) -> str:
    return f"{HOST}/news/2026/report-number-{number}-from-the-town.html"


def crawl(data: Path, numbers: range, name: str, source: str = "one.example") -> None:
    """A segment as a crawl leaves it: a feed that names pages, and the pages."""
    listed = "".join(f"<item><title>Report {n}</title><link>{address(n)}</link></item>" for n in numbers)
    with SegmentWriter(data / "archive", "aaaaaaaaaaaa", name=f"{BEGIN}-{name}") as segment:
        links = tuple(Link(address(n)) for n in numbers)
        feed = Fetch(f"{HOST}/feed.xml", source, Kind.FEED, Outcome.FETCHED, NOON, status=200, links=links)
        segment.add(feed, exchange(f"{HOST}/feed.xml", f"<rss>{listed}</rss>".encode()))
        for number in numbers:
            body = article(number).body
            page = Fetch(address(number), source, Kind.PAGE, Outcome.FETCHED, NOON, status=200, bytes=len(body))
            segment.add(page, exchange(address(number), body))
        segment.add(Fetch(f"{HOST}/gone.html", source, Kind.PAGE, Outcome.FAILED, NOON, reason="timeout"))


def exchange(url: str, body: bytes) -> Exchange:
    return Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html; charset=utf-8"),), body)


def newsloom(*arguments: str, data: Path, code: int = 0) -> str:
    """What a command says of a data directory."""
    done = call(*arguments, "--data", str(data))
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == code, said
    return said


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments with three articles each, loaded (an import takes up what waits) and published."""
    data = tmp_path_factory.mktemp("upkeep") / "data"
    crawl(data, range(1, 4), "00000")
    crawl(data, range(4, 7), "00001")
    text = data.parent / "text.txt"
    text.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    newsloom("import", str(text), data=data)
    return data


@pytest.fixture
def filled(loaded: Path, data: Path) -> Path:
    """A copy of it for a test of its own."""
    shutil.copytree(loaded, data)
    return data


def private(data: Path, query: str) -> list[Any]:
    with duckdb.connect(str(data / "private" / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


EVERYTHING = (
    "SELECT * EXCLUDE (doc) FROM article_state ORDER BY ALL",
    "SELECT * EXCLUDE (doc) FROM article_versions ORDER BY ALL",
    "SELECT * FROM aliases ORDER BY ALL",
    "SELECT * FROM rejections ORDER BY ALL",
    "SELECT * FROM fetches ORDER BY ALL",
    "SELECT * FROM feeds ORDER BY ALL",
    "SELECT * FROM runs ORDER BY ALL",
    "SELECT * EXCLUDE (loaded_at) FROM segments ORDER BY ALL",
    "SELECT day, word, sum(articles) FROM headline_words GROUP BY ALL ORDER BY ALL",
    "SELECT * FROM private.known_urls ORDER BY ALL",
    "SELECT * FROM private.frontier ORDER BY ALL",
)


def state(data: Path) -> list[list[Any]]:
    return [private(data, query) for query in EVERYTHING]


def grouped(data: Path) -> list[list[Any]]:
    """The same without the identifiers of stories, which name the article that each began with."""
    told = "SELECT list(url ORDER BY url) FROM article_state GROUP BY story_id ORDER BY ALL"
    states = "SELECT * EXCLUDE (doc, story_id) FROM article_state ORDER BY ALL"
    queries = [states, *EVERYTHING[1:]]
    return [private(data, query) for query in (*queries, told)]


def test_a_warehouse_in_order_has_nothing_wrong(filled: Path) -> None:
    assert newsloom("doctor", "--deep", data=filled).startswith("no problems found: ")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("DELETE FROM article_versions WHERE doc = 0", "Articles whose current version is missing. Total: 1"),
        ("DELETE FROM article_state WHERE doc = 0", "Versions of articles that do not exist. Total: 1"),
        ("UPDATE article_state SET versions = 5 WHERE doc = 0", "5 versions in article_state, 1 in article_versions"),
        ("INSERT INTO article_state SELECT * FROM article_state WHERE doc = 0", "Articles with more than one row"),
        ("DELETE FROM fetches WHERE outcome = 'failed'", "5 requests in segments, 4 in fetches"),
        ("DELETE FROM segments WHERE segment LIKE '%00001'", "Segments whose number of requests differs"),
        (
            "UPDATE fetches SET outcome = 'rejected' WHERE outcome = 'loaded'",
            "requests with the outcome rejected, but 0 rows",
        ),
        ("UPDATE fetches SET outcome = 'lost' WHERE outcome = 'failed'", "/gone.html: lost"),
        (
            "INSERT INTO aliases BY NAME SELECT url, uuid() AS article_id, source, 'x' AS kind, now() AS seen_at, "
            "'s' AS segment FROM article_state LIMIT 1",
            "Aliases of articles that do not exist",
        ),
        ("INSERT INTO private.known_urls FROM private.known_urls LIMIT 1", "URLs that are known twice"),
        ("DELETE FROM search_index.parts", "has postings but does not exist"),
    ],
)
def test_each_inconsistency_is_reported_with_a_remedy(filled: Path, harm: str, words: str) -> None:
    with open_writer(filled, "test") as writer:
        writer.connection.execute(harm)
    said = newsloom("doctor", data=filled, code=1)
    assert words in said
    assert "newsloom rebuild" in said


def test_an_archive_that_lost_a_file_or_a_byte_is_noticed(filled: Path) -> None:
    first, second = sorted(filled.glob("archive/2026*.warc.gz"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 0xFF
    first.write_bytes(content)
    assert newsloom("doctor", data=filled).startswith("no problems found"), "the bytes are read with --deep alone"
    assert "Stored pages of articles that cannot be read." in newsloom("doctor", "--deep", data=filled, code=1)
    second.unlink()
    said = newsloom("doctor", data=filled, code=1)
    assert "Loaded segments that are missing or incomplete in the archive. Total: 1" in said
    assert "Restore the files from a backup" in said


@pytest.mark.parametrize("value", ["report-number-2-from", '"bytes":', "2026-03-01T12"])
def test_a_log_that_was_changed_is_noticed(filled: Path, value: str) -> None:
    log = min(filled.glob("archive/2026*.jsonl"))
    content = log.read_bytes()
    place = content.rindex(value.encode()) + len(value)
    log.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    said = newsloom("doctor", "--deep", data=filled, code=1)
    assert "Logs that were changed after they were loaded. Total: 1" in said
    assert "Restore the files from a backup" in said


def harm(archive: Path, how: str) -> None:
    """Damage the first segment in some way."""
    warc = min(archive.glob("2026*.warc.gz"))
    log = warc.with_name(warc.name.replace(".warc.gz", ".jsonl"))
    if how == "missing":
        warc.unlink()
        log.unlink()
    elif how == "empty":
        warc.write_bytes(b"")
        log.write_bytes(b"")
    elif how == "cut":
        warc.write_bytes(warc.read_bytes()[:-300])
    elif how == "byte":
        content = bytearray(warc.read_bytes())
        content[len(content) // 2] ^= 1
        warc.write_bytes(content)
    else:
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(b"".join(lines[:-1]))


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "byte", "line"])
def test_a_rebuild_from_a_damaged_archive_changes_nothing(filled: Path, how: str) -> None:
    before = state(filled)
    harm(filled / "archive", how)
    said = newsloom("rebuild", data=filled, code=2)
    assert "1 segment of the archive missing or damaged; a rebuild would lose articles." in said
    assert f"{BEGIN}-00000" in said
    assert "accept the loss with --without-damaged" in said
    assert state(filled) == before


@pytest.mark.parametrize("how", ["missing", "cut"])
def test_a_rebuild_without_damaged_segments_is_possible(filled: Path, how: str) -> None:
    harm(filled / "archive", how)
    said = newsloom("rebuild", "--without-damaged", data=filled)
    assert f"articles: {4 if how == 'missing' else 6} (previously 7)" in said
    with connect(filled) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(4 if how == "missing" else 6,)]


def test_a_lost_warehouse_and_a_lost_segment_leave_what_is_published(filled: Path, tmp_path: Path) -> None:
    (filled / "private" / "warehouse.duckdb").unlink()
    harm(filled / "archive", "missing")
    text = tmp_path / "text.txt"
    text.write_text("Another headline\n" + "These are the words of another text, enough of them. " * 8)
    for command in (["import", str(text)], ["rebuild"]):
        said = newsloom(*command, data=filled, code=2)
        assert "was not replaced, because the warehouse has lost articles: 1 segments that are published" in said
        assert f"{BEGIN}-00000" in said
        with connect(filled) as reader:
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(7,)]
    (filled / "news.duckdb").unlink()
    newsloom("import", str(text), data=filled)
    with connect(filled) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(5,)]


def test_a_rebuild_ends_with_the_same_rows(filled: Path) -> None:
    before = state(filled)
    assert "articles: 7 (previously 7)" in newsloom("rebuild", data=filled)
    assert state(filled) == before
    assert newsloom("doctor", data=filled).startswith("no problems found")
    assert not (filled / "private" / "rebuild").exists()


def test_a_warehouse_that_is_lost_comes_back_from_the_archive(filled: Path) -> None:
    before = state(filled)
    (filled / "private" / "warehouse.duckdb").unlink()
    (filled / "news.duckdb").unlink()
    newsloom("rebuild", data=filled)
    articles = [row[:2] for row in before[0]]
    assert [row[:2] for row in private(filled, EVERYTHING[0])] == articles
    assert (filled / "news.duckdb").exists()


def test_a_rebuild_that_was_interrupted_goes_on(filled: Path) -> None:
    before = state(filled)
    broken = filled / "archive" / "20260301120000-aaaaaaaaaaaa-00001.jsonl"
    whole = broken.read_bytes()
    broken.write_bytes(whole.replace(b'"status":200', b'"status":200,"ms":3000000000'))  # which nothing expects
    assert f"segment {BEGIN}-00001 cannot be loaded: ArrowInvalid" in newsloom("rebuild", data=filled, code=2)
    assert state(filled) == before, "the old one stays"
    broken.write_bytes(whole)
    assert "3 segments loaded, 1 of them by the interrupted rebuild" in newsloom("rebuild", data=filled)
    assert state(filled) == before


def test_a_reextraction_makes_versions_that_are_no_edits(filled: Path) -> None:
    before = private(filled, "SELECT url, title, text FROM articles ORDER BY url")
    with open_writer(filled, "test") as writer:
        writer.connection.execute("UPDATE article_versions SET extractor = 'old'")
        writer.connection.execute("UPDATE article_versions SET text = 'Menu' || chr(10) || text WHERE doc IN (0, 1)")
    assert "extracted again: 2 changed, 5 unchanged" in newsloom("reextract", data=filled)
    assert private(filled, "SELECT url, title, text FROM articles ORDER BY url") == before
    versions = "SELECT change, words_removed, diff FROM article_versions WHERE change <> 'first'"
    assert [(change, removed) for change, removed, _ in private(filled, versions)] == [("reextracted", 1)] * 2
    assert private(filled, "SELECT count(*) FROM article_edits") == [(0,)]
    assert private(filled, "SELECT count(DISTINCT extractor), count(*) FROM articles WHERE extractor <> 'old'") == [
        (1, 7)
    ]
    assert newsloom("doctor", data=filled).startswith("no problems found")
    assert "extracted again: 0 changed, 0 unchanged" in newsloom("reextract", data=filled)


def test_a_reextraction_of_one_source_leaves_the_others(filled: Path) -> None:
    with open_writer(filled, "test") as writer:
        writer.connection.execute("UPDATE article_versions SET extractor = 'old'")
    assert "0 changed, 6 unchanged" in newsloom("reextract", "--source", "one.example", data=filled)
    assert "nonsense: unknown source; available: " in newsloom("reextract", "--source", "nonsense", data=filled, code=2)


def stored_bytes(data: Path, needle: bytes) -> list[str]:
    """Files of the data directory that hold these bytes: records unpacked, database files value by value."""
    found = []
    for file in sorted(file for file in data.rglob("*") if file.is_file()):
        if file.name.endswith(".warc.gz"):
            content = gzip.decompress(file.read_bytes())
        elif file.suffix == ".duckdb":
            content = values(file)
        else:
            content = file.read_bytes()
        if needle in content:
            found.append(file.name)
    return found


def values(file: Path) -> bytes:
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return b"\n".join(
            str(connection.execute(f"FROM {schema}.{table}").fetchall()).encode() for schema, table in tables
        )


def test_what_is_forgotten_is_nowhere_and_stays_out(filled: Path) -> None:
    gone, needle = address(2), b"report-number-2-from"
    assert len(stored_bytes(filled, needle)) >= 4, "archive, log, warehouse, published file"
    others = private(
        filled, "SELECT url, segment, warc_offset FROM articles WHERE url NOT LIKE '%number-2-%' ORDER BY url"
    )
    assert "removed 1 articles and 2 stored pages and listings" in newsloom("forget", gone, "--yes", data=filled)
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
    assert [
        name
        for name in stored_bytes(filled, b"report-number-2-from")
        if name.endswith((".warc.gz", ".jsonl", "duckdb"))
    ] in (
        [],
        ["20260301120000-aaaaaaaaaaaa-00002.warc.gz"],  # the feed that names it once more
    )
    assert private(filled, "SELECT fetched, skipped FROM pipeline_loss WHERE skipped > 0 ORDER BY ALL")
    assert newsloom("doctor", data=filled).startswith("no problems found")


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
    before = grouped(copied)
    newsloom("rebuild", data=copied)
    assert grouped(copied) == before


def test_what_others_had_of_a_forgotten_source_goes_where_the_archive_has_it_no_longer(copied: Path) -> None:
    (gone,) = (file for file in copied.glob("archive/20260302*-00000.*") if file.suffix == ".gz")
    gone.unlink()
    gone.with_name(gone.name.replace(".warc.gz", ".jsonl")).unlink()
    with open_writer(copied, "test") as writer:
        writer.connection.execute("UPDATE segments SET removed_at = now() WHERE segment LIKE '20260302%-00000'")
    assert "kept 1 articles of other sources" in newsloom("forget", "--source", "one.example", "--yes", data=copied)
    assert sorted(private(copied, COPIES)) == [("three.example", "3"), ("three.example", "9"), ("two.example", "8")]
    assert newsloom("doctor", data=copied).startswith("no problems found")


def test_forget_asks_first(filled: Path) -> None:
    assert "nothing was removed" in newsloom("forget", address(2), data=filled, code=1)
    done = call("forget", "--source", "one.example", "--data", str(filled), stdin=b"n\n")
    assert done.returncode == 1
    assert "6 articles and 8 stored pages and listings?" in done.stdout.decode()
    assert "nothing was removed" in done.stdout.decode()
    assert private(filled, "SELECT count(*) FROM articles") == [(7,)]
    assert "Give a URL or --source NAME." in newsloom("forget", data=filled, code=2)
