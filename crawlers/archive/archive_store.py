"""The archive of a data directory whose sealed segments are in a store, as `archive.toml` beside the archive says:

    store = "s3://bucket/newsloom"

The store has the same files as an archive on a disk, below `archive/`, so a copy of them is one. Only open segments,
and sealed ones until they are loaded, are on the disk. A loose segment is visible in the store once its WARC file is
there, which is written last. A pack never changes: what erases from one writes another with a higher number, and
removes the old one. The index of a pack is in a third file, `NAME.index.json`, so that finding a page does not read
all logs.

Who writes here holds the lock of the warehouse. Machines that share a store share a warehouse (`warehouse.lake`).
"""

from __future__ import annotations

import io
import json
import re
import tomllib
from dataclasses import astuple, dataclass
from functools import cache
from typing import TYPE_CHECKING

from crawlers.archive import packs
from crawlers.archive.pack_index import ByteRange, IndexEntry, read_index
from crawlers.archive.segment_files import LOG_SUFFIX, NEW_SUFFIX, WARC_SUFFIX, day_in_name
from crawlers.archive.store import MARK, Store
from crawlers.errors import ArchiveError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from crawlers.archive.packs import Pack

FOLDER = "archive"
PACKS = f"{FOLDER}/{packs.FOLDER}"
CONFIG_SUFFIX = ".toml"
USED = "store-in-use"
"""A file of the archive on the disk with the URL of the store that it has used."""
INDEX_SUFFIX = ".index.json"
_PACK = re.compile(r"(\d{8})-(\d+)")
_MAX_CACHED = 64  # packs whose index is kept in memory, some 20 KB each
_COPY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class StorePack:
    """A pack in a store, with the lengths of its two files; `name` is `<day, yyyymmdd>-<number>`."""

    name: str
    warc_bytes: int
    log_bytes: int

    @property
    def place(self) -> str:
        """Its files in the store, without suffix."""
        return f"{PACKS}/{self.name[:6]}/{self.name}"

    @property
    def day(self) -> str:
        """The day of its segments (UTC, yyyymmdd)."""
        return self.name.partition("-")[0]


