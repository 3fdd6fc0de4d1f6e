"""What is removed by age and size, and what never is."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Fetch, ImportedRecord, Kind, Outcome, SegmentWriter
from flows.data_directory import DataDirectory
from flows.errors import FlowsError
from flows.maintenance.doctor import examine
from flows.maintenance.rebuild import require_removed_segments
from flows.maintenance.retention import RetentionResult, apply_retention
from flows.settings import Keep
from tests.warehouse.rows import article_row, batch, failed_row
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Writer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def directory(data: Path) -> DataDirectory:
    return DataDirectory(data)


def seal(directory: DataDirectory, name: str) -> None:
    """A segment with one record in it."""
    with SegmentWriter(directory.archive, "r1", name=name) as segment:
        fetch = Fetch(
            url="http://courier.example/1",
            source="courier",
            kind=Kind.RECORD,
            outcome=Outcome.FETCHED,
            fetched_at=NOW,
        )
        segment.add(fetch, ImportedRecord("http://courier.example/1", "text/plain", b"x" * 1000))


def enter(writer: Writer, name: str, days_ago: float, number: int = 1) -> None:
    """The segment in the ledger, loaded so many days ago, with an article and a failure of then."""
    then = NOW - timedelta(days=days_ago)
    rows = batch(article_row(number, fetched_at=then), failed_row(100 + number, fetched_at=then), segment=name)
    assert load_segment(writer, name, "r1", "test", rows, then)


def files(directory: DataDirectory) -> list[str]:
    return sorted({path.name.split(".")[0] for path in directory.archive.glob("*.warc.gz")})


def test_nothing_is_removed_where_nothing_is_said(writer: Writer, directory: DataDirectory) -> None:
    seal(directory, "old")
    enter(writer, "old", 4000)
    assert apply_retention(writer, directory, Keep(), NOW) == RetentionResult(0, 0, 0, 0)
    assert files(directory) == ["old"]


def test_old_segments_go_and_those_that_are_not_loaded_stay_however_old(
    writer: Writer, directory: DataDirectory
) -> None:
    for name in ("loaded-long-ago", "loaded-lately", "never-loaded"):
        seal(directory, name)
    enter(writer, "loaded-long-ago", 31, number=1)
    enter(writer, "loaded-lately", 29, number=2)
    removed = apply_retention(writer, directory, Keep(archive_days=30.0), NOW)
    assert removed.segments == 1
    assert removed.bytes > 0
    assert files(directory) == ["loaded-lately", "never-loaded"]
    assert not list(directory.archive.glob("loaded-long-ago*")), "its log goes with it"
    ledger = writer.connection.execute("SELECT segment, removed_at FROM segments ORDER BY segment").fetchall()
    assert ledger == [("loaded-lately", None), ("loaded-long-ago", NOW)]
    assert writer.connection.execute("SELECT count(*) FROM articles").fetchall() == [(2,)], "articles stay"


def test_while_the_archive_is_too_big_its_oldest_segments_go(writer: Writer, directory: DataDirectory) -> None:
    for number, name in enumerate(("a", "b", "c"), start=1):
        seal(directory, name)
        enter(writer, name, 10 - number, number=number)
    each = sum(path.stat().st_size for path in directory.archive.glob("a.*"))
    removed = apply_retention(writer, directory, Keep(archive_gb=2.5 * each / 1e9), NOW)
    assert (removed.segments, files(directory)) == (1, ["b", "c"])


def test_files_that_were_marked_and_not_removed_are_removed_by_the_next_call(
    writer: Writer, directory: DataDirectory
) -> None:
    seal(directory, "half-gone")
    enter(writer, "half-gone", 40)
    with writer.transaction() as connection:
        connection.execute("UPDATE segments SET removed_at = ?", [NOW - timedelta(days=1)])
    assert apply_retention(writer, directory, Keep(archive_days=30.0), NOW).segments == 0
    assert files(directory) == []


def test_old_rows_of_the_logs_go_and_articles_stay(writer: Writer, directory: DataDirectory) -> None:
    enter(writer, "old", 91, number=1)
    enter(writer, "new", 89, number=2)
    assert apply_retention(writer, directory, Keep(requests_days=90.0), NOW).rows == 2
    assert writer.connection.execute("SELECT DISTINCT segment FROM fetches").fetchall() == [("new",)]
    assert writer.connection.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]


def test_the_doctor_does_not_miss_what_was_removed_on_purpose(writer: Writer, directory: DataDirectory) -> None:
    name = "20260301120000-aaaaaaaaaaaa-00000"
    seal(directory, name)
    enter(writer, name, 400)
    before = {finding.what for finding in examine(writer, directory)}
    apply_retention(writer, directory, Keep(archive_days=30.0, requests_days=30.0), NOW)
    assert files(directory) == []
    assert {finding.what for finding in examine(writer, directory)} <= before


def test_a_rebuild_does_not_lose_silently_what_the_archive_no_longer_has(
    writer: Writer, directory: DataDirectory
) -> None:
    require_removed_segments(writer)
    seal(directory, "old")
    enter(writer, "old", 400)
    require_removed_segments(writer)
    apply_retention(writer, directory, Keep(archive_days=30.0), NOW)
    with pytest.raises(FlowsError, match=r"segments were removed .*\(1 in all\).* would lose .*\(1 in all\)"):
        require_removed_segments(writer)


def test_old_plans_go(writer: Writer, directory: DataDirectory) -> None:
    for run, days in (("old", 15), ("new", 13)):
        directory.run(run).mkdir(parents=True)
        (directory.run(run) / "plan.json").write_text("{}", encoding="utf-8")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(directory.run(run), (at, at))
    assert apply_retention(writer, directory, Keep(), NOW).plans == 1
    assert [folder.name for folder in (directory.private / "runs").iterdir()] == ["new"]
