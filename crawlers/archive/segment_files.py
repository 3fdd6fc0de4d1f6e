"""The files of a segment: what they are called, how one is locked while it is written, and how it is sealed.

    NAME.warc.gz        what was fetched
    NAME.jsonl          its log, a `Fetch` per line

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
"""What is written to take the place of a file, or to become one, until it is whole."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def checked_name(name: str) -> str:
    """The name itself; ValueError where it could not be that of a file on every system, or would leave its folder."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be in a file name: expected letters and digits of ASCII, '.', '_' and '-'")
    return name


def seal(directory: Path, name: str, warc: FileIO, log: FileIO) -> None:
    """Bring both files to the disk and give them the names they keep.

    The folder is brought to the disk between the two renames as well: a file system may write them in another order.
    """
    os.fsync(warc.fileno())
    os.fsync(log.fileno())
    open_log = directory / f"{name}{LOG_SUFFIX}{OPEN_SUFFIX}"
    if open_log.exists():  # not where the writer was killed between the two renames
        open_log.rename(directory / f"{name}{LOG_SUFFIX}")
        sync_directory(directory)
    (directory / f"{name}{WARC_SUFFIX}{OPEN_SUFFIX}").rename(directory / f"{name}{WARC_SUFFIX}")
    sync_directory(directory)


def sync_file(path: Path) -> None:
    """Return once a file's content is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_open(directory: Path, name: str) -> None:
    """Remove an open segment. The WARC file goes last: as long as it stands, others leave the log alone."""
    for ending in (LOG_SUFFIX + OPEN_SUFFIX, WARC_SUFFIX + OPEN_SUFFIX):
        (directory / f"{name}{ending}").unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """Where the file that is to stand there is written."""
    return path.with_name(path.name + NEW_SUFFIX)


def remove_sealed(directory: Path, name: str) -> bool:
    """Remove the files of a sealed segment, the seal last, and what a killed erasure left; False: there was none."""
    paths = [
        directory / f"{name}{ending}"
        for ending in (LOG_SUFFIX + NEW_SUFFIX, WARC_SUFFIX + NEW_SUFFIX, LOG_SUFFIX, WARC_SUFFIX)
    ]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink()
    return bool(there)


def lock(file: FileIO) -> None:
    """Hold the file's lock until it is closed, waiting for whoever holds it now (salvage does, for a moment)."""
    fcntl.flock(file, fcntl.LOCK_EX)


def try_lock(file: FileIO) -> bool:
    """Take the file's lock, held until it is closed; False where somebody else has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_same_file(path: Path, file: FileIO) -> bool:
    """Whether the open file is still the one that stands under this name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def sync_directory(directory: Path) -> None:
    """Bring renames within a folder to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
