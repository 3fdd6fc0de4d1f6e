"""Reads sealed segments and their records."""

from __future__ import annotations

import os
import re
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Self

from fastwarc.warc import WarcRecord, WarcRecordType

from crawlers.archive import finding, packs
from crawlers.archive.archive_store import store_of
from crawlers.archive.fetch_log import Fetch, from_line
from crawlers.archive.segment_files import LOG_SUFFIX, WARC_SUFFIX
from crawlers.errors import ArchiveError
from crawlers.limits import MAX_STORED_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from crawlers.archive.pack_index import ByteRange

CONTENT = WarcRecordType.response | WarcRecordType.resource
"""The record types that contain what was fetched; the others are about it."""


_CHUNK = 64 << 10  # bytes read at a time: most compressed pages fit into one chunk
_GZIP = 31  # zlib's window size for gzip, header and checksum included
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: |$)")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoredContent:
    """The stored response or imported record of one fetch."""

    url: str
    """The URL that answered, with spaces and control characters percent-encoded."""
    status: int | None
    """HTTP status; None for an imported article."""
    headers: tuple[tuple[str, str], ...]
    """HTTP headers as stored, in order, including repeated ones. Credentials are empty, and headers about a coding that
    is not stored are named `X-Crawler-…`. Values are decoded as UTF-8 if valid, otherwise as Latin-1."""
    body: bytes
    """The body after all transfer and content codings are decoded."""
    http_charset: str | None
    """The charset in `content_type`, in lower case, not validated."""
    content_type: str | None
    """The Content-Type header as the server spelled it (the last of several, like Scrapy)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed segment, loose or in a pack; reading works the same way.

    Each call opens and closes its files, so a Segment can be sent to other processes.
    """

    directory: Path
    name: str

    @property
    def warc_path(self) -> Path:
        """Its loose WARC file, which does not exist if the segment is packed."""
        return self.directory / f"{self.name}{WARC_SUFFIX}"

    @property
    def log_path(self) -> Path:
        """Its loose log (JSON lines), which does not exist if the segment is packed."""
        return self.directory / f"{self.name}{LOG_SUFFIX}"

    def exists(self) -> bool:
        """Whether the archive has it. Raises ArchiveError if its pack is damaged."""
        try:
            return finding.is_archived(self.directory, self.name)
        except OSError as error:
            raise _cannot_read(self.warc_path, error) from error

    def warc_bytes(self) -> int:
        """The size of the WARC file as found on the disk. Raises ArchiveError if it is missing."""
        path: Path | str = self.warc_path
        try:
            with finding.open_warc(self.directory, self.name) as warc:
                path = warc.path
                return min(warc.end, warc.file.seek(0, os.SEEK_END)) - warc.begin
        except OSError as error:
            raise _cannot_read(path, error) from error

    def log_lines(self) -> int:
        """The number of lines in the log, counted. Raises ArchiveError if it is missing."""
        path: Path | str = self.log_path
        try:
            with finding.open_log(self.directory, self.name) as log:
                path = log.path
                return sum(1 for _ in log.lines())
        except OSError as error:
            raise _cannot_read(path, error) from error

    def fetches(self) -> Iterator[Fetch]:
        """The log, in the order of writing. Raises ArchiveError at an invalid line, or if the log is missing."""
        path: Path | str = self.log_path
        try:
            with finding.open_log(self.directory, self.name) as log:
                path = log.path
                for number, line in enumerate(log.lines(), start=log.first_line):
                    try:
                        yield from_line(line)
                    except ValueError as error:
                        raise ArchiveError(f"{path}:{number}: {error}", file=path) from error
        except OSError as error:
            raise _cannot_read(path, error) from error

    def read(self, offset: int) -> StoredContent:
        """The content stored at `Fetch.offset`; reads only that record.

        Raises ArchiveError, with the position in the file, unless a complete, undamaged record with content starts
        there.
        """
        with RecordReader(self) as records:
            return records.read(offset)


