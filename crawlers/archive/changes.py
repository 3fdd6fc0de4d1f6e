"""Changes of the archive: erasing, packing, and moving to its store.

`crawlers.archive.erase` and `crawlers.archive.packing` change what is on the disk. What is in a store is copied to the
disk, changed there by the same functions, and written back. The caller must hold the warehouse's lock.
"""

from __future__ import annotations

import shutil
from itertools import groupby
from typing import TYPE_CHECKING

from crawlers.archive import erase, packing, packs, segment_files
from crawlers.archive.archive_store import FOLDER, store_of
from crawlers.archive.copies import copies_folder
from crawlers.archive.finding import is_on_disk
from crawlers.archive.packing import MAX_BYTES_PER_NIGHT, SMALL_BYTES, PackingResult
from crawlers.archive.reader import Segment, loose_segments
from crawlers.archive.segment_files import LOG_SUFFIX, WARC_SUFFIX, day_in_name
from crawlers.archive.store_leftovers import remove_leftovers
from crawlers.counts import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from crawlers.archive.archive_store import ArchiveStore, StorePack
    from crawlers.archive.erase import ErasedRecords
    from crawlers.archive.fetch_log import Fetch


def erase_from_segment(segment: Segment, changed: Callable[[Fetch], Fetch | None]) -> ErasedRecords:
    """See `crawlers.archive.erase.erase_from_segment`."""
    return next(erased for _, erased in erase_from_segments([segment], lambda _, fetch: changed(fetch)))


def erase_from_segments(
    segments: Iterable[Segment], changed: Callable[[Segment, Fetch], Fetch | None]
) -> Iterator[tuple[Segment, ErasedRecords]]:
    """See `crawlers.archive.erase.erase_from_segments`. A segment that is on the disk and in the store is erased from
    both. `changed` gets the segment, or a copy of it."""
    in_store: dict[Path, list[Segment]] = {}

    def on_disk() -> Iterator[Segment]:
        for segment in segments:
            if store_of(segment.directory) is not None:
                in_store.setdefault(segment.directory, []).append(segment)
                if not is_on_disk(segment.directory, segment.name):
                    continue
            yield segment

    done: dict[Segment, ErasedRecords] = {}
    for segment, erased in erase.erase_from_segments(on_disk(), changed):
        if segment.directory in in_store:
            done[segment] = erased
        else:
            yield segment, erased
    for directory, some in in_store.items():
        store = store_of(directory)
        assert store is not None
        for name, erased in _erase_in_store(store, directory, [segment.name for segment in some], changed):
            done.setdefault(Segment(directory, name), erased)
    yield from done.items()


def _erase_in_store(
    store: ArchiveStore, archive: Path, names: Sequence[str], changed: Callable[[Segment, Fetch], Fetch | None]
) -> Iterator[tuple[str, ErasedRecords]]:
    # A pack that was replaced, or was never sealed, contains copies of the records to erase.
    remove_leftovers(store, {day for name in names if (day := day_in_name(name)) is not None})
    packed: dict[StorePack, list[str]] = {}
    for name in names:
        found = store.find_pack(name)
        if found is not None:
            packed.setdefault(found[0], []).append(name)
        elif store.has(name):
            with copies_folder(archive) as folder:
                store.copy(name, folder)
                ((_, erased),) = erase.erase_from_segments([Segment(folder, name)], changed)
                if erased.lines:
                    for suffix in (WARC_SUFFIX, LOG_SUFFIX):  # the log last: it says what is still to be erased
                        store.store.put(folder / f"{name}{suffix}", f"{FOLDER}/{name}{suffix}")
            yield name, erased
    for pack, some in packed.items():
        with copies_folder(archive) as folder:
            store.copy_pack(pack, folder)
            done = list(erase.erase_from_segments([Segment(folder, name) for name in some], changed))
            if any(erased.lines for _, erased in done):
                store.put_pack(packs.Pack(folder, pack.name))
                store.remove_pack(pack)
        yield from ((segment.name, erased) for segment, erased in done)


def packable_segments(archive: Path, before: date) -> list[str]:
    """Names of small loose segments of days (UTC) before this one."""
    store = store_of(archive)
    if store is None:
        return packing.packable_segments(archive, before)
    return [name for name, _ in _candidates(store, before)]


