"""A place that machines without a common folder share: an object store, or a shared folder (`file://`).

    STORE/segments/NAME.jsonl, NAME.warc.gz     sealed segments, on their way from a crawl to the run that loads them
    STORE/runs/RUN/…                            the plans of the shards of a crawl

A segment is published log first and WARC file last, and an object appears whole or not at all: a segment that is listed
is complete. Credentials come from the environment or the usual files of the store, and are never part of its URL.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.archive.credentials import text_without_user_info, without_user_info
from crawlers.archive.segment_files import (
    LOG_SUFFIX,
    WARC_SUFFIX,
    checked_name,
    sync_directory,
    sync_file,
    temporary_path,
)
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENTS = "segments"


class Store:
    """A store by its URL, such as `s3://bucket/newsloom` or `file:///mnt/newsloom`.

    All methods raise ArchiveError if the store cannot be reached, read or written.
    """

    def __init__(self, url: str) -> None:
        self.url = without_user_info(url).rstrip("/")
        if self.url != url.rstrip("/"):
            raise ArchiveError(f"{self.url}: the URL of a store has no credentials; set them in the environment")
        try:
            import fsspec
            from fsspec.implementations.local import LocalFileSystem

            with self._errors("cannot be opened"):
                self._system, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            raise ArchiveError(
                f"{self.url}: requires packages that are not installed ({error}). Install them with: "
                "pip install 'newsloom[cluster]'"
            ) from error
        self._root = str(root).rstrip("/")
        self._is_local = isinstance(self._system, LocalFileSystem)

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
        """Copy a file into the store, where it appears whole."""
        target = f"{self._root}/{name}"
        with self._errors("cannot be written"):
            if self._is_local:
                self._system.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._system.put_file(str(file), f"{target}.new")
                Path(f"{target}.new").replace(target)
            else:
                self._system.put_file(str(file), target)

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

    def remove(self, name: str) -> None:
        """Remove a folder of the store with all its files, if there is one."""
        with self._errors("cannot be removed"), suppress(FileNotFoundError):
            self._system.rm(f"{self._root}/{name}", recursive=True)

    @contextmanager
    def _errors(self, problem: str) -> Iterator[None]:
        try:
            yield
        except (ArchiveError, ImportError):
            raise
        except Exception as error:
            # Each store has errors of its own; their text may repeat an address.
            detail = text_without_user_info(str(error).strip()).partition("?")[0] or type(error).__name__
            raise ArchiveError(f"{self.url}: {problem}: {detail}") from error
