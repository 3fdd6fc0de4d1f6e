"""Packs the small segments of past days into a few files (`crawlers.archive.packs`).

A day's segments are copied, the copies are read back and synced to disk, and only then the loose files are removed. At
every moment, each segment is complete in at least one place. The caller must hold the warehouse's lock, so that nobody
else packs, erases or removes segments at the same time. A crawl may be running: it writes only segments of today.
"""

from __future__ import annotations

import shutil
import zlib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO

from crawlers.archive import packs, segment_files
from crawlers.archive.pack_index import index_line, read_index
from crawlers.archive.reader import Segment, loose_segments, parse_record, read_member
from crawlers.counts import counted
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

SMALL_BYTES = 16 << 20
"""Segments with at least this many bytes, both files together, stay loose."""
MAX_PACK_BYTES = 1 << 30  # about a gigabyte is usual for WARC files (ISO 28500, annex C); erasing copies a pack
MAX_BYTES_PER_NIGHT = 4 << 30  # packing holds the warehouse's lock: a minute or two, and the rest in later nights
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PackingResult:
    """The segments and bytes that were packed, into how many packs, and the problems with other segments."""

    segments: int = 0
    packs: int = 0
    bytes: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    segment: Segment
    day: str
    bytes: int


def finish_interrupted_packing(archive: Path) -> dict[str, str]:
    """Finish what a killed packing began. Returns the days (yyyymmdd) with a damaged pack, with the error message.

    Removes the leftovers of unsealed packs, and the loose files of packed segments.
    """
    packs.remove_leftovers(archive, packs.months(archive))
    problems = {}
    for day, segments in groupby(loose_segments(archive), key=lambda segment: segment_files.day_in_name(segment.name)):
        names = {segment.name for segment in segments}
        try:
            for pack in () if day is None else packs.packs_of_day(archive, day):
                packs.remove_loose_files(pack, names & pack.index().keys())
        except ArchiveError as error:
            problems[day or ""] = str(error)
    return problems


def packable_segments(archive: Path, before: date) -> list[str]:
    """Names of small loose segments of days (UTC) before this one."""
    return [candidate.segment.name for candidate in _candidates(archive, before)]


def pack_segments(
    archive: Path,
    loaded: Mapping[str, int],
    before: date,
    *,
    min_free_bytes: int = 0,
    max_bytes: int = MAX_BYTES_PER_NIGHT,
) -> PackingResult:
    """Pack the small segments of days before `before` (UTC) that are in `loaded`, which maps names to log lines.

    Packs day by day, oldest first, until `max_bytes` are copied or the disk would have less than `min_free_bytes` free.
    Skips days with a single segment, damaged segments, and days with a damaged pack. Raises ArchiveError if the disk
    fails or is full; nothing is lost then, and the call can be repeated.
    """
    problems: list[str] = []
    done = PackingResult()
    try:
        damaged = finish_interrupted_packing(archive)
        problems += damaged.values()
        candidates = (
            one for one in _candidates(archive, before) if one.segment.name in loaded and one.day not in damaged
        )
        for group in _groups(candidates):
            undamaged, others = _check_segments(group, loaded)
            problems += others
            size = sum(candidate.bytes for candidate in undamaged)
            if len(undamaged) < 2:
                continue
            if done.bytes + size > max_bytes and done.packs:
                break
            if shutil.disk_usage(archive).free - min_free_bytes < size:
                problems.append(
                    f"{archive}: not enough disk space to pack {counted(len(undamaged), 'segment')} "
                    f"({size >> 20} MB are needed); they stay as they are"
                )
                break
            _pack(archive, undamaged[0].day, [candidate.segment for candidate in undamaged], loaded)
            done = PackingResult(done.segments + len(undamaged), done.packs + 1, done.bytes + size)
    except OSError as error:
        file = error.filename or archive
        raise ArchiveError(
            f"{file}: segments cannot be packed: {error.strerror or error}\nNothing is lost: they stay as they are.",
            file=archive,
        ) from error
    return PackingResult(done.segments, done.packs, done.bytes, tuple(problems))


def _candidates(archive: Path, before: date) -> Iterator[_Candidate]:
    """In the order of their names, and so of their days."""
    for segment in loose_segments(archive):
        day = segment_files.day_in_name(segment.name)
        if day is None or day >= f"{before:%Y%m%d}":
            continue
        try:
            size = segment.warc_path.stat().st_size + segment.log_path.stat().st_size
        except FileNotFoundError:
            continue  # a segment without its log is incomplete, which `newsloom doctor` reports
        if size < SMALL_BYTES:
            yield _Candidate(segment, day, size)


