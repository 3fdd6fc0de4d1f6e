"""Which segments the nightly flow packs, what a run then lists, and how packs are removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import loose_segments, packs, sealed_segments
from crawlers.errors import ArchiveError
from flows.data_directory import DataDirectory
from flows.maintenance.doctor import examine
from flows.maintenance.pack import pack_loaded
from flows.maintenance.retention import apply_retention
from flows.pipeline.segments import pending_segments
from flows.settings import Keep
from tests.flows.maintenance.test_retention import seal
from tests.warehouse.rows import article_row, batch
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Writer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)  # as the ledger of `enter` counts


@pytest.fixture
def directory(data: Path) -> DataDirectory:
    return DataDirectory(data)


def day(writer: Writer, directory: DataDirectory, on: str, days_ago: float, segments: int = 3) -> list[str]:
    """Names of so many segments of a day, sealed and loaded."""
    names = [f"{on}12{number:02d}00-r1-00000" for number in range(segments)]
    for number, name in enumerate(names):
        seal(directory, name)
        then = NOW - timedelta(days=days_ago)
        rows = batch(article_row(int(on[-2:]) * 100 + number, fetched_at=then), segment=name)
        assert load_segment(writer, name, "r1", "test", rows, then)
    return names


def seals(directory: DataDirectory) -> list[str]:
    return [pack.name for pack in packs.all_packs(directory.archive)]


def test_days_that_have_been_over_for_a_day_are_packed_where_they_are_loaded(
    writer: Writer, directory: DataDirectory
) -> None:
    day(writer, directory, "20260529", 3)
    day(writer, directory, "20260530", 2, segments=2)
    yesterday = day(writer, directory, "20260531", 1)
    seal(directory, "20260530130000-r1-00000")
    midnight = datetime(2026, 6, 1, tzinfo=UTC)
    done = pack_loaded(writer, directory, midnight - timedelta(seconds=1))
    assert (done.segments, seals(directory)) == (3, ["20260529-1"])
    done = pack_loaded(writer, directory, midnight)
    assert (done.segments, seals(directory)) == (2, ["20260529-1", "20260530-1"])
    left = [segment.name for segment in loose_segments(directory.archive)]
    assert left == ["20260530130000-r1-00000", *yesterday]
    assert pending_segments(writer, directory) == ["20260530130000-r1-00000"]
    assert len(sealed_segments(directory.archive)) == 9


def test_a_run_looks_into_the_newest_day_of_packs_alone(writer: Writer, directory: DataDirectory) -> None:
    for on in ("20260401", "20260402", "20260501"):
        day(writer, directory, on, 20)
    pack_loaded(writer, directory, NOW)
    for pack in packs.all_packs(directory.archive):
        if pack.name != "20260501-1":
            pack.log_path.write_bytes(b"nobody reads this")
    assert pending_segments(writer, directory) == []
    writer.connection.execute("DELETE FROM segments WHERE segment LIKE '20260501%'")
    with pytest.raises(ArchiveError, match=r"20260401-1\.jsonl"):
        pending_segments(writer, directory)


def test_a_damaged_newest_pack_does_not_keep_a_run_from_loading(writer: Writer, directory: DataDirectory) -> None:
    day(writer, directory, "20260501", 20)
    pack_loaded(writer, directory, NOW)
    (pack,) = packs.all_packs(directory.archive)
    pack.log_path.write_bytes(b"nonsense")
    seal(directory, "20260601100000-r1-00000")
    assert pending_segments(writer, directory) == ["20260601100000-r1-00000"]


def test_what_is_marked_as_removed_is_not_packed(writer: Writer, directory: DataDirectory) -> None:
    names = day(writer, directory, "20260501", 20)
    with writer.transaction() as connection:
        connection.execute("UPDATE segments SET removed_at = now() WHERE segment = ?", [names[0]])
    assert pack_loaded(writer, directory, NOW).segments == 2
    assert [segment.name for segment in loose_segments(directory.archive)] == names[:1]


class TestRetention:
    """A pack goes as a whole, when the last of its segments may."""

    def test_a_pack_waits_for_the_youngest_of_its_segments(self, writer: Writer, directory: DataDirectory) -> None:
        names = day(writer, directory, "20260401", 40)
        writer.connection.execute(
            "UPDATE segments SET loaded_at = ? WHERE segment = ?", [NOW - timedelta(days=29), names[1]]
        )
        day(writer, directory, "20260402", 39)
        own = day(writer, directory, "20260403", 38, segments=1)
        pack_loaded(writer, directory, NOW)
        removed = apply_retention(writer, directory, Keep(archive_days=30.0), NOW)
        assert (removed.segments, seals(directory)) == (4, ["20260401-1"])
        assert removed.bytes > 0
        ledger = "SELECT segment FROM segments WHERE removed_at IS NULL ORDER BY ALL"
        assert writer.connection.execute(ledger).fetchall() == [(name,) for name in names]
        assert not list(directory.archive.glob(f"{own[0]}*"))
        assert apply_retention(writer, directory, Keep(archive_days=30.0), NOW + timedelta(days=2)).segments == 3
        assert sealed_segments(directory.archive) == []
        assert not [path for path in (directory.archive / "packs").rglob("*") if path.is_file()]

    def test_a_pack_with_something_that_is_not_loaded_stays(self, writer: Writer, directory: DataDirectory) -> None:
        names = day(writer, directory, "20260401", 40)
        pack_loaded(writer, directory, NOW)
        writer.connection.execute("DELETE FROM segments WHERE segment = ?", [names[1]])
        assert apply_retention(writer, directory, Keep(archive_days=30.0, archive_gb=1e-9), NOW).segments == 0
        assert seals(directory) == ["20260401-1"]

    def test_the_oldest_go_while_the_archive_is_too_big(self, writer: Writer, directory: DataDirectory) -> None:
        for number, on in enumerate(("20260401", "20260402", "20260403")):
            day(writer, directory, on, 40 - number)
        pack_loaded(writer, directory, NOW)
        (one, *_) = packs.all_packs(directory.archive)
        each = one.warc_path.stat().st_size + one.log_path.stat().st_size
        removed = apply_retention(writer, directory, Keep(archive_gb=2.2 * each / 1e9), NOW)
        assert (removed.segments, removed.bytes) == (3, each)
        assert seals(directory) == ["20260402-1", "20260403-1"]

    def test_a_pack_that_was_marked_and_not_removed_is_removed_by_the_next_call(
        self, writer: Writer, directory: DataDirectory
    ) -> None:
        day(writer, directory, "20260401", 40)
        pack_loaded(writer, directory, NOW)
        writer.connection.execute("UPDATE segments SET removed_at = ?", [NOW - timedelta(days=1)])
        assert apply_retention(writer, directory, Keep(archive_days=30.0), NOW).segments == 0
        assert seals(directory) == []

    def test_a_damaged_pack_stays_and_does_not_keep_others(
        self, writer: Writer, directory: DataDirectory, caplog: pytest.LogCaptureFixture
    ) -> None:
        day(writer, directory, "20260401", 40)
        day(writer, directory, "20260402", 39)
        pack_loaded(writer, directory, NOW)
        (directory.archive / "packs" / "202604" / "20260401-1.jsonl").write_bytes(b"nonsense")
        assert apply_retention(writer, directory, Keep(archive_days=30.0), NOW).segments == 3
        assert seals(directory) == ["20260401-1"]
        assert "a damaged pack is not removed" in caplog.text

    def test_the_doctor_does_not_miss_what_was_removed_on_purpose(
        self, writer: Writer, directory: DataDirectory
    ) -> None:
        day(writer, directory, "20260401", 40)
        pack_loaded(writer, directory, NOW)
        before = {finding.what for finding in examine(writer, directory)}
        apply_retention(writer, directory, Keep(archive_days=30.0), NOW)
        assert {finding.what for finding in examine(writer, directory)} < before


def test_a_disk_that_is_nearly_full_is_left_so(writer: Writer, directory: DataDirectory) -> None:
    day(writer, directory, "20260401", 40)
    done = pack_loaded(writer, directory, NOW, spare=1 << 60)
    assert (done.segments, seals(directory)) == (0, [])
    assert len(loose_segments(directory.archive)) == 3
