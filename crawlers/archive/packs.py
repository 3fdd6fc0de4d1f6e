"""Packs: the small segments of one day together in two files, instead of two loose files for each segment.

    packs/202603/20260301-1.warc.gz   the WARC files of the segments, concatenated: a regular WARC file
    packs/202603/20260301-1.jsonl     in the same order, for each segment an index line and then its log

The second file is the seal: it gets its final name last, when both files are complete and on the disk. A segment keeps
its name, and its offsets count from the beginning of its part of the WARC file. Packs have a separate folder, so that
they are not listed as segments, and a folder for each month, so that finding a segment stays cheap.

Only the process that holds the warehouse's lock creates packs (`crawlers.archive.packing`), changes them
(`crawlers.archive.erase`) and removes them. Reading needs no lock.
"""

from __future__ import annotations

import errno
import os
import re
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from crawlers.archive import segment_files
from crawlers.archive.pack_index import ByteRange, IndexEntry, read_index
from crawlers.archive.segment_files import LOG_SUFFIX, NEW_SUFFIX, WARC_SUFFIX, day_in_name
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FOLDER = "packs"
_PACK = re.compile(r"(\d{8})-(\d+)")
_MAX_CACHED = 64  # packs whose index is kept in memory, some 20 KB each


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack of an archive, sealed or being written; `name` is `<day, yyyymmdd>-<number>`."""

    archive: Path
    name: str

    @property
    def warc_path(self) -> Path:
        """The file with the WARC records."""
        return self.archive / FOLDER / self.name[:6] / f"{self.name}{WARC_SUFFIX}"

    @property
    def log_path(self) -> Path:
        """The file with the logs, each after its index line; the seal of the pack."""
        return self.archive / FOLDER / self.name[:6] / f"{self.name}{LOG_SUFFIX}"

    def index(self) -> Mapping[str, IndexEntry]:
        """Its index entries by segment name, in order. Raises ArchiveError if the index is damaged or unreadable."""
        try:
            with self.log_path.open("rb") as log:
                return _cached_index(log, self)
        except OSError as error:
            raise ArchiveError.from_os_error(self.log_path, "cannot be read", error) from error

    def is_whole(self) -> bool:
        """Whether both files exist and have the expected length; their content is not read."""
        try:
            end = max(entry.warc_begin + entry.warc_bytes for entry in self.index().values())
            return self.warc_path.stat().st_size == end
        except (OSError, ArchiveError):
            return False

    def remove(self) -> None:
        """Remove the pack and its segments' loose files. If killed halfway, `remove_leftovers` does the rest."""
        for segment in self.index():
            segment_files.remove_sealed(self.archive, segment)
        segment_files.temporary_path(self.warc_path).unlink(missing_ok=True)
        unsealed = segment_files.temporary_path(self.log_path)
        self.log_path.rename(unsealed)
        segment_files.sync_directory(self.log_path.parent)
        self.warc_path.unlink(missing_ok=True)
        unsealed.unlink()


def open_warc(archive: Path, segment: str) -> ByteRange | None:
    """The WARC file of a sealed segment on the disk, to be closed by the caller: its loose file or that of its pack.

    None if there is neither. Raises ArchiveError if the pack is damaged.
    """
    own = archive / f"{segment}{WARC_SUFFIX}"
    try:
        file = own.open("rb")
    except FileNotFoundError:  # possibly packed a moment ago: a pack is sealed before the loose files are removed
        found = find_pack(archive, segment)
        if found is None:
            return None
        pack, entry = found
        file = pack.warc_path.open("rb")
        return ByteRange(file, pack.warc_path, entry.warc_begin, entry.warc_begin + entry.warc_bytes)
    return ByteRange(file, own, 0, os.fstat(file.fileno()).st_size)


def open_log(archive: Path, segment: str) -> ByteRange | None:
    """The log of a sealed segment on the disk, like `open_warc`."""
    own = archive / f"{segment}{LOG_SUFFIX}"
    try:
        file = own.open("rb")
    except FileNotFoundError:
        found = _find_open(archive, segment)
        if found is None:
            return None
        pack, entry, log = found
        return ByteRange(log, pack.log_path, entry.log_begin, entry.log_begin + entry.log_bytes, entry.first_line)
    return ByteRange(file, own, 0, os.fstat(file.fileno()).st_size)


def missing(path: Path) -> FileNotFoundError:
    """The error for a file that is neither loose nor in a pack."""
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))


def find_pack(archive: Path, segment: str) -> tuple[Pack, IndexEntry] | None:
    """The pack that contains a segment; reads the packs of the segment's day.

    Raises ArchiveError if no readable pack contains it and one of the day's packs is unreadable.
    """
    found = _find_open(archive, segment)
    if found is None:
        return None
    pack, entry, log = found
    log.close()
    return pack, entry


def _find_open(archive: Path, segment: str) -> tuple[Pack, IndexEntry, BinaryIO] | None:
    """As `find_pack`, with the open log that the entry was read from: erasing may replace the file at any time."""
    day = day_in_name(segment)
    unreadable: ArchiveError | None = None
    for pack in () if day is None else packs_of_day(archive, day):
        with ExitStack() as stack:
            try:
                log = stack.enter_context(pack.log_path.open("rb"))
                entry = _cached_index(log, pack).get(segment)
            except FileNotFoundError:
                continue  # removed in the meantime
            except ArchiveError as error:
                unreadable = error
                continue
            if entry is not None:
                stack.pop_all()
                return pack, entry, log
    if unreadable is not None:
        raise unreadable
    return None


