"""Removes data beyond the limits in `[keep]`. Segments that are not loaded yet are never removed.

A pack is removed as a whole. Writing it again without some of its segments would copy most of the archive, day by day.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from crawlers.archive import loose_segments
from crawlers.archive.archive_store import store_of
from crawlers.archive.changes import finish_interrupted_packing
from crawlers.archive.packs import all_packs
from crawlers.archive.segment_files import remove_sealed
from crawlers.errors import ArchiveError, StoreError
from flows.data_directory import GIGABYTE
from warehouse.retention import kept_segments, mark_removed, remove_requests, removed_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from crawlers.archive.archive_store import ArchiveStore
    from flows.data_directory import DataDirectory
    from flows.settings import Keep
    from warehouse import Writer

logger = logging.getLogger("newsloom")
# How long files are looked for that a crash left behind after their segments were marked as removed.
SECOND_LOOK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """What was removed: segments and their bytes, rows of requests, and folders of plans."""

    segments: int
    bytes: int
    rows: int
    plans: int


def apply_retention(writer: Writer, directory: DataDirectory, keep: Keep, now: datetime) -> RetentionResult:
    """Remove everything beyond the limits in `keep`. After an interruption, the next call does the rest."""
    segments, size = _archive(writer, directory, keep, now)
    rows = 0
    if keep.requests_days is not None:
        rows = remove_requests(writer, now - timedelta(days=keep.requests_days), now)
    return RetentionResult(segments, size, rows, _plans(directory, now - timedelta(days=keep.plans_days)))


@dataclass(frozen=True, slots=True)
class _Unit:
    """A segment or a pack, which is removed as a whole when its youngest segment is old enough."""

    segments: frozenset[str]
    bytes: int
    remove: Callable[[], object]


def _archive(writer: Writer, directory: DataDirectory, keep: Keep, now: datetime) -> tuple[int, int]:
    if keep.archive_days is None and keep.archive_gb is None:
        return 0, 0
    there = list(_units(directory.archive))
    loaded = kept_segments(writer.connection)
    known = [unit for unit in there if loaded.keys() >= unit.segments]
    too_old = now - timedelta(days=keep.archive_days) if keep.archive_days is not None else None
    most = keep.archive_gb * GIGABYTE if keep.archive_gb is not None else float("inf")
    size = float(sum(unit.bytes for unit in there))
    gone = []
    ages = ((max((loaded[name], name) for name in unit.segments), unit) for unit in known)
    for (loaded_at, _), unit in sorted(ages, key=lambda aged: aged[0]):  # oldest first
        if (too_old is not None and loaded_at < too_old) or size > most:
            gone.append(unit)
            size -= unit.bytes
    mark_removed(writer, [name for unit in gone for name in unit.segments], now)
    removed = removed_segments(writer.connection, now - SECOND_LOOK)
    for unit in there:
        if unit.segments <= removed:
            unit.remove()
    return sum(len(unit.segments) for unit in gone), sum(unit.bytes for unit in gone)


def _units(archive: Path) -> Iterator[_Unit]:
    """All segments and packs, except for damaged packs, which need attention first."""
    finish_interrupted_packing(archive)
    for segment in loose_segments(archive):
        size = _size(segment.warc_path, segment.log_path)
        yield _Unit(frozenset([segment.name]), size, partial(remove_sealed, archive, segment.name))
    for pack in all_packs(archive):
        try:
            yield _Unit(frozenset(pack.index()), _size(pack.warc_path, pack.log_path), pack.remove)
        except ArchiveError as error:
            logger.warning("a damaged pack is not removed, whatever its age: %s", error)
    if (store := store_of(archive)) is not None:
        yield from _units_in_store(store)


def _units_in_store(store: ArchiveStore) -> Iterator[_Unit]:
    for name, size in store.loose().items():
        yield _Unit(frozenset([name]), size, partial(store.remove, name))
    for pack in store.packs():
        try:
            segments = frozenset(store.index(pack))
        except StoreError:
            raise
        except ArchiveError as error:
            logger.warning("a damaged pack is not removed, whatever its age: %s", error)
        else:
            yield _Unit(segments, pack.warc_bytes + pack.log_bytes, partial(store.remove_pack, pack))


def _size(*files: Path) -> int:
    return sum(path.stat().st_size for path in files if path.exists())


def _plans(directory: DataDirectory, before: datetime) -> int:
    folders = [folder for folder in (directory.private / "runs").glob("*") if folder.is_dir()]
    old = [folder for folder in folders if folder.stat().st_mtime < before.timestamp()]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
