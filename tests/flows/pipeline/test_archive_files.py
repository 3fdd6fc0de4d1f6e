"""A file is archived by a process of its own, a little ahead of what is loaded."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Exchange, Fetch, ImportedRecord, Segment, SegmentWriter, sealed_segments
from crawlers.archive.segment_files import remove_sealed
from crawlers.errors import ArchiveError, CrawlersError
from crawlers.importers.files import find_input_file
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from flows.errors import FlowsError
from flows.pipeline.archive_files import (
    AHEAD,
    FIRST_RECORDS,
    SEGMENT_RECORDS,
    Archiver,
    ArchivingJob,
    archiver_messages,
    segments_of,
)
from flows.pipeline.import_progress import ImportProgress
from tests.crawlers.importers.test_web_archives import members, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawlers.importers.folders import Input
    from crawlers.importers.items import ImportedItem

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MANY = FIRST_RECORDS + 8 * SEGMENT_RECORDS


def file_of(folder: Path, records: int) -> Path:
    file = folder / "articles.jsonl"
    lines = [json.dumps({"url": f"https://town.example/{number}"}) for number in range(records)]
    file.write_text("\n".join(["", *lines]), encoding="utf-8")
    return file


def job_for(folder: Path, records: int, position: int = 0) -> ArchivingJob:
    file = find_input_file(str(file_of(folder, records)))
    return ArchivingJob(
        folder / "archive", file, "abc", position, AT, ImportOptions(), ImportProgress(folder / "private", "abc")
    )


def archivers() -> list[multiprocessing.process.BaseProcess]:
    return [child for child in multiprocessing.active_children() if child.name == "newsloom-archive"]


def test_each_segment_is_named_by_where_it_begins_and_what_is_no_record_is_counted(tmp_path: Path) -> None:
    second, third = FIRST_RECORDS, FIRST_RECORDS + SEGMENT_RECORDS
    with Archiver(job_for(tmp_path, third + 2)) as archiver:
        names = list(archiver)
    assert names == ["import-abc-000000000", f"import-abc-{second:09d}", f"import-abc-{third:09d}"]
    fetches = [fetch.url for name in names for fetch in Segment(tmp_path / "archive", name).fetches()]
    assert fetches == [f"https://town.example/{number}" for number in range(third + 2)]
    assert archiver.report.left_out == {"blank line": 1}
    assert archivers() == []


def test_large_records_make_smaller_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pipeline.archive_files.SEGMENT_BYTES", 100)
    names = list(segments_of(job_for(tmp_path, 5), FileReport()))
    fetches = [list(Segment(tmp_path / "archive", name).fetches()) for name in names]
    assert [len(each) for each in fetches] == [4, 1]  # of 32 bytes
    assert names[1] == "import-abc-000000004"


def test_what_was_archived_before_is_gone_past(tmp_path: Path) -> None:
    with Archiver(job_for(tmp_path, 5, position=3)) as archiver:
        (name,) = archiver
    assert name == "import-abc-000000003"
    assert [fetch.url[-1] for fetch in Segment(tmp_path / "archive", name).fetches()] == ["3", "4"]


def test_what_goes_on_later_ends_at_the_same_records(tmp_path: Path) -> None:
    first, second = FIRST_RECORDS, FIRST_RECORDS + SEGMENT_RECORDS
    names = list(segments_of(job_for(tmp_path, second + 1, position=first - 20), FileReport()))
    assert [int(name.rpartition("-")[2]) for name in names] == [first - 20, first, second]


def test_a_full_disk_leaves_no_part_of_a_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_for(tmp_path, FIRST_RECORDS + 40)
    add = SegmentWriter.add

    def add_or_fail(self: SegmentWriter, fetch: Fetch, content: Exchange | ImportedRecord | None = None) -> Fetch:
        if fetch.url.endswith(f"/{FIRST_RECORDS + 20}"):
            raise ArchiveError("No space left on device")
        return add(self, fetch, content)

    monkeypatch.setattr(SegmentWriter, "add", add_or_fail)
    with pytest.raises(ArchiveError):
        list(segments_of(job, FileReport()))
    (segment,) = sealed_segments(tmp_path / "archive")
    assert segment.log_lines() == FIRST_RECORDS
    assert len(list((tmp_path / "archive").iterdir())) == 2


def test_it_says_whether_asking_would_wait(tmp_path: Path) -> None:
    with Archiver(job_for(tmp_path, 5)) as archiver:
        next(archiver)
        while not archiver.ready():
            time.sleep(0.01)
        assert list(archiver) == []
        assert archiver.ready()
        assert list(archiver) == []


def test_it_does_not_run_far_ahead_and_ends_when_nobody_asks_any_more(tmp_path: Path) -> None:
    with Archiver(job_for(tmp_path, MANY)) as archiver:
        first = next(archiver)
    assert archivers() == []
    assert first in {segment.name for segment in sealed_segments(tmp_path / "archive")}
    assert len(sealed_segments(tmp_path / "archive")) <= AHEAD + 2


def test_a_killed_process_is_reported_and_what_it_archived_stays(tmp_path: Path) -> None:
    with Archiver(job_for(tmp_path, MANY)) as archiver:
        first = next(archiver)
        (process,) = archivers()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(FlowsError, match=r"articles\.jsonl: the process that read it ended .*exit code -9"):
            list(archiver)
    assert len(list(Segment(tmp_path / "archive", first).fetches())) == FIRST_RECORDS


def test_a_file_that_cannot_be_read_is_the_users_to_mend(tmp_path: Path) -> None:
    task = job_for(tmp_path, 1)
    (tmp_path / "articles.jsonl").unlink()
    with (
        pytest.raises(CrawlersError, match=r"articles\.jsonl: cannot be read: No such file"),
        Archiver(task) as archiver,
    ):
        list(archiver)


def test_an_unexpected_error_in_a_file_is_reported_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_two(
        file: Input, report: FileReport, at: datetime, options: ImportOptions, begin: int
    ) -> Iterator[ImportedItem]:
        yield from islice(read_items(file, report, at, options, begin), 2)
        raise ZeroDivisionError("nobody foresaw it")

    monkeypatch.setattr("flows.pipeline.archive_files.read_items", read_two)
    (said,) = archiver_messages(job_for(tmp_path, 5))
    assert isinstance(said, FlowsError)
    assert "articles.jsonl: could not be read to the end: ZeroDivisionError: nobody foresaw it" in str(said)
    (segment,) = sealed_segments(tmp_path / "archive")
    assert len(list(segment.fetches())) == 2


def test_the_ctrl_c_of_a_terminal_is_for_the_process_that_it_works_for(tmp_path: Path) -> None:
    with Archiver(job_for(tmp_path, MANY)) as archiver:
        next(archiver)
        (process,) = archivers()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGINT)
        assert len(list(archiver)) == 8


def test_resuming_a_web_archive_reads_nothing_before_the_segment_that_was_begun(tmp_path: Path) -> None:
    records = [members(record(number))[0] for number in range(FIRST_RECORDS + 9)]
    file = tmp_path / "a.warc.gz"
    file.write_bytes(b"".join(records))

    def job(position: int) -> ArchivingJob:
        progress = ImportProgress(tmp_path / "private", "abc")
        return ArchivingJob(
            tmp_path / "archive", find_input_file(str(file)), "abc", position, AT, ImportOptions(), progress
        )

    _, second = segments_of(job(0), FileReport())
    assert job(0).progress.report_if_done(FIRST_RECORDS + 9) == FileReport()
    assert job(0).progress.report_if_done(FIRST_RECORDS) is None
    segment = Segment(tmp_path / "archive", second)
    expected = [fetch.url for fetch in segment.fetches()]
    remove_sealed(segment.directory, second)
    unread = b"x" * sum(map(len, records[1:FIRST_RECORDS]))  # would be reported as damage
    file.write_bytes(records[0] + unread + b"".join(records[FIRST_RECORDS:]))
    report = FileReport()
    for position in (FIRST_RECORDS, FIRST_RECORDS + 4):
        (again,) = segments_of(job(position), report)
        found = [fetch.url for fetch in Segment(tmp_path / "archive", again).fetches()]
        assert found == expected[position - FIRST_RECORDS :]
        assert report.damage == []
