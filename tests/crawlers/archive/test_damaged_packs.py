"""A damaged pack is answered with the file and what to do, and costs nothing else."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawlers.archive import Segment, loose_segments, packs, sealed_segments
from crawlers.archive.packing import PackingResult, pack_segments
from crawlers.archive.packs import Pack
from crawlers.errors import ArchiveError
from tests.crawlers.archive.days import LATER, content, day, ledger

if TYPE_CHECKING:
    from pathlib import Path

ONE = ["packs/202603/20260301-1.jsonl", "packs/202603/20260301-1.warc.gz"]


def packed(archive: Path, segments: list[Segment]) -> PackingResult:
    return pack_segments(archive, ledger(segments), LATER)


def test_every_cut_of_the_seal_is_noticed(tmp_path: Path) -> None:
    segments = day(tmp_path, 3)
    packed(tmp_path, segments)
    seal = tmp_path / ONE[0]
    whole = seal.read_bytes()
    for length in range(len(whole)):
        seal.write_bytes(whole[:length])
        with pytest.raises(ArchiveError, match=r"20260301-1\.jsonl(:\d+)?: .*\n.*Restore it from a backup") as caught:
            Pack(tmp_path, "20260301-1").index()
        assert caught.value.file == seal
    for segment in segments:
        with pytest.raises(ArchiveError, match="20260301-1"):
            segment.read(0)
        with pytest.raises(ArchiveError, match="20260301-1"):
            next(segment.fetches())
    with pytest.raises(ArchiveError, match="20260301-1"):
        sealed_segments(tmp_path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@example(position=0.34321533, flip=1)  # the name of the second segment becomes that of the first
def test_a_turned_byte_is_an_archive_error_or_one_of_the_log(
    position: float, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = tmp_path_factory.mktemp("archive")
    segments = day(archive, 3)
    before = [content(segment).pages for segment in segments]
    packed(archive, segments)
    seal = archive / ONE[0]
    damaged = bytearray(seal.read_bytes())
    damaged[int(position * len(damaged))] ^= flip
    seal.write_bytes(damaged)
    for segment, pages in zip(segments, before, strict=True):
        try:
            assert len(list(segment.fetches())) == 3
            offsets = [fetch.offset for fetch in segment.fetches() if fetch.offset is not None]
            assert all(segment.read(offset) in pages for offset in offsets), "never the page of another segment"
        except ArchiveError as error:
            assert str(archive) in str(error)  # noqa: PT017 - either is right
    shutil.rmtree(archive)


def test_a_warc_file_that_is_cut_off_costs_what_is_behind_the_cut(tmp_path: Path) -> None:
    segments = day(tmp_path, 3)
    before = [content(segment) for segment in segments]
    packed(tmp_path, segments)
    warc = tmp_path / ONE[1]
    warc.write_bytes(warc.read_bytes()[: segments[0].warc_bytes() + 10])
    assert content(segments[0]) == before[0]
    with pytest.raises(ArchiveError, match=r"20260301-1\.warc\.gz: at byte \d+: "):
        content(segments[1])
    assert segments[1].warc_bytes() == 10
    warc.unlink()
    with pytest.raises(ArchiveError, match=r"20260301-1\.warc\.gz: cannot be read: No such file"):
        content(segments[0])
    assert list(segments[0].fetches()) == list(before[0].log)


def test_a_day_with_a_damaged_pack_is_left_alone_and_others_are_packed(tmp_path: Path) -> None:
    packed(tmp_path, day(tmp_path, 2))
    (tmp_path / ONE[0]).write_bytes(b"nonsense\n")
    later = [*day(tmp_path, 2, first=2), *day(tmp_path, 2, on="20260302")]
    done = packed(tmp_path, later)
    assert done.segments == 2
    assert "20260301-1.jsonl:1: expected an index line" in done.problems[0]
    assert loose_segments(tmp_path) == later[:2]


def test_own_files_stay_where_the_pack_has_lost_its_own(tmp_path: Path) -> None:
    segments = day(tmp_path, 2)
    copy = tmp_path.parent / "copy"
    shutil.copytree(tmp_path, copy)
    packed(tmp_path, segments)
    shutil.copytree(copy, tmp_path, dirs_exist_ok=True)
    (tmp_path / ONE[1]).unlink()
    done = packed(tmp_path, segments)
    assert "does not match its log 20260301-1.jsonl" in done.problems[0]
    assert "The loose files of segment" in done.problems[0]
    assert loose_segments(tmp_path) == segments


def test_a_warc_file_whose_seal_was_lost_is_not_swept(tmp_path: Path) -> None:
    packed(tmp_path, day(tmp_path, 2))
    (tmp_path / ONE[0]).unlink()
    later = day(tmp_path, 2, first=2)
    packed(tmp_path, later)
    assert (tmp_path / ONE[1]).exists()
    assert packs.warc_files_without_seal(tmp_path) == [tmp_path / ONE[1]]
    assert {pack.name for pack in packs.all_packs(tmp_path)} == {"20260301-2"}


def test_a_damaged_log_line_in_a_pack_is_told_by_its_line_in_the_file(tmp_path: Path) -> None:
    segments = day(tmp_path, 2)
    packed(tmp_path, segments)
    seal = tmp_path / ONE[0]
    lines = seal.read_bytes().splitlines(keepends=True)
    lines[6] = b"x" + lines[6][1:]
    seal.write_bytes(b"".join(lines))
    with pytest.raises(ArchiveError, match=r"20260301-1\.jsonl:7: the line is not what was written"):
        list(segments[1].fetches())
    assert len(list(segments[0].fetches())) == 3
