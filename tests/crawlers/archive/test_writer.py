from __future__ import annotations

import hashlib
import os
import re
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import (
    Exchange,
    Fetch,
    Outcome,
    Segment,
    SegmentWriter,
    salvage_segments,
    sealed_segments,
    segment_files,
)
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Checked = Callable[[Path], list[tuple[str, str | None]]]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_an_open_segment_is_not_yet_among_the_sealed(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run-7") as writer:
        writer.add(fetch(), exchange())
        name = writer.name
        assert name is not None
        assert re.fullmatch(r"20\d{12}-run-7-00000", name)
        assert names(tmp_path) == [f"{name}.jsonl.open", f"{name}.warc.gz.open"]
        assert sealed_segments(tmp_path) == []
    assert names(tmp_path) == [f"{name}.jsonl", f"{name}.warc.gz"]
    assert sealed_segments(tmp_path) == [Segment(tmp_path, name)]


def test_every_add_is_with_the_operating_system_when_it_returns(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        for number in range(3):
            before = (tmp_path / "one.warc.gz.open").stat().st_size if number else 0
            logged = writer.add(fetch(f"https://example.org/{number}"), exchange())
            assert logged.offset is not None
            assert before < logged.offset < (tmp_path / "one.warc.gz.open").stat().st_size
            assert len((tmp_path / "one.jsonl.open").read_bytes().splitlines()) == number + 1


def test_only_sealing_waits_for_the_disk(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, list[str]]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, names(tmp_path)))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        for _ in range(5):
            writer.add(fetch(), exchange())
        assert synced == []
    warc, log, folder = ((tmp_path / name).stat().st_ino for name in ("one.warc.gz", "one.jsonl", "."))
    assert synced == [
        (warc, ["one.jsonl.open", "one.warc.gz.open"]),
        (log, ["one.jsonl.open", "one.warc.gz.open"]),
        (folder, ["one.jsonl", "one.warc.gz.open"]),
        (folder, ["one.jsonl", "one.warc.gz"]),
    ]