def packs_of_day(archive: Path, day: str) -> list[Pack]:
    """The sealed packs of a day (yyyymmdd), oldest first."""
    return _sealed(archive, day[:6], f"{day}-")


def new_pack(archive: Path, day: str) -> Pack:
    """A new pack with an unused name."""
    found = (_PACK.match(name) for name in _names(archive / FOLDER / day[:6]))
    taken = [int(match[2]) for match in found if match and match[1] == day]
    return Pack(archive, f"{day}-{max(taken, default=0) + 1}")


def all_packs(archive: Path) -> Iterator[Pack]:
    """All sealed packs, by day."""
    for month in months(archive):
        yield from _sealed(archive, month)


def newest_packed_segments(archive: Path) -> set[str]:
    """Names of the segments in the packs of the most recent packed day. Raises ArchiveError like `Pack.index`."""
    for month in reversed(months(archive)):
        packs = _sealed(archive, month)
        if packs:
            day = packs[-1].name.partition("-")[0]
            return {segment for pack in packs_of_day(archive, day) for segment in pack.index()}
    return set()


def months(archive: Path) -> list[str]:
    """The folders of packs (yyyymm), in order."""
    return sorted(name for name in _names(archive / FOLDER) if name.isdigit())


def warc_files_without_seal(archive: Path) -> list[Path]:
    """WARC files of packs whose seal was lost; `remove_leftovers` handles those that a killed process left."""
    found = []
    for month in months(archive):
        names = set(_names(archive / FOLDER / month))
        packs = {name.removesuffix(WARC_SUFFIX) for name in names if name.endswith(WARC_SUFFIX)}
        lost = {pack for pack in packs if not {pack + LOG_SUFFIX, pack + LOG_SUFFIX + NEW_SUFFIX} & names}
        found += [archive / FOLDER / month / f"{pack}{WARC_SUFFIX}" for pack in sorted(lost)]
    return found


def remove_loose_files(pack: Pack, segments: Iterable[str]) -> None:
    """Remove the loose files of packed segments, durably.

    Raises ArchiveError if there are loose files and the pack is incomplete.
    """
    removed = False
    for segment in segments:
        if (pack.archive / f"{segment}{WARC_SUFFIX}").exists() and not pack.is_whole():
            raise ArchiveError(
                f"{pack.warc_path}: does not match its log {pack.log_path.name}.\n"
                f"Restore both from a backup. The loose files of segment {segment} are kept.",
                file=pack.warc_path,
            )
        removed |= segment_files.remove_sealed(pack.archive, segment)
    if removed:
        segment_files.sync_directory(pack.archive)


def remove_leftovers(archive: Path, folders: Iterable[str]) -> None:
    """Remove the leftovers of killed processes in the pack folders of these months (yyyymm).

    Removes a WARC file only if an unsealed log beside it shows that it is a leftover. The caller must hold the
    warehouse's lock.
    """
    for month in folders:
        folder = archive / FOLDER / month
        for name in sorted(_names(folder)):  # .jsonl.new before .warc.gz.new: a kill here leaves no lone WARC file
            if name.endswith(LOG_SUFFIX + NEW_SUFFIX):
                pack = name.removesuffix(LOG_SUFFIX + NEW_SUFFIX)
                if not (folder / f"{pack}{LOG_SUFFIX}").exists():
                    (folder / f"{pack}{WARC_SUFFIX}").unlink(missing_ok=True)
            if name.endswith(NEW_SUFFIX):
                (folder / name).unlink(missing_ok=True)


def _sealed(archive: Path, month: str, begin: str = "") -> list[Pack]:
    there = (name for name in _names(archive / FOLDER / month) if name.startswith(begin) and name.endswith(LOG_SUFFIX))
    names = (name.removesuffix(LOG_SUFFIX) for name in there)
    return [Pack(archive, name) for _, _, name in sorted(_key(name) for name in names if _PACK.fullmatch(name))]


def _key(name: str) -> tuple[str, int, str]:
    day, _, number = name.partition("-")
    return day, int(number), name


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - faster, and called for every segment that is read
    except (FileNotFoundError, NotADirectoryError):
        return []


_cache: dict[Path, tuple[tuple[int, int, int], dict[str, IndexEntry]]] = {}
_lock = threading.Lock()


def _cached_index(log: BinaryIO, pack: Pack) -> dict[str, IndexEntry]:
    """The index of a pack, read again only when the file has changed."""
    stat = os.fstat(log.fileno())
    state = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    with _lock:
        cached = _cache.get(pack.log_path)
    if cached is not None and cached[0] == state:
        return cached[1]
    index = {entry.segment: entry for entry in read_index(log, pack.log_path)}
    with _lock:
        if len(_cache) >= _MAX_CACHED:
            del _cache[next(iter(_cache))]
        _cache[pack.log_path] = state, index
    return index
