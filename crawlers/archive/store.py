"""A place that machines without a common folder share: an object store, or a shared folder (`file://`).

    STORE/archive/…                             the archive, if `archive.toml` names the store (`archive_store`)
    STORE/segments/NAME.jsonl, NAME.warc.gz     sealed segments, on their way from a crawl to the run that loads them
    STORE/runs/RUN/…                            the plans of the shards of a crawl

A segment is published log first and WARC file last, and an object appears whole or not at all: a segment that is listed
is complete. Credentials come from the environment or the usual files of the store, and are never part of its URL.
"""

from __future__ import annotations

import errno
import io
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.archive.credentials import text_without_user_info, without_user_info
from crawlers.archive.segment_files import (
    LOG_SUFFIX,
    NEW_SUFFIX,
    WARC_SUFFIX,
    checked_name,
    sync_directory,
    sync_file,
    temporary_path,
)
from crawlers.errors import ArchiveError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

SEGMENTS = "segments"
MARK = "newsloom-store"
"""An empty file in each store that has an archive. Without it, the store was never used, or is not mounted."""
_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci"})
_BUFFER = 128 << 10  # bytes of one request when a page is read: most compressed pages fit into it


class Store:
    """A store by its URL, such as `s3://bucket/newsloom` or `file:///mnt/newsloom`.

    All methods raise StoreError if the store cannot be reached, read or written.
    """

    def __init__(self, url: str) -> None:
        self.url = without_user_info(url).rstrip("/")
        if self.url != url.rstrip("/"):
            raise StoreError(f"{self.url}: the URL of a store has no credentials; set them in the environment")
        try:
            import fsspec
            from fsspec.implementations.local import LocalFileSystem

            with self._errors("cannot be opened"):
                self._system, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            raise StoreError(
                f"{self.url}: requires packages that are not installed ({error}). Install them with: "
                "pip install 'newsloom[cluster]'"
            ) from error
        self._root = str(root).rstrip("/")
        self._is_local = isinstance(self._system, LocalFileSystem)
        protocol = self._system.protocol
        protocols = (protocol,) if isinstance(protocol, str) else protocol
        self._is_object_store = not _OBJECT_STORES.isdisjoint(protocols)

    def publish(self, directory: Path, segment: str) -> None:
        """Copy a sealed segment of a folder into the store."""
        for suffix in (LOG_SUFFIX, WARC_SUFFIX):
            self.put(directory / f"{segment}{suffix}", f"{SEGMENTS}/{segment}{suffix}")

    def segments(self) -> list[str]:
        """The names of the published segments, in order."""
        with self._errors("cannot be listed"):
            try:
                found = self._system.ls(f"{self._root}/{SEGMENTS}", detail=False)
            except FileNotFoundError:
                return []
        names = (str(path).rpartition("/")[2] for path in found)
        return sorted(name.removesuffix(WARC_SUFFIX) for name in names if name.endswith(WARC_SUFFIX))

    def take(self, segment: str, directory: Path) -> None:
        """Move a published segment into a folder, as sealed there.

        If killed halfway, the next call does the rest; between the last two steps, the log stays in the store, where it
        does no harm.
        """
        checked_name(segment)
        directory.mkdir(parents=True, exist_ok=True)
        for suffix in (LOG_SUFFIX, WARC_SUFFIX):  # the WARC file last: its name is the seal
            self.get(f"{SEGMENTS}/{segment}{suffix}", directory / f"{segment}{suffix}")
        sync_directory(directory)
        with self._errors("cannot be removed"):
            for suffix in (WARC_SUFFIX, LOG_SUFFIX):
                with suppress(FileNotFoundError):
                    self._system.rm_file(f"{self._root}/{SEGMENTS}/{segment}{suffix}")

    def put(self, file: Path, name: str) -> None:
        """Copy a file into the store, where it appears whole, and stays after a power failure."""
        target = f"{self._root}/{name}"
        with self._errors("cannot be written"):
            if self._is_local:
                folder = Path(target).parent
                folder.mkdir(parents=True, exist_ok=True)
                self._system.put_file(str(file), f"{target}{NEW_SUFFIX}")
                sync_file(Path(f"{target}{NEW_SUFFIX}"))
                Path(f"{target}{NEW_SUFFIX}").replace(target)
                sync_directory(folder)
            elif self._is_object_store:
                self._system.put_file(str(file), target)
            else:
                self._system.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._system.put_file(str(file), f"{target}{NEW_SUFFIX}")
                self._system.mv(f"{target}{NEW_SUFFIX}", target)
            found, expected = int(self._system.size(target)), file.stat().st_size
            if found != expected:
                raise StoreError(f"{self.url}: {name} has {found} bytes after it was written; expected {expected}")

    def get(self, name: str, file: Path) -> None:
        """Copy a file of the store to a path, where it appears whole and on the disk."""
        unfinished = temporary_path(file)
        with self._errors("cannot be read"):
            self._system.get_file(f"{self._root}/{name}", str(unfinished))
            sync_file(unfinished)
            unfinished.replace(file)

    def exists(self, name: str) -> bool:
        """Whether the store has a file."""
        with self._errors("cannot be read"):
            return bool(self._system.exists(f"{self._root}/{name}"))

    def size(self, name: str) -> int:
        """The length of a file in bytes. Raises FileNotFoundError if there is no such file."""
        with self._errors("cannot be read"):
            try:
                return int(self._system.size(f"{self._root}/{name}"))
            except FileNotFoundError as error:
                raise self._missing(name) from error

    def read(self, name: str, begin: int | None = None, end: int | None = None) -> bytes:
        """The bytes of a file from `begin` up to `end`, by default all. Raises FileNotFoundError if it is missing."""
        with self._errors("cannot be read"):
            try:
                return bytes(self._system.cat_file(f"{self._root}/{name}", start=begin, end=end))
            except FileNotFoundError as error:
                raise self._missing(name) from error

    def open(self, name: str) -> io.BufferedReader:
        """A file to read in ranges. Raises FileNotFoundError if it is missing."""
        return io.BufferedReader(StoreFile(self, name), _BUFFER)

    def files(self, folder: str) -> dict[str, int]:
        """The names of the files in a folder, each with its length in bytes; empty if there is no such folder."""
        with self._errors("cannot be listed"):
            try:
                found = self._system.ls(f"{self._root}/{folder}", detail=True)
            except FileNotFoundError:
                return {}
        return {
            str(one["name"]).rstrip("/").rpartition("/")[2]: int(one["size"] or 0)
            for one in found
            if one["type"] == "file"
        }

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder, in order."""
        with self._errors("cannot be listed"):
            try:
                found = self._system.ls(f"{self._root}/{folder}", detail=True)
            except FileNotFoundError:
                return []
        return sorted(str(one["name"]).rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory")

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._errors("cannot be removed"), suppress(FileNotFoundError):
            self._system.rm_file(f"{self._root}/{name}")

    def is_marked(self) -> bool:
        """Whether the store is marked as having an archive."""
        return self.exists(MARK)

    def mark(self) -> None:
        """Mark the store as having an archive."""
        with self._errors("cannot be written"):
            if not self._is_object_store:
                self._system.makedirs(self._root, exist_ok=True)
            self._system.pipe_file(f"{self._root}/{MARK}", b"")

    def remove(self, name: str) -> None:
        """Remove a folder of the store with all its files, if there is one."""
        with self._errors("cannot be removed"), suppress(FileNotFoundError):
            self._system.rm(f"{self._root}/{name}", recursive=True)

    def _missing(self, name: str) -> FileNotFoundError:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"{self.url}/{name}")

    @contextmanager
    def _errors(self, problem: str) -> Iterator[None]:
        try:
            yield
        except (ArchiveError, ImportError):
            raise
        except FileNotFoundError as error:
            if str(error.filename).startswith(f"{self.url}/"):  # of `_missing`: it may be one of many
                raise
            raise self._failed(problem, error) from error
        except Exception as error:
            raise self._failed(problem, error) from error

    def _failed(self, problem: str, error: Exception) -> StoreError:
        # Each store has errors of its own; their text may repeat an address.
        detail = text_without_user_info(str(error).strip()).partition("?")[0] or type(error).__name__
        return StoreError(f"{self.url}: {problem}: {detail}")


class StoreFile(io.RawIOBase):
    """A file of a store that is open for reading. Raises FileNotFoundError if it is missing."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._size = store.size(name)
        self._at = 0

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """See io.RawIOBase."""
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        """See io.RawIOBase; one request to the store."""
        view = memoryview(buffer).cast("B")
        end = min(self._at + len(view), self._size)
        if end <= self._at:
            return 0
        found = self._store.read(self._name, self._at, end)
        view[: len(found)] = found
        self._at += len(found)
        return len(found)