def _candidates(store: ArchiveStore, before: date) -> list[tuple[str, int]]:
    return [
        (name, size)
        for name, size in store.loose().items()
        if size < SMALL_BYTES and (day := day_in_name(name)) and day < f"{before:%Y%m%d}"
    ]


def pack_segments(
    archive: Path,
    loaded: Mapping[str, int],
    before: date,
    *,
    min_free_bytes: int = 0,
    max_bytes: int = MAX_BYTES_PER_NIGHT,
) -> PackingResult:
    """See `crawlers.archive.packing.pack_segments`. In a store, a day is copied to the disk and packed there."""
    store = store_of(archive)
    if store is None:
        return packing.pack_segments(archive, loaded, before, min_free_bytes=min_free_bytes, max_bytes=max_bytes)
    remove_leftovers(store)
    done = PackingResult()
    candidates = [one for one in _candidates(store, before) if one[0] in loaded]
    for _, of_day in groupby(candidates, key=lambda one: day_in_name(one[0])):
        sizes = dict(of_day)
        size = sum(sizes.values())
        if len(sizes) < 2:
            continue
        if done.bytes + size > max_bytes and done.packs:
            break
        with copies_folder(archive) as folder:
            if shutil.disk_usage(folder).free - min_free_bytes < 2 * size:
                problem = (
                    f"{archive}: not enough disk space to pack {counted(len(sizes), 'segment')} of {store.store.url}"
                )
                return _sum(done, PackingResult(problems=(f"{problem}; they stay as they are",)), "", "")
            for name in sizes:
                store.copy(name, folder)
            packed = packing.pack_segments(folder, loaded, before)
            for pack in packs.all_packs(folder):
                store.put_pack(pack)
                for name in pack.index():
                    store.remove(name)
        done = _sum(done, packed, str(folder), store.url(FOLDER))
    return done


def _sum(first: PackingResult, second: PackingResult, copied: str, place: str) -> PackingResult:
    """Both results together; the problems of the second name `place` instead of where it was copied to."""
    problems = [problem.replace(copied, place) if copied else problem for problem in second.problems]
    return PackingResult(
        first.segments + second.segments,
        first.packs + second.packs,
        first.bytes + second.bytes,
        (*first.problems, *problems),
    )


def finish_interrupted_packing(archive: Path) -> None:
    """See `crawlers.archive.packing.finish_interrupted_packing`; the same for the store."""
    packing.finish_interrupted_packing(archive)
    if (store := store_of(archive)) is not None:
        remove_leftovers(store)


def put_in_store(segment: Segment) -> None:
    """Copy a segment that is loose on the disk into the store, if the archive has one, before it is loaded."""
    store = store_of(segment.directory)
    if store is not None and segment.warc_path.exists():
        store.put(segment.directory, segment.name)


def move_to_store(archive: Path, segments: Collection[str] = ()) -> None:
    """Move these loose segments of the disk, which are loaded, into the store, if the archive has one.

    A segment is removed from the disk when the store has it. If it was interrupted, repeat the call.
    """
    store = store_of(archive)
    if store is None:
        return
    for name in segments:
        if (archive / f"{name}{WARC_SUFFIX}").exists():
            if not _has_copy(store, archive, name):
                store.put(archive, name)
            segment_files.remove_sealed(archive, name)


def move_packs_to_store(archive: Path) -> int:
    """Move all whole packs of the disk into the store, if the archive has one; returns their number."""
    store = store_of(archive)
    if store is None:
        return 0
    moved = 0
    for pack in packs.all_packs(archive):
        if pack.is_whole():
            names = pack.index().keys()
            if not any(store.index(there).keys() >= names for there in store.packs(pack.name.partition("-")[0])):
                store.put_pack(pack)
            pack.remove()
            moved += 1
    return moved


def _has_copy(store: ArchiveStore, archive: Path, name: str) -> bool:
    try:
        return all(
            store.store.size(f"{FOLDER}/{name}{suffix}") == (archive / f"{name}{suffix}").stat().st_size
            for suffix in (WARC_SUFFIX, LOG_SUFFIX)
        )
    except FileNotFoundError:
        return store.find_pack(name) is not None


def loose_on_disk(archive: Path) -> list[str]:
    """The names of loose segments on the disk, if the archive has a store, which should have them."""
    return [] if store_of(archive) is None else [segment.name for segment in loose_segments(archive)]