class ArchiveStore:
    """The sealed segments and packs of an archive in a store. All methods raise StoreError if the store fails."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._indexes: dict[str, dict[str, IndexEntry]] = {}

    def require(self, archive: Path, *, to_write: bool = True) -> None:
        """Raise StoreError if the store cannot be used, or is empty although the archive on the disk has used it.

        With `to_write`, a new one is marked as having an archive.
        """
        used = archive / USED
        if self.store.is_marked():
            is_new = False
        elif used.exists() and used.read_text(encoding="utf-8") == self.store.url:
            raise StoreError(
                f"{self.store.url}: has no archive, although it had one ({MARK} is missing). Is it mounted? To "
                f"start with an empty one, remove {used}"
            )
        else:
            is_new = True
        if to_write:
            if is_new:
                self.store.mark()
            archive.mkdir(parents=True, exist_ok=True)
            used.write_text(self.store.url, encoding="utf-8")

    def loose(self) -> dict[str, int]:
        """The segments that are not packed, in order, each with the length of both files in bytes."""
        files = self.store.files(FOLDER)
        names = sorted(file.removesuffix(WARC_SUFFIX) for file in files if file.endswith(WARC_SUFFIX))
        return {name: files[f"{name}{WARC_SUFFIX}"] + files.get(f"{name}{LOG_SUFFIX}", 0) for name in names}

    def packs(self, day: str | None = None) -> Iterator[StorePack]:
        """The packs of a day (yyyymmdd), oldest first, or of all days."""
        for month in [day[:6]] if day else self.months():
            for pack in self.packs_of_month(month):
                if day in (None, pack.day):
                    yield pack

    def packs_of_month(self, month: str) -> list[StorePack]:
        """The packs of a month (yyyymm), oldest first."""
        files = self.store.files(f"{PACKS}/{month}")
        names = (name.removesuffix(LOG_SUFFIX) for name in files if name.endswith(LOG_SUFFIX))
        there = sorted((found[1], int(found[2]), found[0]) for name in names if (found := _PACK.fullmatch(name)))
        return [
            StorePack(name, files.get(f"{name}{WARC_SUFFIX}", 0), files[f"{name}{LOG_SUFFIX}"]) for *_, name in there
        ]

    def months(self) -> list[str]:
        """The folders of packs (yyyymm), in order."""
        return [month for month in self.store.folders(PACKS) if month.isdigit()]

    def newest_packed_segments(self) -> set[str]:
        """Names of the segments in the packs of the most recent packed day. Raises ArchiveError like `index`."""
        for month in reversed(self.months()):
            there = self.packs_of_month(month)
            if there:
                return {name for pack in there if pack.day == there[-1].day for name in self.index(pack)}
        return set()

    def index(self, pack: StorePack) -> Mapping[str, IndexEntry]:
        """The index entries of a pack by segment name, in order. Raises ArchiveError if it is damaged or gone."""
        known = self._indexes.get(pack.name)
        if known is not None:
            return known
        try:
            try:
                rows = json.loads(self.store.read(f"{pack.place}{INDEX_SUFFIX}"))
                index = {entry.segment: entry for entry in (IndexEntry(*row) for row in rows)}
            except (FileNotFoundError, ValueError, TypeError):  # copied here from a disk
                log = io.BytesIO(self.store.read(f"{pack.place}{LOG_SUFFIX}"))
                index = {entry.segment: entry for entry in read_index(log, self.url(f"{pack.place}{LOG_SUFFIX}"))}
        except FileNotFoundError as error:
            raise ArchiveError.from_os_error(str(error.filename), "cannot be read", error) from error
        if len(self._indexes) >= _MAX_CACHED:
            del self._indexes[next(iter(self._indexes))]
        self._indexes[pack.name] = index
        return index

    def is_whole(self, pack: StorePack) -> bool:
        """Whether both files of a pack have the expected length; their content is not read."""
        entries = self.index(pack).values()
        ends = [(one.warc_begin + one.warc_bytes, one.log_begin + one.log_bytes) for one in entries]
        return max(ends) == (pack.warc_bytes, pack.log_bytes)

    def url(self, name: str) -> str:
        """The URL of a file of the store, for messages."""
        return f"{self.store.url}/{name}"

    def find_pack(self, segment: str) -> tuple[StorePack, IndexEntry] | None:
        """The newest pack that contains a segment. Raises ArchiveError if one of its day's packs is damaged."""
        day = day_in_name(segment)
        for pack in reversed(list(self.packs(day))) if day else ():
            entry = self.index(pack).get(segment)
            if entry is not None:
                return pack, entry
        return None

    def has(self, segment: str) -> bool:
        """Whether the store has a segment."""
        return self.store.exists(f"{FOLDER}/{segment}{WARC_SUFFIX}") or self.find_pack(segment) is not None

    def open_warc(self, segment: str) -> ByteRange:
        """The WARC file of a segment, to be closed by the caller. Raises FileNotFoundError if there is none."""
        place, entry = self._find(segment, WARC_SUFFIX)
        file = self.store.open(place)
        if entry is None:
            return ByteRange(file, self.url(place), 0, file.seek(0, io.SEEK_END))
        return ByteRange(file, self.url(place), entry.warc_begin, entry.warc_begin + entry.warc_bytes)

    def open_log(self, segment: str) -> ByteRange:
        """The log of a segment, like `open_warc`, read in one request."""
        place, entry = self._find(segment, LOG_SUFFIX)
        begin, end = (None, None) if entry is None else (entry.log_begin, entry.log_begin + entry.log_bytes)
        body = self.store.read(place, begin, end)
        return ByteRange(io.BytesIO(body), self.url(place), 0, len(body), 1 if entry is None else entry.first_line)

    def _find(self, segment: str, suffix: str) -> tuple[str, IndexEntry | None]:
        """The file that has a segment's WARC file or log, and where in it; None for all of it."""
        known = [name for name, index in self._indexes.items() if segment in index]
        for name in known:
            place = StorePack(name, 0, 0).place + suffix
            if self.store.exists(place):
                return place, self._indexes[name][segment]
            del self._indexes[name]  # written anew under another name
        loose = f"{FOLDER}/{segment}{suffix}"
        if not self.store.exists(loose) and (found := self.find_pack(segment)):
            return found[0].place + suffix, found[1]
        return loose, None

    def copy(self, segment: str, directory: Path) -> None:
        """Copy a segment into a folder as loose files. Raises FileNotFoundError if the store does not have it."""
        log = self.open_log(segment)
        (directory / f"{segment}{LOG_SUFFIX}").write_bytes(log.file.read())
        with (directory / f"{segment}{WARC_SUFFIX}").open("wb") as file:
            place, entry = self._find(segment, WARC_SUFFIX)
            at, end = (entry.warc_begin, entry.warc_bytes + entry.warc_begin) if entry else (0, self.store.size(place))
            while at < end:
                file.write(self.store.read(place, at, min(at + _COPY_BYTES, end)))
                at += _COPY_BYTES

    def copy_pack(self, pack: StorePack, archive: Path) -> None:
        """Copy a pack into an archive on the disk. Raises FileNotFoundError if a file of it is missing."""
        there = packs.Pack(archive, pack.name)
        there.warc_path.parent.mkdir(parents=True, exist_ok=True)
        self.store.get(f"{pack.place}{WARC_SUFFIX}", there.warc_path)
        self.store.get(f"{pack.place}{LOG_SUFFIX}", there.log_path)

    def put(self, archive: Path, segment: str) -> None:
        """Copy a loose segment of the disk into the store; one that is there already is replaced."""
        for suffix in (LOG_SUFFIX, WARC_SUFFIX):
            self.store.put(archive / f"{segment}{suffix}", f"{FOLDER}/{segment}{suffix}")

    def put_pack(self, pack: Pack) -> StorePack:
        """Copy a pack of the disk into the store, under an unused name; its log, which seals it, is written last."""
        day = pack.name.partition("-")[0]
        files = self.store.files(f"{PACKS}/{day[:6]}")
        taken = [int(found[2]) for name in files if (found := _PACK.match(name)) and found[1] == day]
        new = StorePack(
            f"{day}-{max(taken, default=0) + 1}", pack.warc_path.stat().st_size, pack.log_path.stat().st_size
        )
        index = pack.log_path.with_name(f"{pack.name}{INDEX_SUFFIX}{NEW_SUFFIX}")
        try:
            index.write_text(json.dumps([astuple(entry) for entry in pack.index().values()]), encoding="utf-8")
            self.store.put(index, f"{new.place}{INDEX_SUFFIX}")
            self.store.put(pack.warc_path, f"{new.place}{WARC_SUFFIX}")
            self.store.put(pack.log_path, f"{new.place}{LOG_SUFFIX}")
        finally:
            index.unlink(missing_ok=True)
        return new

    def remove(self, segment: str) -> None:
        """Remove the loose files of a segment, the WARC file last, as on a disk."""
        for suffix in (LOG_SUFFIX, WARC_SUFFIX):
            self.store.delete(f"{FOLDER}/{segment}{suffix}")

    def remove_pack(self, pack: StorePack) -> None:
        """Remove a pack; its log, with which it is listed, goes last."""
        for suffix in (INDEX_SUFFIX, WARC_SUFFIX, LOG_SUFFIX):
            self.store.delete(f"{pack.place}{suffix}")
        self._indexes.pop(pack.name, None)


def store_of(archive: Path) -> ArchiveStore | None:
    """The store of an archive, or None if all of it is on the disk. Raises StoreError for an invalid `archive.toml`."""
    file = archive.with_name(f"{archive.name}{CONFIG_SUFFIX}")
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"{file}: cannot be read: {error}") from error
    return _configured(file, text)


@cache
def _configured(file: Path, text: str) -> ArchiveStore:
    try:
        read = tomllib.loads(text)
    except ValueError as error:
        raise StoreError(f"{file}: is not TOML: {error}") from error
    url = read.pop("store", None)
    if not isinstance(url, str) or "://" not in url or read:
        raise StoreError(
            f'{file}: allowed: store = "s3://BUCKET/PREFIX", or another URL, such as "file:///mnt/newsloom"'
        )
    try:
        return ArchiveStore(Store(url))
    except StoreError as error:
        raise StoreError(f"{file}: {error}") from error
