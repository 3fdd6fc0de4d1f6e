"""Writing segments."""

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
from crawlers.archive.fetch_log import Fetch, to_json
from crawlers.archive.segment_files import LOG_SUFFIX, OPEN_SUFFIX, WARC_SUFFIX
from crawlers.archive.warc_records import encode, payload_digest, warcinfo
from crawlers.errors import ArchiveError
from crawlers.limits import MAX_SEGMENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path
    from types import TracebackType

    from crawlers.archive.contents import ImportedRecord


class SegmentWriter:
    """Writes what was fetched into segments of one folder, which is made where it is missing.

    A segment is begun by the first `add` and sealed once it holds `max_pages` contents or `max_bytes` (both files
    together) or is `max_age` seconds old; `add` and `seal_if_old` look. `on_sealed` is called with the name of each one
    that was sealed. Names are `<UTC, yyyymmddHHMMSS>-<run_id>-<counter>`; with a `name`, the first segment has just
    that and the next ones `<name>-<counter>`, and one that is there already is refused.

    What `add` has returned for survives a kill of the process (both files are with the operating system then), and a
    power cut once it is sealed. May be used by several threads. A context manager: leaving it seals what is open, also
    on an error. Raises ArchiveError where a file cannot be written, ValueError where a parameter makes no sense.
    """

    def __init__(
        self,
        directory: Path,
        run_id: str,
        *,
        max_pages: int = 500,
        max_bytes: int = MAX_SEGMENT_BYTES,
        max_age: float = 60.0,
        on_sealed: Callable[[str], None] | None = None,
        name: str | None = None,
    ) -> None:
        if max_pages < 1 or max_bytes < 1 or max_age < 0:
            raise ValueError(f"no room for a page: {max_pages=}, {max_bytes=}, {max_age=}")
        self._directory = directory
        self._run_id = segment_files.checked_name(run_id)
        self._given_name = None if name is None else segment_files.checked_name(name)
        self._max_pages, self._max_bytes, self._max_age = max_pages, max_bytes, max_age
        self._on_sealed = on_sealed
        self._counter = 0
        self._open: _OpenSegment | None = None
        self._closed = False
        self._lock = threading.RLock()

    @property
    def name(self) -> str | None:
        """Name of the segment that is open now, if any."""
        return self._open.name if self._open else None

    def add(self, fetch: Fetch, content: Exchange | ImportedRecord | None = None) -> Fetch:
        """Write one fetch and what it brought, if anything; the fetch comes back as it was logged.

        It gets the offset and the digest of what is stored; an exchange that repeats something stored has neither. It
        is logged without `user:password@`. Where writing fails (disk full), nothing of it stays in the segment, and
        what was added before is untouched.
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
            full = self._open.pages >= self._max_pages or self._open.bytes >= self._max_bytes
            sealed = self._seal() if full or self._open.age() >= self._max_age else None
        self._announce(sealed)
        return fetch

    def seal_if_old(self) -> None:
        """Seal the open segment if it has reached `max_age`; for timers, as a quiet crawl adds nothing for long."""
        with self._lock:
            sealed = self._seal() if self._open and self._open.age() >= self._max_age else None
        self._announce(sealed)

    def close(self) -> None:
        """Seal what is open; nothing can be added afterwards. May be called again."""
        with self._lock:
            self._closed = True
            sealed = self._seal() if self._open else None
        self._announce(sealed)

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
                name = f"{name}-{self._counter:05d}"
            self._counter += 1
            segment = _OpenSegment.create(self._directory, name, warcinfo(name, self._run_id, now))
            if segment:
                return segment
            if self._given_name:
                raise ArchiveError(f"{self._directory / name}: there is such a segment already", file=self._directory)

    def _seal(self) -> str | None:
        segment, self._open = self._open, None
        return segment.seal() if segment else None

    def _announce(self, sealed: str | None) -> None:
        if sealed is not None and self._on_sealed:
            self._on_sealed(sealed)


class _OpenSegment:
    """The two files of a segment that is being written; `bytes` is their length together."""

    def __init__(self, directory: Path, name: str, warc: FileIO, log: FileIO) -> None:
        self.directory, self.name = directory, name
        self.pages = self.bytes = 0
        self._warc, self._log = warc, log
        self._begun = time.monotonic()

    @classmethod
    def create(cls, directory: Path, name: str, first_record: bytes) -> Self | None:
        """A new segment, or None where the name is taken."""
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
            # Looked for only now: whoever sealed a segment of this name did so before the open file could be made.
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
        """Seconds since the segment was begun."""
        return time.monotonic() - self._begun

    def append(self, fetch: Fetch, before: bytes, main: bytes, digest: str | None) -> Fetch:
        """The WARC records go first: a log line must never stand without its record, which `main` is."""
        # Asked of the system rather than counted, so that an interruption between writing and counting does no harm.
        warc_end, log_end = (os.lseek(file.fileno(), 0, os.SEEK_END) for file in (self._warc, self._log))
        try:
            if main:
                fetch = replace(fetch, offset=warc_end + len(before), digest=digest)
            if before or main:
                _write(self._warc, before + main)
            line = to_json(fetch).encode() + b"\n"
            _write(self._log, line)
        except BaseException as error:
            with suppress(OSError):
                self._warc.truncate(warc_end)
                self._log.truncate(log_end)
            if isinstance(error, OSError):
                raise _cannot_write(self.directory / self.name, error) from error
            raise
        self.pages += bool(main)
        self.bytes = warc_end + len(before) + len(main) + log_end + len(line)
        return fetch

    def seal(self) -> str | None:
        """Its name; None where nothing was added, of which no file is left."""
        with self._warc, self._log:
            try:
                if not self.bytes:
                    segment_files.remove_open(self.directory, self.name)
                    return None
                segment_files.seal(self.directory, self.name, self._warc, self._log)
            except OSError as error:
                raise _cannot_write(self.directory / self.name, error) from error
        return self.name


def _created(path: Path) -> FileIO:
    while True:
        file = path.open("xb", buffering=0)
        segment_files.lock(file)
        if segment_files.is_same_file(path, file):
            return file
        file.close()  # salvage came between making and locking it, took it for a dead writer's and removed it


def _write(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _cannot_write(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(f"{path}: cannot be written: {error.strerror or error}", file=path)