class RecordReader:
    """Reads several records of a segment, keeping its file open in between. A context manager."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._files = ExitStack()
        self._warc: ByteRange | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def read(self, offset: int) -> StoredContent:
        """As `Segment.read`."""
        record, block, _ = self._record(offset)
        return self._content(offset, record, block)

    def damage(self, known: Collection[int]) -> Iterator[tuple[int, ArchiveError]]:
        """Read all records: the offset and the error of each that is damaged, and of each of the `known` offsets at
        which no content is stored. Behind damage, reading goes on at the next known offset."""
        ahead = sorted(known, reverse=True)
        warc = self._warc = self._warc or self._opened()
        at, end = 0, warc.end - warc.begin
        while ahead or at < end:
            is_known = bool(ahead) and (ahead[-1] <= at or at >= end)
            at = ahead.pop() if is_known else at
            try:
                record, block, following = self._record(at)
                if is_known:
                    self._content(at, record, block)
                at = following
            except ArchiveError as error:
                yield at, error
                at = ahead[-1] if ahead else end

    def _record(self, offset: int) -> tuple[WarcRecord, bytes, int]:
        """The record at an offset, its block, and the offset of what follows it."""
        warc = self._warc = self._warc or self._opened()
        place = warc.begin + offset
        try:
            if offset < 0:
                raise ValueError("a negative offset")
            if place >= warc.end:
                own = warc.path == self._segment.warc_path
                raise ValueError("the file ends here" if own else f"{self._segment.name} ends here")
            content, end = read_member(warc.file, place)
            return *parse_record(content), end - warc.begin
        except ValueError as error:
            raise self._error(offset, error) from error
        except OSError as error:
            raise _cannot_read(warc.path, error) from error

    def _content(self, offset: int, record: WarcRecord, block: bytes) -> StoredContent:
        try:
            return _stored(record, block)
        except ValueError as error:
            raise self._error(offset, error) from error

    def _error(self, offset: int, error: ValueError) -> ArchiveError:
        warc = self._warc = self._warc or self._opened()
        place = warc.begin + offset
        return ArchiveError(f"{warc.path}: at byte {place}: {error}", file=warc.path, offset=place)

    def _opened(self) -> ByteRange:
        segment = self._segment
        try:
            return self._files.enter_context(finding.open_warc(segment.directory, segment.name))
        except OSError as error:
            raise _cannot_read(segment.warc_path, error) from error


def sealed_segments(directory: Path) -> list[Segment]:
    """The sealed segments of a folder, and of its store, in the order of their names, and so of the time they were
    opened.

    Empty if the folder does not exist. Reads the index of every pack; raises ArchiveError if one is damaged.
    """
    names = {segment.name for segment in unpacked_segments(directory)}
    for pack in packs.all_packs(directory):
        names.update(pack.index())
    if (store := store_of(directory)) is not None:
        for there in store.packs():
            names.update(store.index(there))
    return [Segment(directory, name) for name in sorted(names)]


def unpacked_segments(directory: Path) -> list[Segment]:
    """The segments that are not packed yet, or not quite: those on the disk and those in its store."""
    loose = loose_segments(directory)
    if (store := store_of(directory)) is None:
        return loose
    return [Segment(directory, name) for name in sorted({*store.loose(), *(segment.name for segment in loose)})]


def loose_segments(directory: Path) -> list[Segment]:
    """The segments with loose files on the disk: not packed yet, or not quite."""
    try:
        names = sorted(path.name.removesuffix(WARC_SUFFIX) for path in directory.glob(f"*{WARC_SUFFIX}"))
    except OSError as error:
        raise _cannot_read(directory, error) from error
    return [Segment(directory, name) for name in names]


def read_member(file: BinaryIO, offset: int) -> tuple[bytes, int]:
    """The gzip member that starts at `offset`, unpacked, and its end in the file.

    Raises ValueError if no member starts there, or if it is truncated or fails its checksum. fastwarc's reader returns
    a truncated record as if it were complete.
    """
    if offset < 0:
        raise ValueError("a negative offset")
    file.seek(offset)
    unpack = zlib.decompressobj(_GZIP)
    pieces, end = [], offset
    while not unpack.eof:
        chunk = file.read(_CHUNK)
        if not chunk:
            raise ValueError("the file ends here" if end == offset else "the record is cut off")
        end += len(chunk)
        try:
            pieces.append(unpack.decompress(chunk))
        except zlib.error as error:
            raise ValueError(f"not a gzip member, or damaged ({error})") from error
    return b"".join(pieces), end - len(unpack.unused_data)


def parse_record(content: bytes) -> tuple[WarcRecord, bytes]:
    """Parse a record; returns it with its block. Raises ValueError if it is invalid or shorter than it declares."""
    try:
        record = WarcRecord.from_bytes(content)
        if "WARC-Block-Digest" in record.headers and not record.verify_block_digest():
            raise ValueError("the record does not match its digest")
        block = record.reader.read()
    except OSError as error:
        raise ValueError(f"not a WARC record ({error})") from error
    # Not fastwarc's content_length: that is the actual length, not the declared one.
    length = record.headers.get("Content-Length", "none")
    if length != str(len(block)):
        raise ValueError(f"the record is cut off: {len(block)} bytes of {length}")
    return record, block


def _stored(record: WarcRecord, block: bytes) -> StoredContent:
    if not record.record_type & CONTENT:
        raise ValueError(f"expected a response or a resource, found a {record.record_type} record")
    url = record.headers.get("WARC-Target-URI")
    if url is None:
        raise ValueError("the record has no WARC-Target-URI")
    if record.record_type == WarcRecordType.resource:
        content_type = record.headers.get("Content-Type")
        return StoredContent(url, None, (), block, charset_of(content_type), content_type)

    head, blank_line, body = block.partition(b"\r\n\r\n")
    status_line, *lines = head.split(b"\r\n")
    status = _STATUS_LINE.match(status_line)
    if not blank_line or not status:
        raise ValueError(f"not an HTTP response: it begins with {status_line[:40]!r}")
    headers = tuple(_header(line) for line in lines)
    codings = [value.lower() for name, value in headers if name.lower() in ("content-encoding", "transfer-encoding")]
    if codings == ["gzip"]:
        body = _unpacked(body)
    elif codings:
        raise ValueError(f"the body has the content encoding {', '.join(codings)}: not a record of this archive")
    content_types = [value for name, value in headers if name.lower() == "content-type"]
    content_type = content_types[-1] if content_types else None
    return StoredContent(url, int(status[1]), headers, body, charset_of(content_type), content_type)


def _unpacked(body: bytes) -> bytes:
    unpack = zlib.decompressobj(_GZIP)
    try:
        plain = unpack.decompress(body, MAX_STORED_BODY_BYTES)
    except zlib.error as error:
        raise ValueError(f"the body is not gzip, or damaged ({error})") from error
    if not unpack.eof:
        large = bool(unpack.unconsumed_tail)
        raise ValueError(
            f"the body unpacks to over {MAX_STORED_BODY_BYTES} bytes" if large else "the gzip of the body ends early"
        )
    return plain


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.partition(b":")
    return name.decode("latin-1").strip(), _text(value).strip()


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def charset_of(content_type: str | None) -> str | None:
    """The charset in a Content-Type header, in lower case, not validated."""
    found = _CHARSET.search(content_type or "")
    return found[1].lower() if found else None


def _cannot_read(path: Path | str, error: OSError) -> ArchiveError:
    path = error.filename or path  # that of the pack, if the pack is what cannot be opened
    return ArchiveError.from_os_error(path, "cannot be read", error)
