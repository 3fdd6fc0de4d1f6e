from __future__ import annotations

import re
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
from crawlers.archive.reader import read_member

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path

    Checked = Callable[[Path], list[tuple[str, str | None]]]

LINE = b'{"url":"a","source":"s","kind":"page","outcome":"failed","fetched_at":"2026-01-01T00:00:00Z"}\n'


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_a_writer_of_the_same_process_is_alive_as_well(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        writer.add(fetch(), exchange())
        assert salvage_segments(tmp_path) == []
        writer.add(fetch(), exchange())
    assert len(list(Segment(tmp_path, "one").fetches())) == 2


@pytest.fixture
def left(tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]) -> Segment:
    """What a killed writer leaves: two pages with a failure between them, all of it whole, nothing sealed."""
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        writer.add(fetch("https://example.org/0"), exchange(b"first"))
        writer.add(fetch("https://example.org/1", outcome=Outcome.FAILED, reason="timeout"))
        writer.add(fetch("https://example.org/2"), exchange(b"third"))
    segment = Segment(tmp_path, "one")
    segment.warc_path.rename(tmp_path / "one.warc.gz.open")
    segment.log_path.rename(tmp_path / "one.jsonl.open")
    return segment


def logged(segment: Segment) -> list[int]:
    """Numbers of the fetches in the log, after reading what each stored."""
    fetches = list(segment.fetches())
    assert [segment.read(f.offset).status for f in fetches if f.offset is not None] == [200] * sum(
        f.outcome is Outcome.FETCHED for f in fetches
    )
    return [int(f.url[-1]) for f in fetches]


def test_a_whole_segment_is_only_sealed(left: Segment, checked: Checked) -> None:
    before = contents(left.directory)
    assert salvage_segments(left.directory) == ["one"]
    assert logged(left) == [0, 1, 2]
    assert contents(left.directory) == {name.removesuffix(".open"): data for name, data in before.items()}
    assert len(checked(left.warc_path)) == 5


def test_salvaging_again_changes_nothing(left: Segment) -> None:
    salvage_segments(left.directory)
    before = contents(left.directory)
    assert salvage_segments(left.directory) == []
    assert contents(left.directory) == before


def test_a_seal_that_was_half_done_is_completed(left: Segment) -> None:
    (left.directory / "one.jsonl.open").rename(left.log_path)
    assert salvage_segments(left.directory) == ["one"]
    assert names(left.directory) == ["one.jsonl", "one.warc.gz"]
    assert logged(left) == [0, 1, 2]


def test_a_seal_half_done_of_which_nothing_reached_the_disk_is_removed(left: Segment) -> None:
    (left.directory / "one.jsonl.open").rename(left.log_path)
    (left.directory / "one.warc.gz.open").write_bytes(b"")
    assert salvage_segments(left.directory) == []
    assert names(left.directory) == []


