"""Taking single fetches out of sealed segments: nothing of them is left, and everything else stays in its place."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from fastwarc.warc import WarcRecordType

from crawlers.archive import layout
from crawlers.archive.fetches import Fetch, from_json, to_json
from crawlers.archive.reading import Segment, parse_record, read_member
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_GZIP_HEADER = b"\x1f\x8b\x08%c\x00\x00\x00\x00\x00\xff"  # RFC 1952: deflate, flags, no time, no system
_HAS_NAME = 8
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class Erased:
    """Where something was erased: the offsets of the records, and how many lines of the log have changed."""

    offsets: tuple[int, ...]
    lines: int


def erase(segment: Segment, changed: Callable[[Fetch], Fetch | None]) -> Erased:
    """Rewrite a sealed segment so that what `changed` gives stands in place of each fetch; None leaves it.

    A new fetch without an offset loses its stored content and the request for it: in their place is a record that says
    so, of the same length, so that the other records stay where they are. The log keeps its number of lines. The WARC
    file is replaced first: a call that was killed can be repeated. Raises ArchiveError where a file cannot be read or
    written; it stays as it was then.
    """
    try:
        with segment.log_path.open("rb") as log:
            before = [from_json(line) for line in log]
        after = [changed(fetch) or fetch for fetch in before]
        lines = sum(old != new for old, new in zip(before, after, strict=True))
        gone = tuple(
            old.offset
            for old, new in zip(before, after, strict=True)
            if old.offset is not None and new.offset is None
        )  # fmt: skip
        if gone:
            _erase_records(segment, frozenset(gone))
        if lines:
            text = b"".join(to_json(fetch).encode() + b"\n" for fetch in after)
            _replace(segment.log_path, lambda path: path.write_bytes(text))
    except (OSError, ValueError) as error:
        said = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise ArchiveError(f"{segment.warc_path}: cannot be rewritten: {said}", file=segment.warc_path) from error
    return Erased(gone, lines)


def _erase_records(segment: Segment, offsets: frozenset[int]) -> None:
    ranges = _ranges(segment, offsets)

    def write(path: Path) -> None:
        with segment.warc_path.open("rb") as old, path.open("wb") as new:
            for begin, end in ranges:
                _copy(old, new, begin - old.tell())
                new.write(filler(end - begin))
                old.seek(end)
            _copy(old, new, None)

    _replace(segment.warc_path, write)


def _ranges(segment: Segment, offsets: frozenset[int]) -> list[tuple[int, int]]:
    """From where to where the records at these offsets go, each with the request before it."""
    ranges = []
    with segment.warc_path.open("rb") as warc:
        size = segment.warc_path.stat().st_size
        at, request = 0, None
        while at < size:
            content, end = read_member(warc, at)
            record, _ = parse_record(content)
            if at in offsets:
                ranges.append((at if request is None else request, end))
            request = at if record.record_type & WarcRecordType.request else None
            at = end
    return ranges


def filler(length: int) -> bytes:
    """A gzip member of exactly so many bytes, with a WARC record of no content of its own. ValueError: too short."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    identifier = f"<urn:uuid:{uuid4()}>"
    blank = max(length - 300 - 5 * (length // 16_000 + 1), 0)
    head = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: {identifier}\r\nWARC-Date: {now}\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {blank}\r\n\r\n"
    )
    record = head.encode() + b" " * blank + b"\r\n\r\n"
    # Stored, not compressed: only so is its length known before. A short one has no room for that.
    deflate = zlib.compressobj(0 if blank else 9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(record) + deflate.flush()
    tail = struct.pack("<II", zlib.crc32(record), len(record) & 0xFFFFFFFF)
    rest = length - (len(_GZIP_HEADER % 0) + len(body) + len(tail))
    if rest < 0:
        raise ValueError(f"a record of {length} bytes is too short to be replaced")
    if rest == 0:
        return _GZIP_HEADER % 0 + body + tail
    return _GZIP_HEADER % _HAS_NAME + b"-" * (rest - 1) + b"\0" + body + tail  # the name fills what is left


def _copy(old: BinaryIO, new: BinaryIO, length: int | None) -> None:
    while length is None or length > 0:
        chunk = old.read(_COPY if length is None else min(_COPY, length))
        if not chunk:
            return
        new.write(chunk)
        if length is not None:
            length -= len(chunk)


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        write(fresh)
        layout.bring_to_disk(fresh)
        fresh.replace(path)
        layout.sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
