"""Writes segments."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from crawlers.archive import segment_files
from crawlers.archive.contents import Exchange
from crawlers.archive.credentials import without_credentials
from crawlers.archive.fetch_log import Fetch, to_line
from crawlers.archive.segment_files import LOG_SUFFIX, OPEN_SUFFIX, WARC_SUFFIX
from crawlers.archive.warc_records import encode, payload_digest, warcinfo
from crawlers.errors import ArchiveError
from crawlers.limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_CONTENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path
    from types import TracebackType

    from crawlers.archive.contents import ImportedRecord


class SegmentWriter:
    """Writes what was fetched into segments in one folder, which is created if it is missing.

    The first `add` opens a segment. It is sealed once it has `max_pages` contents, `max_bytes` (both files together) or
    `max_content_bytes` (contents before compression), or is `max_age` seconds old; `add` and `seal_if_old` check this.
    `on_sealed` is called with the name of each sealed segment. Names are `<UTC, yyyymmddHHMMSS>-<run_id>-<counter>`,
    where the counter of a shard of a crawl begins with its number: `002.00001`. If a `name` is given, it is the name of
    the first segment, and the next ones are `<name>-<counter>`; existing segments are never overwritten.

    Once `add` has returned, its fetch survives a kill of the process, because both files are with the operating system;
    once the segment is sealed, it survives a power failure. Thread-safe. A context manager: leaving it seals the open
    segment, also after an error. Raises ArchiveError if a file cannot be written, ValueError for an invalid parameter.
    """

    def __init__(
        self,
        directory: Path,
        run_id: str,
        *,
        max_pages: int = 500,
        max_bytes: int = MAX_SEGMENT_BYTES,
        max_content_bytes: int = MAX_SEGMENT_CONTENT_BYTES,
        max_age: float = 60.0,
        on_sealed: Callable[[str], None] | None = None,
        name: str | None = None,
        shard: int | None = None,
    ) -> None:
        if max_pages < 1 or max_bytes < 1 or max_content_bytes < 1 or max_age < 0:
            raise ValueError(f"invalid segment limits: {max_pages=}, {max_bytes=}, {max_content_bytes=}, {max_age=}")
        self._directory = directory
        self._run_id = segment_files.checked_name(run_id)
        self._given_name = None if name is None else segment_files.checked_name(name)
        self._max_pages, self._max_bytes, self._max_age = max_pages, max_bytes, max_age
        self._max_content_bytes = max_content_bytes
        self._on_sealed = on_sealed
        self._counter = 0
        self._prefix = "" if shard is None else f"{shard:03d}."
        self._open: _OpenSegment | None = None
        self._closed = False
        self._lock = threading.RLock()

    @property
    def name(self) -> str | None:
        """Name of the open segment, if any."""
        return self._open.name if self._open else None

    def add(self, fetch: Fetch, content: Exchange | ImportedRecord | None = None) -> Fetch:
        """Write one fetch and its content, if any; returns the fetch as it was logged.

        The logged fetch has the offset and the digest of the stored content, unless the exchange repeats a stored
        response, and no `user:password@`. If writing fails (disk full), nothing of it stays in the segment, and earlier
        fetches are untouched.
        """
        fetch = without_credentials(fetch)
        before, main, digest = b"", b"", None
        if content is not None:
            digest = payload_digest(content.body)
            before, main = encode(content, fetch.fetched_at, digest)
            if isinstance(content, Exchange) and content.is_revisit:
                before, main, digest = before + main, b"", None
        with self._lock:
            if self._closed:
                raise ArchiveError("the segment writer is closed", file=self._directory)
            if self._open is None:
                self._open = self._begin()
            fetch = self._open.append(fetch, before, main, digest)
            full = (
                self._open.pages >= self._max_pages
                or self._open.bytes >= self._max_bytes
                or self._open.content_bytes >= self._max_content_bytes
            )
            sealed = self._seal() if full or self._open.age() >= self._max_age else None
        self._announce(sealed)
        return fetch

    def seal_if_old(self) -> None:
        """Seal the open segment if it has reached `max_age`. For timers: a slow crawl may add nothing for long."""
        with self._lock:
            sealed = self._seal() if self._open and self._open.age() >= self._max_age else None
        self._announce(sealed)

    def close(self) -> None:
        """Seal the open segment. Nothing can be added afterwards; further calls do nothing."""
        with self._lock:
            self._closed = True
            sealed = self._seal() if self._open else None
        self._announce(sealed)

    def discard(self) -> None:
        """Remove the open segment with all that was added to it. Nothing can be added afterwards."""
        with self._lock:
            self._closed = True
            segment, self._open = self._open, None
        if segment is not None:
            segment.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self) -> _OpenSegment:
        while True:
            now = datetime.now(UTC)
            name = self._given_name or f"{now:%Y%m%d%H%M%S}-{self._run_id}"
            if self._counter or not self._given_name:
                name = f"{name}-{self._prefix}{self._counter:05d}"
            self._counter += 1
            segment = _OpenSegment.create(self._directory, name, warcinfo(name, self._run_id, now))
            if segment:
                return segment
            if self._given_name:
                raise ArchiveError(f"{self._directory / name}: this segment already exists", file=self._directory)

    def _seal(self) -> str | None:
        segment, self._open = self._open, None
        return segment.seal() if segment else None

    def _announce(self, sealed: str | None) -> None:
        if sealed is not None and self._on_sealed:
            self._on_sealed(sealed)


class _OpenSegment:
    """The two files of a segment that is being written; `bytes` is their total length.

    `content_bytes` is the length of the contents before compression.
    """

    def __init__(self, directory: Path, name: str, warc: FileIO, log: FileIO) -> None:
        self.directory, self.name = directory, name
        self.pages = self.bytes = self.content_bytes = 0
        self._warc, self._log = warc, log
        self._begun = time.monotonic()

    @classmethod
    def create(cls, directory: Path, name: str, first_record: bytes) -> Self | None:
        """Create a segment; returns None if the name is taken."""
        warc_path = directory / f"{name}{WARC_SUFFIX}{OPEN_SUFFIX}"
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_write(directory, error) from error
        try:
            warc = _created(warc_path)
        except FileExistsError:
            return None
        except OSError as error:
            raise _cannot_write(warc_path, error) from error
        try:
            # Checked only now: a segment with this name was sealed before the open file could be created.
            if any(
                (directory / f"{name}{end}").exists() for end in (WARC_SUFFIX, LOG_SUFFIX, LOG_SUFFIX + OPEN_SUFFIX)
            ):
                warc_path.unlink()
                warc.close()
                return None
            _write(warc, first_record)
            log = _created(directory / f"{name}{LOG_SUFFIX}{OPEN_SUFFIX}")
        except BaseException as error:
            with suppress(OSError):
                warc_path.unlink(missing_ok=True)
            warc.close()
            if isinstance(error, OSError):
                raise _cannot_write(warc_path, error) from error
            raise
        return cls(directory, name, warc, log)

    def age(self) -> float:
        """Seconds since the segment was opened."""
        return time.monotonic() - self._begun

    def append(self, fetch: Fetch, before: bytes, main: bytes, digest: str | None) -> Fetch:
        """Append the WARC records and then the log line, which must never exist without its record `main`."""
        # The system is asked instead of counting: an interruption between writing and counting does no harm then.
        warc_end, log_end = (os.lseek(file.fileno(), 0, os.SEEK_END) for file in (self._warc, self._log))
        try:
            if main:
                fetch = replace(fetch, offset=warc_end + len(before), digest=digest)
            if before or main:
                _write(self._warc, before + main)
            line = to_line(fetch)
            _write(self._log, line)
        except BaseException as error:
            with suppress(OSError):
                self._warc.truncate(warc_end)
                self._log.truncate(log_end)
            if isinstance(error, OSError):
                raise _cannot_write(self.directory / self.name, error) from error
            raise
        if main:
            self.pages += 1
            self.content_bytes += fetch.bytes
        self.bytes = warc_end + len(before) + len(main) + log_end + len(line)
        return fetch

    def seal(self) -> str | None:
        """Seal the segment; returns its name, or None if nothing was added, and then its files are removed."""
        with self._warc, self._log:
            try:
                if not self.bytes:
                    segment_files.remove_open(self.directory, self.name)
                    return None
                segment_files.seal(self.directory, self.name, self._warc, self._log)
            except OSError as error:
                raise _cannot_write(self.directory / self.name, error) from error
        return self.name

    def remove(self) -> None:
        """Remove its files."""
        with self._warc, self._log:
            try:
                segment_files.remove_open(self.directory, self.name)
            except OSError as error:
                raise _cannot_write(self.directory / self.name, error) from error


def _created(path: Path) -> FileIO:
    while True:
        file = path.open("xb", buffering=0)
        segment_files.lock(file)
        if segment_files.is_same_file(path, file):
            return file
        file.close()  # salvage found it before it was locked, and removed it as abandoned


def _write(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _cannot_write(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError.from_os_error(path, "cannot be written", error)