def test_segments_roll_over_by_pages_and_listings_without_content_do_not_count(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    sealed: list[str] = []
    with SegmentWriter(tmp_path, "run", max_pages=2, on_sealed=sealed.append) as writer:
        for number in range(5):
            writer.add(fetch(outcome=Outcome.SKIPPED, reason="robots"))
            writer.add(fetch(f"https://example.org/{number}"), exchange())
        assert len(sealed) == 2
    segments = sealed_segments(tmp_path)
    assert [segment.name for segment in segments] == sealed
    assert [name[-6:] for name in sealed] == ["-00000", "-00001", "-00002"]
    assert [len(list(segment.fetches())) for segment in segments] == [4, 4, 2]
    urls = [segment.read(f.offset).url for segment in segments for f in segment.fetches() if f.offset is not None]
    assert len(urls) == 5


def test_segments_roll_over_by_bytes(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run", max_bytes=20_000) as writer:
        for number in range(6):
            writer.add(fetch(), exchange(hashlib.shake_128(bytes([number])).digest(8000)))
    segments = sealed_segments(tmp_path)
    assert [len(list(segment.fetches())) for segment in segments] == [3, 3]
    assert all(20_000 <= segment.warc_path.stat().st_size < 28_000 for segment in segments)


def test_segments_roll_over_by_the_bytes_of_their_contents_before_compression(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run", max_content_bytes=20_000) as writer:
        for _ in range(6):
            writer.add(fetch(bytes=8000), exchange(bytes(8000)))
        writer.add(fetch(bytes=80_000))  # nothing is stored
    assert [len(list(segment.fetches())) for segment in sealed_segments(tmp_path)] == [3, 3, 1]


def test_a_discarded_segment_leaves_nothing(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run") as writer:
        writer.add(fetch(), exchange(b"a page"))
        writer.discard()
        with pytest.raises(ArchiveError, match="closed"):
            writer.add(fetch())
    assert list(tmp_path.iterdir()) == []


def test_the_log_counts_towards_the_bytes(tmp_path: Path, fetch: Callable[..., Fetch]) -> None:
    with SegmentWriter(tmp_path, "run", max_bytes=5_000) as writer:
        for _ in range(50):
            writer.add(fetch(outcome=Outcome.FAILED, reason="timeout"))
    assert len(sealed_segments(tmp_path)) > 1


def test_segments_roll_over_by_age(
    tmp_path: Path, fetch: Callable[..., Fetch], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("crawlers.archive.writer.time", SimpleNamespace(monotonic=lambda: now))
    sealed: list[str] = []
    with SegmentWriter(tmp_path, "run", max_age=60, on_sealed=sealed.append) as writer:
        writer.seal_if_old()  # nothing is open
        writer.add(fetch())
        now += 59
        writer.seal_if_old()
        writer.add(fetch())
        assert sealed == []
        now += 1
        writer.seal_if_old()
        assert len(sealed) == 1
        now += 1000  # the next one is as old as its first line
        writer.add(fetch())
        assert len(sealed) == 1
        now += 60
        writer.add(fetch())
        assert len(sealed) == 2
    assert [len(list(segment.fetches())) for segment in sealed_segments(tmp_path)] == [2, 2]


def test_a_sealed_segment_never_changes(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    def state() -> dict[str, tuple[int, int, bytes]]:
        return {
            path.name: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
            for path in tmp_path.iterdir()
            if path.name.startswith("first")
        }

    with SegmentWriter(tmp_path, "run", name="first") as writer:
        writer.add(fetch(), exchange())
    before = state()
    with SegmentWriter(tmp_path, "run", name="next", max_pages=1) as writer:
        for _ in range(3):
            writer.add(fetch(), exchange())
            salvage_segments(tmp_path)
    with SegmentWriter(tmp_path, "run", name="first") as writer, pytest.raises(ArchiveError, match="already"):
        writer.add(fetch(), exchange())
    assert state() == before
    assert len(before) == 2


def test_a_writer_that_is_given_nothing_leaves_no_file(tmp_path: Path) -> None:
    sealed: list[str] = []
    with SegmentWriter(tmp_path / "archive", "run", on_sealed=sealed.append) as writer:
        writer.seal_if_old()
    assert sealed == []
    assert not (tmp_path / "archive").exists()


def test_leaving_on_an_error_seals_what_was_added(tmp_path: Path, fetch: Callable[..., Fetch]) -> None:
    def write_and_fail() -> None:
        with SegmentWriter(tmp_path, "run") as writer:
            writer.add(fetch())
            raise RuntimeError("crawl broke")

    with pytest.raises(RuntimeError, match="crawl broke"):
        write_and_fail()
    assert [len(list(segment.fetches())) for segment in sealed_segments(tmp_path)] == [1]


def test_a_closed_writer_takes_nothing_more(tmp_path: Path, fetch: Callable[..., Fetch]) -> None:
    writer = SegmentWriter(tmp_path, "run")
    writer.close()
    writer.close()
    with pytest.raises(ArchiveError, match="closed"):
        writer.add(fetch())
    assert names(tmp_path) == []


def test_two_writers_of_one_run_never_take_the_same_name(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run", max_pages=1) as one, SegmentWriter(tmp_path, "run", max_pages=1) as two:
        for number in range(4):
            one.add(fetch(f"https://example.org/one/{number}"), exchange())
            two.add(fetch(f"https://example.org/two/{number}"), exchange())
    urls = [fetch.url for segment in sealed_segments(tmp_path) for fetch in segment.fetches()]
    assert len(urls) == len(set(urls)) == 8


def test_a_given_name_is_that_of_the_first_segment(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run", name="import.2026", max_pages=1) as writer:
        for _ in range(3):
            writer.add(fetch(), exchange())
    assert [segment.name for segment in sealed_segments(tmp_path)] == [
        "import.2026",
        "import.2026-00001",
        "import.2026-00002",
    ]


@pytest.mark.parametrize("leftover", ["one.warc.gz", "one.warc.gz.open", "one.jsonl", "one.jsonl.open"])
def test_a_name_is_refused_whichever_file_of_it_is_there(
    leftover: str, tmp_path: Path, fetch: Callable[..., Fetch]
) -> None:
    (tmp_path / leftover).write_bytes(b"precious")
    with SegmentWriter(tmp_path, "run", name="one") as writer, pytest.raises(ArchiveError, match="already"):
        writer.add(fetch())
    assert names(tmp_path) == [leftover]
    assert (tmp_path / leftover).read_bytes() == b"precious"


def test_a_file_that_salvage_removed_before_it_was_locked_is_made_again(
    tmp_path: Path, fetch: Callable[..., Fetch], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = segment_files.lock
    raced: list[list[str]] = []

    def lock(file: object) -> None:
        if not raced:
            raced.append(salvage_segments(tmp_path))
        real(file)  # type: ignore[arg-type]

    monkeypatch.setattr(segment_files, "lock", lock)
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        writer.add(fetch())
    assert raced == [[]]
    assert [f.url for f in Segment(tmp_path, "one").fetches()] == [fetch().url]


@pytest.mark.parametrize("name", ["", "../one", "a/b", ".hidden", "a b", "ä", "-x"])
def test_names_that_would_leave_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be used in a file name"):
        SegmentWriter(tmp_path, name)
    with pytest.raises(ValueError, match="cannot be used in a file name"):
        SegmentWriter(tmp_path, "run", name=name)


def test_limits_that_leave_no_room_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="max_pages=0"):
        SegmentWriter(tmp_path, "run", max_pages=0)
    with pytest.raises(ValueError, match="max_bytes=0"):
        SegmentWriter(tmp_path, "run", max_bytes=0)
    with pytest.raises(ValueError, match="max_age=-1"):
        SegmentWriter(tmp_path, "run", max_age=-1)


def test_several_threads_may_write(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    with SegmentWriter(tmp_path, "run", max_pages=7) as writer:

        def work(thread: int) -> None:
            for number in range(20):
                url = f"https://example.org/{thread}/{number}"
                writer.add(fetch(url), exchange(url.encode() * 200, url=url))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    seen = []
    for segment in sealed_segments(tmp_path):
        checked(segment.warc_path)
        for known in segment.fetches():
            assert known.offset is not None
            assert segment.read(known.offset).body == known.url.encode() * 200
            seen.append(known.url)
    assert len(seen) == len(set(seen)) == 80
