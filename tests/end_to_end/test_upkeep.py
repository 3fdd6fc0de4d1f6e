"""doctor, rebuild and reextract, on segments as a crawl leaves them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.segments import BEGIN, EVERYTHING, newsloom, private, state
from warehouse import connect, open_writer

if TYPE_CHECKING:
    from pathlib import Path


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
    content[40] ^= 0xFF
    first.write_bytes(content)
    said = newsloom("doctor", "--deep", data=filled, code=1)
    assert "Other records of the archive that cannot be read. Total: 1" in said
    assert f"{first.name}: at byte 0: not a gzip member, or damaged" in said
    content[40] ^= 0xFF
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


def test_a_damaged_warehouse_is_rebuilt_once_its_file_is_moved_away(filled: Path) -> None:
    articles = [row[:2] for row in private(filled, EVERYTHING[0])]
    file = filled / "private" / "warehouse.duckdb"
    ((block,),) = private(filled, "SELECT min(block_id) FROM pragma_storage_info('runs') WHERE block_id >= 0")
    with file.open("r+b") as opened:
        opened.seek(3 * 4096 + block * (256 << 10) + 100)  # after the three headers
        opened.write(bytes(64))
    said = newsloom("rebuild", data=filled, code=2)
    assert f"{file}: is damaged" in said, "and not the file of the new warehouse"
    assert "move the file away" in said
    file.rename(filled / "damaged")
    newsloom("rebuild", data=filled)
    assert [row[:2] for row in private(filled, EVERYTHING[0])] == articles


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
        assert (
            "was not replaced, because the warehouse has lost articles. Segments that are published but not in" in said
        )
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
    unsigned = re.sub(rb',"crc32":"\w+"', b"", whole)
    broken.write_bytes(unsigned.replace(b'"status":200', b'"status":200,"ms":3000000000'))  # which nothing expects
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


def test_a_reextraction_corrects_the_offset_of_the_publication_without_a_new_version(filled: Path) -> None:
    rows = "SELECT url, published_utc_offset, versions FROM articles ORDER BY url"
    before = private(filled, rows)
    with open_writer(filled, "test") as writer:
        writer.connection.execute("UPDATE article_versions SET extractor = 'old', published_utc_offset = 99")
    assert "extracted again: 0 changed, 7 unchanged" in newsloom("reextract", data=filled)
    assert private(filled, rows) == before


def test_a_reextraction_of_one_source_leaves_the_others(filled: Path) -> None:
    with open_writer(filled, "test") as writer:
        writer.connection.execute("UPDATE article_versions SET extractor = 'old'")
    assert "0 changed, 6 unchanged" in newsloom("reextract", "--source", "one.example", data=filled)
    assert "nonsense: unknown source; available: " in newsloom("reextract", "--source", "nonsense", data=filled, code=2)
