"""The files of a segment: their names, the lock while one is written, and sealing.

    NAME.warc.gz        what was fetched
    NAME.jsonl          the fetch log, one `Fetch` per line

Both end in `.open` until the segment is sealed. Sealing renames the log first and the WARC file last, so the final name
of the WARC file is the seal: once it exists, both files are complete, on the disk, and will not change again.
"""

from __future__ import annotations

import fcntl
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

WARC_SUFFIX = ".warc.gz"
LOG_SUFFIX = ".jsonl"
OPEN_SUFFIX = ".open"
NEW_SUFFIX = ".new"
"""Suffix of a file that is still being written, before it gets its final name."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DAY = re.compile(r"(\d{8})\d{6}-.")  # names of crawled segments begin with the time they were opened, UTC


def checked_name(name: str) -> str:
    """The name itself. Raises ValueError unless it is a valid file name on every system and stays in its folder."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be used in a file name: expected ASCII letters and digits, '.', '_' and '-'")
    return name


def day_in_name(segment: str) -> str | None:
    """The day (UTC, yyyymmdd) in a segment's name; None if it has none, and then it is never packed."""
    found = _DAY.match(segment)
    return found[1] if found else None


def seal(directory: Path, name: str, warc: FileIO, log: FileIO) -> None:
    """Sync both files to disk and give them their final names.

    The folder is synced between the two renames as well, because a file system may write them in another order.
    """
    os.fsync(warc.fileno())
    os.fsync(log.fileno())
    open_log = directory / f"{name}{LOG_SUFFIX}{OPEN_SUFFIX}"
    if open_log.exists():  # missing if the writer was killed between the two renames
        open_log.rename(directory / f"{name}{LOG_SUFFIX}")
        sync_directory(directory)
    (directory / f"{name}{WARC_SUFFIX}{OPEN_SUFFIX}").rename(directory / f"{name}{WARC_SUFFIX}")
    sync_directory(directory)


def sync_file(path: Path) -> None:
    """Sync a file's content to disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_open(directory: Path, name: str) -> None:
    """Remove an open segment. The WARC file goes last: as long as it exists, others leave the log alone."""
    for ending in (LOG_SUFFIX + OPEN_SUFFIX, WARC_SUFFIX + OPEN_SUFFIX):
        (directory / f"{name}{ending}").unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """The path at which a new file is written before it is renamed to `path`."""
    return path.with_name(path.name + NEW_SUFFIX)


def remove_sealed(directory: Path, name: str) -> bool:
    """Remove the files of a sealed segment, the seal last, and leftovers of a killed erasure.

    Returns whether there was any file.
    """
    paths = [
        directory / f"{name}{ending}"
        for ending in (LOG_SUFFIX + NEW_SUFFIX, WARC_SUFFIX + NEW_SUFFIX, LOG_SUFFIX, WARC_SUFFIX)
    ]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink()
    return bool(there)


def lock(file: FileIO) -> None:
    """Lock the file until it is closed, waiting for the current holder (salvage holds it for a moment)."""
    fcntl.flock(file, fcntl.LOCK_EX)


def try_lock(file: FileIO) -> bool:
    """Lock the file until it is closed; returns False if another process holds the lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_same_file(path: Path, file: FileIO) -> bool:
    """Whether the open file is still the one at this path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def sync_directory(directory: Path) -> None:
    """Sync renames within a folder to disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
