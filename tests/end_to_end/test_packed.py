"""page, doctor, rebuild, reextract, forget, export of nothing lost: on an archive whose segments were packed."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import loose_segments, sealed_segments
from crawlers.archive.packs import all_packs
from flows.data_directory import DataDirectory
from flows.maintenance.pack import pack_loaded
from flows.reports.stored_page import find_page
from tests.command import call
from tests.end_to_end.conftest import article
from tests.end_to_end.segments import EVERYTHING, address, crawl, grouped, newsloom, private, state, stored_bytes
from warehouse import open_writer

if TYPE_CHECKING:
    from pathlib import Path


NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def compacted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two crawled segments and an imported one, loaded and published: before packing, and after."""
    folder = tmp_path_factory.mktemp("packed")
    before, after = folder / "before", folder / "after"
    crawl(before, range(1, 4), "00000")
    crawl(before, range(4, 7), "00001")
    text = folder / "text.txt"
    text.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    newsloom("import", str(text), data=before)
    shutil.copytree(before, after)
    with open_writer(after, "test") as writer:
        done = pack_loaded(writer, DataDirectory(after), NOW)
    assert (done.segments, done.packs, done.problems) == (2, 1, ())
    assert len(loose_segments(after / "archive")) == 1
    return before, after


@pytest.fixture
def unpacked(compacted: tuple[Path, Path], tmp_path: Path) -> Path:
    """Of its own for a test: as it was before packing."""
    shutil.copytree(compacted[0], tmp_path / "before")
    return tmp_path / "before"


@pytest.fixture
def packed(compacted: tuple[Path, Path], data: Path) -> Path:
    """Of its own for a test: packed."""
    shutil.copytree(compacted[1], data)
    return data


def pack_files(data: Path) -> list[str]:
    return sorted(path.name for path in data.glob("archive/packs/*/*"))


def test_pages_are_read_by_their_address(packed: Path, unpacked: Path) -> None:
    for number in (1, 4, 6):
        assert find_page(packed, address(number)).read().body == article(number).body
    said = [_page(data, "http://one.example/feed.xml") for data in (packed, unpacked)]
    assert b"<rss>" in said[0]
    assert said[0] == said[1]
    assert newsloom("explain", address(4), data=packed) == newsloom("explain", address(4), data=unpacked)


def _page(data: Path, url: str) -> bytes:
    done = call("page", "--headers", url, "--data", str(data))
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_all_is_well(packed: Path) -> None:
    assert newsloom("doctor", "--deep", data=packed).startswith("no problems found: ")


def test_a_rebuild_ends_with_the_same_rows(packed: Path) -> None:
    before = state(packed)
    assert "3 segments loaded" in newsloom("rebuild", data=packed)
    assert state(packed) == before
    assert newsloom("doctor", "--deep", data=packed).startswith("no problems found")


def test_pages_are_read_again_with_another_extractor(packed: Path) -> None:
    before = private(packed, "SELECT url, title, text FROM articles ORDER BY url")
    with open_writer(packed, "test") as writer:
        writer.connection.execute("UPDATE article_versions SET extractor = 'old'")
        writer.connection.execute("UPDATE article_versions SET text = 'Menu' || chr(10) || text WHERE doc IN (0, 4)")
    assert "extracted again: 2 changed, 5 unchanged" in newsloom("reextract", data=packed)
    assert private(packed, "SELECT url, title, text FROM articles ORDER BY url") == before


def test_what_is_forgotten_is_nowhere_and_nothing_else_moves(packed: Path) -> None:
    gone, needle = address(2), b"report-number-2-from"
    assert "20260301-1.warc.gz" in stored_bytes(packed, needle)
    assert "20260301-1.jsonl" in stored_bytes(packed, needle)
    others = "SELECT url, segment, warc_offset FROM articles WHERE url NOT LIKE '%number-2-%' ORDER BY url"
    before = private(packed, others)
    assert "removed 1 article and 2 stored responses" in newsloom("forget", gone, "--yes", data=packed)
    assert stored_bytes(packed, needle) == []
    assert stored_bytes(packed, b"of report 2 says") == [], "nor its text"
    assert private(packed, others) == before
    assert pack_files(packed) == ["20260301-1.jsonl", "20260301-1.warc.gz"]
    assert newsloom("doctor", "--deep", data=packed).startswith("no problems found")
    rows = grouped(packed)
    newsloom("rebuild", data=packed)
    assert grouped(packed) == rows
    assert stored_bytes(packed, needle) == []


