"""What is packed, what is not, and that it reads as before."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import Segment, loose_segments, packing, packs, salvage_segments, sealed_segments, segment_files
from crawlers.archive.erase import erase_from_segments
from crawlers.archive.packing import PackingResult, pack_segments, packable_segments
from crawlers.errors import ArchiveError
from tests.crawlers.archive.days import LATER, content, crawled, day, files, ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Checked = Callable[[Path], list[tuple[str, str | None]]]

ONE = ["packs/202603/20260301-1.jsonl", "packs/202603/20260301-1.warc.gz"]


def packed(archive: Path, segments: list[Segment], before: date = LATER) -> PackingResult:
    return pack_segments(archive, ledger(segments), before)


def test_a_day_of_segments_becomes_two_files_and_reads_as_before(tmp_path: Path) -> None:
    segments = day(tmp_path, 5)
    before = [content(segment) for segment in segments]
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert packed(tmp_path, segments) == PackingResult(5, 1, size)
    assert files(tmp_path) == ONE
    assert sealed_segments(tmp_path) == segments
    assert loose_segments(tmp_path) == []
    assert [content(segment) for segment in segments] == before
    assert all(segment.exists() for segment in segments)
    assert [content(pickle.loads(pickle.dumps(segment))) for segment in reversed(segments)] == before[::-1]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pages=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20_000)), min_size=2, max_size=6),
    times=st.integers(1, 3),
)
def test_whatever_is_packed_in_however_many_packs_reads_as_before(
    pages: list[tuple[int, int]], times: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = tmp_path_factory.mktemp("archive")
    segments = [
        crawled(archive, f"20260301{number:06d}-run-00000", count, size) for number, (count, size) in enumerate(pages)
    ]
    before = [content(segment) for segment in segments]
    lengths = [(segment.warc_bytes(), segment.log_lines()) for segment in segments]
    for time in range(times):
        packed(archive, segments[time::times])
    assert sealed_segments(archive) == segments
    assert [content(segment) for segment in segments] == before
    assert [(segment.warc_bytes(), segment.log_lines()) for segment in segments] == lengths
    shutil.rmtree(archive)


def test_a_pack_is_a_warc_file_like_any_other(tmp_path: Path, checked: Checked) -> None:
    segments = day(tmp_path, 3)
    each = [record for segment in segments for record in checked(segment.warc_path)]
    unpacked = b"".join(gzip.decompress(segment.warc_path.read_bytes()) for segment in segments)
    packed(tmp_path, segments)
    assert checked(tmp_path / ONE[1]) == each
    assert gzip.decompress((tmp_path / ONE[1]).read_bytes()) == unpacked


@settings(deadline=None, max_examples=25)
@given(
    pages=st.lists(st.integers(0, 4), min_size=2, max_size=5),
    gone=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=8),
)
def test_whatever_is_erased_of_a_pack_the_rest_stays_in_its_place(
    pages: list[int], gone: set[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = tmp_path_factory.mktemp("archive")
    segments = [crawled(archive, f"20260301{number:06d}-run-00000", count) for number, count in enumerate(pages)]
    packed(archive, segments)
    before = [content(segment) for segment in segments]
    urls = {f"https://example.org/{segments[a].name}/{b}" for a, b in gone if a < len(pages)}
    size = (archive / ONE[1]).stat().st_size
    erased = dict(
        erase_from_segments(segments, lambda _, old: replace(old, url="x", offset=None) if old.url in urls else None)
    )
    assert [segment.name for segment in erased] == [segment.name for segment in segments]
    for segment, then in zip(segments, before, strict=True):
        left = [fetch if fetch.url not in urls else replace(fetch, url="x", offset=None) for fetch in then.log]
        assert content(segment).log == tuple(left)
        assert content(segment).pages == tuple(page for page in then.pages if page.url not in urls)
        assert erased[segment].lines == sum(fetch.url in urls for fetch in then.log)
    unpacked = gzip.decompress((archive / ONE[1]).read_bytes())
    assert not [url for url in urls if url.encode() in unpacked + (archive / ONE[0]).read_bytes()]
    assert ((archive / ONE[1]).stat().st_size, files(archive)) == (size, ONE)
    with (archive / ONE[1]).open("rb") as stream:
        assert sum(1 for _ in ArchiveIterator(stream)) >= len(pages), "other tools read it"
    shutil.rmtree(archive)


def test_a_segment_can_be_cut_out_again_by_what_its_line_says(tmp_path: Path) -> None:
    segments = day(tmp_path, 3)
    before = [(segment.warc_path.read_bytes(), segment.log_path.read_bytes()) for segment in segments]
    packed(tmp_path, segments)
    warc, lines = (tmp_path / ONE[1]).read_bytes(), (tmp_path / ONE[0]).read_bytes().splitlines(keepends=True)
    for number, (own_warc, own_log) in enumerate(before):
        said = json.loads(lines[4 * number])
        assert (said["segment"], said["more"]) == (segments[number].name, 2 - number)
        assert warc[said["warc_begin"] :][: said["warc_bytes"]] == own_warc
        assert b"".join(lines[4 * number + 1 :][: said["log_lines"]]) == own_log
        assert len(own_log) == said["log_bytes"]


def test_who_lists_segments_by_their_files_does_not_take_a_pack_for_one(tmp_path: Path) -> None:
    packed(tmp_path, day(tmp_path, 2))
    assert not list(tmp_path.glob("*.warc.gz"))
    assert salvage_segments(tmp_path) == []
    assert files(tmp_path) == ONE


def test_what_comes_later_of_the_same_day_becomes_a_second_pack(tmp_path: Path) -> None:
    first = day(tmp_path, 3)
    packed(tmp_path, first)
    second = day(tmp_path, 2, first=3)
    before = [content(segment) for segment in (*first, *second)]
    assert packed(tmp_path, second).segments == 2
    assert files(tmp_path) == [*ONE, "packs/202603/20260301-2.jsonl", "packs/202603/20260301-2.warc.gz"]
    assert [content(segment) for segment in (*first, *second)] == before
    assert packs.newest_packed_segments(tmp_path) == {segment.name for segment in (*first, *second)}


def test_archives_of_two_machines_are_joined_under_other_numbers_of_packs(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for archive in (one, other):
        archive.mkdir()
    segments = {one: day(one, 3), other: day(other, 3, first=3)}
    contents = [content(segment) for of_one in segments.values() for segment in of_one]
    for archive, of_one in segments.items():
        packed(archive, of_one)
        assert files(archive) == ONE
    for file in (other / "packs" / "202603").iterdir():
        file.rename(one / "packs" / "202603" / file.name.replace("-1.", "-2001."))
    joined = sealed_segments(one)
    assert [segment.name for segment in joined] == [segment.name for of_one in segments.values() for segment in of_one]
    assert [content(segment) for segment in joined] == contents


def test_only_small_loaded_segments_of_days_before_are_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "SMALL_BYTES", 20_000)
    loaded = day(tmp_path, 2)
    others = {
        "not loaded": crawled(tmp_path, "20260301130000-run-00000"),
        "of an import": crawled(tmp_path, "import-aaaa-000000000"),
        "large": crawled(tmp_path, "20260301140000-run-00000", 150),
        "of the next day": crawled(tmp_path, "20260302000000-run-00000"),
        "alone on its day": crawled(tmp_path, "20260228000000-run-00000"),
    }
    known = [*loaded, *(segment for why, segment in others.items() if why != "not loaded")]
    assert set(packable_segments(tmp_path, date(2026, 3, 2))) == {
        segment.name for segment in (*loaded, others["not loaded"], others["alone on its day"])
    }
    assert pack_segments(tmp_path, ledger(known), date(2026, 3, 2)).segments == 2
    assert {segment.name for segment in loose_segments(tmp_path)} == {segment.name for segment in others.values()}
    assert len(sealed_segments(tmp_path)) == 7


def test_a_pack_has_a_bound_and_so_has_a_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segments = [*day(tmp_path, 5), *day(tmp_path, 4, on="20260302")]
    each = sum(path.stat().st_size for path in (segments[0].warc_path, segments[0].log_path))
    monkeypatch.setattr(packing, "MAX_PACK_BYTES", 3.5 * each)
    before = [content(segment) for segment in segments]
    known = ledger(segments)
    first = pack_segments(tmp_path, known, LATER, max_bytes=round(4.5 * each))
    assert (first.segments, first.packs) == (3, 1)
    second = pack_segments(tmp_path, known, LATER)
    assert (second.segments, second.packs) == (5, 2), "the one that is left of the second day stays"
    assert [content(segment) for segment in segments] == before


def test_nothing_is_packed_without_room_for_a_copy(tmp_path: Path) -> None:
    segments = day(tmp_path, 2)
    done = pack_segments(tmp_path, ledger(segments), LATER, min_free_bytes=shutil.disk_usage(tmp_path).total)
    assert (done.segments, len(done.problems)) == (0, 1)
    assert "not enough disk space to pack 2 segments" in done.problems[0]
    assert loose_segments(tmp_path) == segments


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda segment: segment.warc_path.write_bytes(segment.warc_path.read_bytes()[:-9]), "the record is cut off"),
        (lambda segment: segment.warc_path.write_bytes(b""), "the file ends here"),
        (lambda segment: segment.warc_path.write_bytes(gzip.compress(b"text")), "not a WARC record"),
        (lambda segment: segment.log_path.write_bytes(b""), "0 requests in its log, 3 in the ledger"),
    ],
)
def test_a_damaged_segment_keeps_its_files(harm: Callable[[Segment], object], words: str, tmp_path: Path) -> None:
    segments = day(tmp_path, 3)
    known = ledger(segments)
    harm(segments[1])
    done = pack_segments(tmp_path, known, LATER)
    assert (done.segments, len(done.problems)) == (2, 1)
    assert str(segments[1].warc_path) in done.problems[0]
    assert words in done.problems[0]
    assert loose_segments(tmp_path) == [segments[1]]


def test_a_copy_that_is_not_what_was_written_costs_no_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that keeps other bytes than it was given: one is turned after it was written."""
    segments = day(tmp_path, 3)
    real = segment_files.sync_file

    def keep_another_byte(path: Path) -> None:
        real(path)
        with path.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 1]))

    monkeypatch.setattr(segment_files, "sync_file", keep_another_byte)
    with pytest.raises(ArchiveError, match="differs from what was written"):
        packed(tmp_path, segments)
    assert loose_segments(tmp_path) == segments
    assert not [name for name in files(tmp_path) if name.startswith("packs")]


def test_an_offset_beyond_a_segment_is_not_read_from_its_neighbour(tmp_path: Path) -> None:
    first, second = day(tmp_path, 2)
    length = first.warc_bytes()
    offset = next(fetch.offset for fetch in second.fetches() if fetch.offset is not None)
    packed(tmp_path, [first, second])
    with pytest.raises(ArchiveError, match=f"{first.name} ends here"):
        first.read(length + offset)
    with pytest.raises(ArchiveError, match="negative offset"):
        second.read(-1)