def _groups(candidates: Iterable[_Candidate]) -> Iterator[list[_Candidate]]:
    """The segments in groups, each for one pack."""
    for _, of_day in groupby(candidates, key=lambda one: one.day):
        group: list[_Candidate] = []
        size = 0
        for one in of_day:
            if size + one.bytes > MAX_PACK_BYTES:
                yield group
                group, size = [], 0
            group.append(one)
            size += one.bytes
        yield group


def _check_segments(group: Sequence[_Candidate], loaded: Mapping[str, int]) -> tuple[list[_Candidate], list[str]]:
    """The undamaged segments (every record is readable, the log has the length in the ledger) and the other problems.

    A damaged segment keeps its loose files, because these have to be restored.
    """
    undamaged, problems = [], []
    for candidate in group:
        segment = candidate.segment
        try:
            lines = segment.log_lines()
            if lines != loaded[segment.name]:
                raise ValueError(f"{lines} requests in its log, {loaded[segment.name]} in the ledger")
            with segment.warc_path.open("rb") as warc:
                at, size = 0, segment.warc_path.stat().st_size
                while at < size or not at:
                    content, end = read_member(warc, at)
                    if not at:
                        parse_record(content)
                    at = end
        except (ValueError, ArchiveError) as error:
            problems.append(f"{segment.warc_path}: not packed because it is damaged: {error}")
        else:
            undamaged.append(candidate)
    return undamaged, problems


def _pack(archive: Path, day: str, segments: Sequence[Segment], loaded: Mapping[str, int]) -> None:
    pack = packs.new_pack(archive, day)
    folder = pack.warc_path.parent
    folder.mkdir(parents=True, exist_ok=True)
    segment_files.sync_directory(folder.parent)
    segment_files.sync_directory(archive)
    warc_path, log_path = segment_files.temporary_path(pack.warc_path), segment_files.temporary_path(pack.log_path)
    sums = []
    try:
        with warc_path.open("wb") as warc, log_path.open("wb") as log:
            for remaining, segment in zip(range(len(segments) - 1, -1, -1), segments, strict=True):
                begin = warc.tell()
                with segment.warc_path.open("rb") as own:
                    warc_sum = _copy(own, warc)
                size = segment.log_path.stat().st_size
                log.write(index_line(segment.name, begin, warc.tell() - begin, size, loaded[segment.name], remaining))
                with segment.log_path.open("rb") as own:
                    sums.append((segment.name, warc_sum, _copy(own, log)))
        segment_files.sync_file(warc_path)
        segment_files.sync_file(log_path)
        _verify(warc_path, log_path, sums)
        warc_path.rename(pack.warc_path)
        segment_files.sync_directory(folder)
        log_path.rename(pack.log_path)
        segment_files.sync_directory(folder)
    except BaseException:
        packs.remove_leftovers(archive, [day[:6]])
        raise
    packs.remove_loose_files(pack, [segment.name for segment in segments])


def _verify(warc_path: Path, log_path: Path, sums: Sequence[tuple[str, int, int]]) -> None:
    """Read the copies back: every byte matches the loose files and is where the index says."""
    with warc_path.open("rb") as warc, log_path.open("rb") as log:
        for entry, expected in zip(read_index(log, log_path), sums, strict=True):
            found = (
                entry.segment,
                _sum(warc, entry.warc_begin, entry.warc_bytes),
                _sum(log, entry.log_begin, entry.log_bytes),
            )
            if found != expected:
                raise ArchiveError(
                    f"{warc_path}: the copy of segment {entry.segment} differs from what was written. Its loose files "
                    "are kept. The disk or the memory of this machine may be failing.",
                    file=warc_path,
                )


def _copy(old: BinaryIO, new: BinaryIO) -> int:
    """Copy the rest of a file; returns its checksum."""
    checksum = 0
    while chunk := old.read(_CHUNK):
        new.write(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return checksum


def _sum(file: BinaryIO, begin: int, length: int) -> int:
    checksum = 0
    file.seek(begin)
    while length and (chunk := file.read(min(_CHUNK, length))):
        checksum = zlib.crc32(chunk, checksum)
        length -= len(chunk)
    return checksum
