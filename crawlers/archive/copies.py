"""Copies on the disk of segments that are in the archive's store, for as long as they are read or changed.

archive/copies/NAME/       a folder with copies
archive/copies/NAME.lock   locked by the process that uses it; the next one removes those of killed processes
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from crawlers.archive import segment_files
from crawlers.archive.archive_store import store_of
from crawlers.archive.finding import is_on_disk
from crawlers.archive.reader import Segment
from crawlers.errors import ArchiveError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "copies"
_LOCK_SUFFIX = ".lock"


class LocalCopy:
    """`segment` on the disk: the one given if it is there, else a copy that is removed with `close`.

    A context manager. A segment that is missing or damaged is not copied: reading it raises its ArchiveError. Raises
    StoreError if the store fails, and ArchiveError if the disk does.
    """

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._stack = ExitStack()
        store = store_of(segment.directory)
        if store is None:
            return
        with ExitStack() as stack:
            try:
                if is_on_disk(segment.directory, segment.name):
                    return
                folder = stack.enter_context(copies_folder(segment.directory))
                store.copy(segment.name, folder)
            except StoreError:
                raise
            except (FileNotFoundError, ArchiveError):
                return
            except OSError as error:
                raise ArchiveError.from_os_error(segment.directory, "cannot be written", error) from error
            self.segment = Segment(folder, segment.name)
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Remove the copy; further calls do nothing."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def copies_folder(archive: Path) -> Iterator[Path]:
    """A new folder for copies, removed after the block; those of killed processes are removed first."""
    parent = archive / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(parent)
    while True:
        folder = parent / uuid4().hex
        lock_path = folder.with_suffix(_LOCK_SUFFIX)
        with lock_path.open("xb", buffering=0) as lock:
            segment_files.lock(lock)
            if not segment_files.is_same_file(lock_path, lock):
                continue  # another process found it before it was locked, and removed it as abandoned
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                lock_path.unlink(missing_ok=True)
            return


def _remove_abandoned(parent: Path) -> None:
    for path in parent.glob(f"*{_LOCK_SUFFIX}"):
        try:
            lock = path.open("r+b", buffering=0)
        except FileNotFoundError:
            continue
        with lock:
            if segment_files.try_lock(lock) and segment_files.is_same_file(path, lock):
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink(missing_ok=True)