def test_a_file_that_is_another_one_by_the_time_it_is_locked_is_left_alone(
    left: Segment, fetch: Callable[..., Fetch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a second salvage removed the segment and a new writer took its name."""
    real = segment_files.try_lock
    with SegmentWriter(left.directory, "run", name="one") as writer:

        def try_lock(file: FileIO) -> bool:
            segment_files.remove_open(left.directory, "one")
            writer.add(fetch("https://example.org/9", outcome=Outcome.FAILED))
            return real(file)

        monkeypatch.setattr(segment_files, "try_lock", try_lock)
        assert salvage_segments(left.directory) == []
        assert names(left.directory) == ["one.jsonl.open", "one.warc.gz.open"]
    assert logged(left) == [9]


def test_a_torn_record_goes_with_its_line_wherever_it_is_torn(left: Segment, checked: Checked) -> None:
    before = contents(left.directory)
    warc = before["one.warc.gz.open"]
    ends: list[int] = []
    with (left.directory / "one.warc.gz.open").open("rb") as stream:
        while not ends or ends[-1] < len(warc):
            ends.append(read_member(stream, ends[-1] if ends else 0)[1])
    info, _, first, _, _ = ends
    near = {end + shift for end in (0, *ends) for shift in (-9, -1, 0, 1, 9, 100)}
    for length in sorted(near & set(range(len(warc)))):
        (left.directory / "one.warc.gz.open").write_bytes(warc[:length])
        (left.directory / "one.jsonl.open").write_bytes(before["one.jsonl.open"])
        sealed = salvage_segments(left.directory)
        if length < first:
            assert (sealed, names(left.directory)) == ([], [])
            continue
        assert sealed == ["one"]
        assert logged(left) == [0, 1]
        assert left.warc_path.stat().st_size == max(end for end in ends if end <= length)
        if length in (first, first + 1, len(warc) - 1):
            checked(left.warc_path)
        left.warc_path.unlink()
        left.log_path.unlink()
    assert info < first


def test_a_torn_line_is_dropped_wherever_it_is_torn(left: Segment) -> None:
    before = contents(left.directory)
    log = before["one.jsonl.open"]
    ends = [match.end() for match in re.finditer(rb"\n", log)]
    near = {end + shift for end in (0, *ends) for shift in (-9, -1, 0, 1, 9)}
    for length in sorted(near & set(range(len(log)))):
        (left.directory / "one.warc.gz.open").write_bytes(before["one.warc.gz.open"])
        (left.directory / "one.jsonl.open").write_bytes(log[:length])
        whole = log[:length].count(b"\n")
        assert salvage_segments(left.directory) == (["one"] if whole else [])
        if not whole:
            assert names(left.directory) == []
            continue
        assert logged(left) == [0, 1, 2][:whole]
        left.warc_path.unlink()
        left.log_path.unlink()


def test_what_stands_after_damage_is_cut_off(left: Segment, checked: Checked) -> None:
    with (
        (left.directory / "one.warc.gz.open").open("ab") as warc,
        (left.directory / "one.jsonl.open").open("ab") as log,
    ):
        warc.write(b"\x00" * 4096)  # as a file system leaves it after a power cut
        log.write(b"\x00" * 100 + b"\n")
    assert salvage_segments(left.directory) == ["one"]
    assert logged(left) == [0, 1, 2]
    assert len(checked(left.warc_path)) == 5


@pytest.mark.parametrize("offset", [0, 1, 10**9], ids=["warcinfo", "no record", "beyond the end"])
def test_a_line_that_points_at_no_page_is_dropped_with_all_after_it(offset: int, left: Segment) -> None:
    path = left.directory / "one.jsonl.open"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + LINE[:-2] + b',"offset":%d}\n' % offset + lines[1])
    assert salvage_segments(left.directory) == ["one"]
    assert logged(left) == [0]


@pytest.mark.parametrize(
    "files",
    [
        {"one.warc.gz.open": b""},
        {"one.warc.gz.open": b"", "one.jsonl.open": b""},
        {"one.warc.gz.open": b"\x1f\x8b", "one.jsonl.open": b'{"url'},
        {"one.jsonl.open": b""},
        {"one.jsonl.open": LINE},
        {"one.warc.gz.open": b"\x1f\x8b", "one.jsonl.open": LINE},
    ],
)
def test_a_segment_with_nothing_whole_in_it_is_removed(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert salvage_segments(tmp_path) == []
    assert names(tmp_path) == []


def test_an_empty_file_beside_a_sealed_segment_of_its_name_is_all_that_goes(left: Segment) -> None:
    salvage_segments(left.directory)
    before = contents(left.directory)
    (left.directory / "one.warc.gz.open").touch()
    assert salvage_segments(left.directory) == []
    assert contents(left.directory) == before


def test_several_left_segments_are_sealed_in_one_go(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    for name in ("b", "a"):
        with SegmentWriter(tmp_path, "run", name=name) as writer:
            writer.add(fetch(), exchange())
        for path in Segment(tmp_path, name).warc_path, Segment(tmp_path, name).log_path:
            path.rename(f"{path}.open")
    assert salvage_segments(tmp_path) == ["a", "b"]
    assert [segment.name for segment in sealed_segments(tmp_path)] == ["a", "b"]


def test_a_folder_that_does_not_exist_holds_nothing(tmp_path: Path) -> None:
    assert salvage_segments(tmp_path / "nowhere") == []
