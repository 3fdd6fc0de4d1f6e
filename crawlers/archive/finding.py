"""Finds and opens sealed segments: on the disk, loose or in a pack, or else in the archive's store."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawlers.archive import packs
from crawlers.archive.archive_store import store_of
from crawlers.archive.segment_files import LOG_SUFFIX, WARC_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawlers.archive.archive_store import ArchiveStore
    from crawlers.archive.pack_index import ByteRange


def is_on_disk(archive: Path, segment: str) -> bool:
    """Whether the disk has a segment, loose or in a pack. Raises ArchiveError if its pack is damaged."""
    return (archive / f"{segment}{WARC_SUFFIX}").exists() or packs.find_pack(archive, segment) is not None


def is_archived(archive: Path, segment: str) -> bool:
    """Whether the disk or the store has a segment. Raises ArchiveError like `is_on_disk`, and if the store fails."""
    return is_on_disk(archive, segment) or ((store := store_of(archive)) is not None and store.has(segment))


@contextmanager
def open_warc(archive: Path, segment: str) -> Iterator[ByteRange]:
    """Open the WARC file of a sealed segment.

    Raises FileNotFoundError, with the path of the loose file, if there is none, ArchiveError if its pack is damaged or
    the store fails.
    """
    found = packs.open_warc(archive, segment) or _store(archive, f"{segment}{WARC_SUFFIX}").open_warc(segment)
    with found.file:
        yield found


@contextmanager
def open_log(archive: Path, segment: str) -> Iterator[ByteRange]:
    """Open the log of a sealed segment, like `open_warc`."""
    found = packs.open_log(archive, segment) or _store(archive, f"{segment}{LOG_SUFFIX}").open_log(segment)
    with found.file:
        yield found


def _store(archive: Path, file: str) -> ArchiveStore:
    """The store of an archive whose disk does not have a file."""
    store = store_of(archive)
    if store is None:
        raise packs.missing(archive / file)
    return store
