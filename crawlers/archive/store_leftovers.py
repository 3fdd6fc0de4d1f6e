"""What killed processes have left in the store of an archive, and packs that have lost a file."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from crawlers.archive.archive_store import INDEX_SUFFIX, PACKS
from crawlers.archive.segment_files import LOG_SUFFIX, NEW_SUFFIX, WARC_SUFFIX, day_in_name
from crawlers.errors import ArchiveError, StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from crawlers.archive.archive_store import ArchiveStore


def remove_leftovers(store: ArchiveStore, days: Collection[str] | None = None) -> None:
    """Remove what killed processes have left of some days (yyyymmdd), by default of all: packs that a later one
    replaces, loose files of packed segments, and files of packs that were never sealed.

    The caller must hold the warehouse's lock.
    """
    loose = {name: day for name in store.loose() if (day := day_in_name(name)) and (days is None or day in days)}
    months = store.months() if days is None else sorted({day[:6] for day in days})
    for month in months:
        for name in store.store.files(f"{PACKS}/{month}"):
            if name.endswith(NEW_SUFFIX):
                store.store.delete(f"{PACKS}/{month}/{name}")
        there = [pack for pack in store.packs_of_month(month) if days is None or pack.day in days]
        count = Counter(pack.day for pack in there)
        later: set[str] = set()
        for pack in reversed(there):
            if count[pack.day] == 1 and pack.day not in loose.values():
                continue  # nothing to compare it with
            try:
                segments = store.index(pack).keys()
            except StoreError:
                raise
            except ArchiveError:  # which `newsloom doctor` reports
                continue
            if later.issuperset(segments):
                store.remove_pack(pack)
            later.update(segments)
            for name in loose.keys() & segments:
                store.remove(name)
    for pack_name, is_elsewhere in _packs_without_log(store, months):
        if is_elsewhere:
            for suffix in (WARC_SUFFIX, INDEX_SUFFIX):
                store.store.delete(f"{PACKS}/{pack_name[:6]}/{pack_name}{suffix}")


def warc_files_without_seal(store: ArchiveStore) -> list[str]:
    """URLs of WARC files of packs whose log is missing, although no other file has their segments."""
    return [
        store.url(f"{PACKS}/{pack[:6]}/{pack}{WARC_SUFFIX}")
        for pack, is_elsewhere in _packs_without_log(store, store.months())
        if not is_elsewhere
    ]


def _packs_without_log(store: ArchiveStore, months: list[str]) -> Iterator[tuple[str, bool]]:
    """Packs without a log, and whether the store has their segments elsewhere, as while a pack is written."""
    for month in months:
        files = store.store.files(f"{PACKS}/{month}")
        names = {name.partition(".")[0] for name in files if not name.endswith(NEW_SUFFIX)}
        for pack in sorted(name for name in names if f"{name}{LOG_SUFFIX}" not in files):
            try:
                rows = json.loads(store.store.read(f"{PACKS}/{month}/{pack}{INDEX_SUFFIX}"))
                yield pack, all(store.has(str(row[0])) for row in rows)
            except (FileNotFoundError, ValueError):
                yield pack, False