def test_forgetting_that_was_interrupted_can_be_repeated(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the archive, which has lost it by then, and the warehouse."""

    def no_longer(*_: object) -> None:
        raise KeyboardInterrupt

    listings = "SELECT count(*) FROM fetches WHERE kind = 'feed' AND warc_offset IS NOT NULL"
    assert private(packed, listings) == [(2,)]
    with monkeypatch.context() as patch:
        patch.setattr("flows.maintenance.forget.keep_offsets", no_longer)
        newsloom("forget", address(2), "--yes", data=packed, code=130)
    assert private(packed, listings) == [(2,)]
    newsloom("forget", address(2), "--yes", data=packed)
    assert private(packed, listings) == [(1,)], "the feed that named it is not looked for in the archive"
    assert stored_bytes(packed, b"report-number-2-from") == []
    assert newsloom("doctor", "--deep", data=packed).startswith("no problems found")


def test_a_source_is_forgotten_with_all_it_brought(packed: Path) -> None:
    assert "removed 6 articles" in newsloom("forget", "--source", "one.example", "--yes", data=packed)
    assert stored_bytes(packed, b"one.example") == []
    assert newsloom("doctor", "--deep", data=packed).startswith("no problems found")


@pytest.mark.parametrize("lost", ["the whole warehouse", "what came after a backup"])
def test_a_warehouse_that_is_older_than_the_packs_gets_what_it_lacks_with_the_next_run(packed: Path, lost: str) -> None:
    before = private(packed, "SELECT article_id, title_hash, body_hash FROM article_state ORDER BY ALL")
    if lost == "the whole warehouse":
        (packed / "private" / "warehouse.duckdb").unlink()
        (packed / "news.duckdb").unlink()
    else:
        backup = packed.parent / "backup"
        crawl(backup, range(1, 4), "00000")
        newsloom("import", str(_record(packed)), data=backup)
        shutil.copy(backup / "private" / "warehouse.duckdb", packed / "private" / "warehouse.duckdb")
        said = newsloom("doctor", data=packed, code=1)
        assert "note: Packed segments that are not loaded. Total: 1" in said
    newsloom("import", str(_record(packed)), data=packed)
    there = private(packed, "SELECT article_id, title_hash, body_hash FROM article_state ORDER BY ALL")
    assert set(before) <= set(there)
    assert private(packed, "SELECT count(DISTINCT segment) FROM segments WHERE segment LIKE '2026%'") == [(2,)]


def _record(data: Path) -> Path:
    file = data.parent / "record.txt"
    file.write_text("Another headline\n" + "Other words that make up a text of a file, enough of them. " * 8)
    return file


class TestDamage:
    """A damaged pack is named by the doctor, stops a rebuild, and costs a run nothing."""

    def test_a_seal(self, packed: Path) -> None:
        (pack,) = all_packs(packed / "archive")
        pack.log_path.write_bytes(pack.log_path.read_bytes()[:-5])
        said = newsloom("doctor", data=packed, code=1)
        assert "WRONG: Packs that cannot be read. Total: 1" in said
        assert "20260301-1.jsonl: the file has " in said
        assert "Restore it from a backup, together with 20260301-1.warc.gz beside it" in said
        assert "Loaded segments that are missing or incomplete in the archive. Total: 2" in said
        before = state(packed)
        assert "20260301-1.jsonl" in newsloom("rebuild", data=packed, code=2)
        assert state(packed) == before
        assert "20260301-1.jsonl" in newsloom("page", address(1), data=packed, code=2)
        assert "20260301-1.jsonl" in newsloom("forget", address(1), "--yes", data=packed, code=2)
        newsloom("import", str(_record(packed)), data=packed)
        assert private(packed, "SELECT count(*) FROM articles") == [(8,)]

    def test_the_warc_file(self, packed: Path) -> None:
        (pack,) = all_packs(packed / "archive")
        pack.warc_path.write_bytes(pack.warc_path.read_bytes()[:-300])
        said = newsloom("doctor", "--deep", data=packed, code=1)
        assert "20260301-1.warc.gz: is missing, or shorter or longer than its log states" in said
        assert "Stored pages of articles that cannot be read. Total: 1" in said

    def test_a_seal_that_is_gone(self, packed: Path) -> None:
        (pack,) = all_packs(packed / "archive")
        pack.log_path.unlink()
        said = newsloom("doctor", data=packed, code=1)
        assert "20260301-1.warc.gz: its log, which lists the contents, is missing" in said


def test_a_damaged_page_is_isolated(packed: Path) -> None:
    (pack,) = all_packs(packed / "archive")
    content = bytearray(pack.warc_path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    pack.warc_path.write_bytes(content)
    assert newsloom("doctor", data=packed).startswith("no problems found"), "the bytes are read with --deep alone"
    assert "Stored pages of articles that cannot be read. Total: 1" in newsloom("doctor", "--deep", data=packed, code=1)


def test_packing_again_changes_nothing(packed: Path) -> None:
    files = {path: path.stat().st_mtime_ns for path in (packed / "archive").rglob("*") if path.is_file()}
    with open_writer(packed, "test") as writer:
        assert pack_loaded(writer, DataDirectory(packed), NOW).segments == 0
    assert {path: path.stat().st_mtime_ns for path in files} == files
    assert len(sealed_segments(packed / "archive")) == 3
    assert len(EVERYTHING) == len(state(packed))
