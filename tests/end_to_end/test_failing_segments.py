"""A segment that cannot be loaded is isolated: the others are loaded, and later runs try it again."""

from __future__ import annotations

import errno
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from flows.demo.web import NewsWeb
from flows.pipeline import segments as loading
from flows.pipeline.archive_files import FIRST_RECORDS, SEGMENT_RECORDS
from flows.pipeline.failures import RETRIED_PER_RUN, isolate_failure, loading_order
from flows.pipeline.load import load
from tests.end_to_end.conftest import Newsloom, town_site, town_sources
from tests.end_to_end.import_files import record, write_lines
from tests.end_to_end.segments import crawl, private
from tests.end_to_end.segments import newsloom as called
from warehouse import DamagedWarehouseError, TransientWarehouseError, connect
from warehouse.failed_segments import failed_segments, record_failure

if TYPE_CHECKING:
    from flows.pipeline.load import ExtractedSegment, LoadResult
    from warehouse import Writer

BROKEN = "20260301120000-aaaaaaaaaaaa-00000"
# No request takes a month, and nothing that loads a segment expects it.
STRANGE, USUAL = '"status":200,"ms":3000000000', '"status":200'
ARTICLES = "SELECT count(*) FROM articles"


def respell(data: Path, old: str, new: str) -> None:
    log = data / "archive" / f"{BROKEN}.jsonl"
    text = log.read_text()
    assert old in text
    log.write_text(re.sub(r',"crc32":"\w+"', "", text).replace(old, new))


@pytest.fixture
def waiting(data: Path) -> Path:
    """A data directory with two segments of three articles each that wait, the first of which cannot be loaded."""
    crawl(data, range(1, 4), "00000")
    crawl(data, range(4, 7), "00001")
    respell(data, USUAL, STRANGE)
    return data


@pytest.fixture
def text(tmp_path: Path) -> str:
    """A file to import."""
    file = tmp_path / "text.txt"
    file.write_text("A headline of its own\n" + "Some words that make up a text of a file, enough of them. " * 8)
    return str(file)


def test_the_others_are_loaded_and_it_is_on_record_until_it_can_be(waiting: Path, text: str) -> None:
    said = called("import", text, data=waiting, code=1)
    assert "could not be loaded: 1 segment" in said
    assert f"{BROKEN}: ArrowInvalid: Value 3000000000 too large" in said
    assert "Traceback" not in said
    assert private(waiting, ARTICLES) == [(4,)]
    with connect(waiting) as published:
        assert published.execute(ARTICLES).fetchall() == [(4,)]

    called("import", text, data=waiting, code=1)
    said = called("doctor", data=waiting, code=1)
    assert "Segments that could not be loaded. Total: 1" in said
    assert f"{BROKEN}: ArrowInvalid" in said
    assert "tried 2 times" in said
    assert "later runs try them again" in said
    assert "that are not loaded yet" not in said

    respell(waiting, STRANGE, USUAL)
    called("import", text, data=waiting)
    assert private(waiting, ARTICLES) == [(7,)]
    assert called("doctor", data=waiting).startswith("no problems found")


def test_what_was_given_up_is_off_the_record(waiting: Path, text: str) -> None:
    called("import", text, data=waiting, code=1)
    for file in waiting.glob(f"archive/{BROKEN}.*"):
        file.unlink()
    called("import", text, data=waiting)
    assert called("doctor", data=waiting).startswith("no problems found")


def test_a_rebuild_lets_it_wait_and_loses_nothing_that_was_loaded(waiting: Path, text: str) -> None:
    called("import", text, data=waiting, code=1)
    said = called("rebuild", data=waiting, code=1)
    assert "2 segments loaded" in said
    assert "could not be loaded: 1 segment" in said
    assert private(waiting, ARTICLES) == [(4,)]

    respell(waiting, STRANGE, USUAL)
    called("import", text, data=waiting)
    respell(waiting, USUAL, STRANGE)
    said = called("rebuild", data=waiting, code=2)
    assert f"segment {BROKEN} cannot be loaded: ArrowInvalid" in said
    assert private(waiting, ARTICLES) == [(7,)]


def test_a_part_of_an_imported_file_waits_and_what_follows_it_is_loaded(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = FIRST_RECORDS + SEGMENT_RECORDS + 100
    file = write_lines(tmp_path / "many.jsonl", *(record(number) for number in range(records)))

    def load_or_fail(writer: Writer, segment: ExtractedSegment) -> LoadResult | None:
        if segment.name.endswith(f"{FIRST_RECORDS:09d}"):
            raise ZeroDivisionError("nobody foresaw it")
        return load(writer, segment)

    monkeypatch.setattr(loading, "load", load_or_fail)
    said = called("import", str(file), data=data, code=1)
    assert f"{FIRST_RECORDS + 100} loaded" in said
    assert "ZeroDivisionError: nobody foresaw it" in said
    assert private(data, "SELECT outcome, detail LIKE 'could not be loaded%' FROM runs") == [("failed", True)]
    monkeypatch.undo()
    assert f"{records} already loaded" in called("import", str(file), data=data)
    assert private(data, "SELECT count(*), count(DISTINCT url) FROM articles") == [(records, records)]
    assert private(data, "SELECT outcome FROM runs") == [("completed",)]


@pytest.mark.parametrize(
    "error",
    [
        TransientWarehouseError("the disk is away"),
        DamagedWarehouseError(Path("warehouse.duckdb"), "Corrupt database file"),
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.IOException("Could not read enough bytes"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_concerns_more_than_a_segment_is_raised(writer: Writer, error: Exception) -> None:
    with pytest.raises(type(error)), isolate_failure(writer, BROKEN):
        raise error
    assert failed_segments(writer.connection) == []


def test_ctrl_c_is_raised(writer: Writer) -> None:
    with pytest.raises(RuntimeError), isolate_failure(writer, BROKEN):
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()
    assert failed_segments(writer.connection) == []


def test_what_failed_before_comes_last_and_some_of_it_a_run(writer: Writer) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    names = [f"s{number:02d}" for number in range(RETRIED_PER_RUN + 5)]
    for number, name in enumerate(names):
        record_failure(writer, name, "KeyError: 'x'", now - timedelta(hours=number))
    assert loading_order(writer, ["s00", "new", *names[1:]]) == ["new", *names[: -RETRIED_PER_RUN - 1 : -1]]


class TestARun:
    """`newsloom run`."""

    def test_goes_on_and_says_it_in_the_end(self, newsloom: Newsloom, text: str) -> None:
        crawl(newsloom.data, range(1, 4), "00000")
        respell(newsloom.data, USUAL, STRANGE)
        with NewsWeb([town_site("two.example", 3)]) as served:
            newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = served.proxy_url
            newsloom.sources(town_sources("two.example"))
            done = newsloom("run", code=1)
            assert "Traceback" not in done.stderr
            assert f"{BROKEN}: ArrowInvalid: Value 3000000000 too large" in done.stdout
            assert newsloom.sql(ARTICLES) == [["3"]]
            assert newsloom.sql("SELECT outcome, detail LIKE '%ArrowInvalid%' FROM runs") == [["failed", "true"]]
            respell(newsloom.data, STRANGE, USUAL)
            newsloom("run")
        assert newsloom.sql(ARTICLES) == [["6"]]

    def test_does_not_fetch_once_more_what_waits(self, newsloom: Newsloom) -> None:
        """The feed's pages that are archived are not asked for; the others are."""
        host = "one.example"
        with NewsWeb([town_site(host, 5)]) as served:
            newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = served.proxy_url
            crawl(newsloom.data, range(1, 4), "00000")
            respell(newsloom.data, USUAL, STRANGE)
            newsloom.sources(town_sources(host))
            newsloom("run", code=1)
            newsloom("run", code=1)
            asked = sorted(asked.path for asked in served.requests if asked.path.startswith("/news"))
        assert [path.split("-")[2] for path in asked] == ["4", "5"]
