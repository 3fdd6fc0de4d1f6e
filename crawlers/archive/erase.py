"""Erases single fetches from sealed segments; all other records keep their offsets."""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from fastwarc.warc import WarcRecordType

from crawlers.archive import pack_index, packs, segment_files
from crawlers.archive.fetch_log import Fetch, from_line, to_line
from crawlers.archive.reader import parse_record, read_member
from crawlers.archive.warc_records import target_uri, warc_date
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from crawlers.archive.pack_index import ByteRange
    from crawlers.archive.packs import Pack
    from crawlers.archive.reader import Segment

_GZIP_HEADER = b"\x1f\x8b\x08%c\x00\x00\x00\x00\x00\xff"  # RFC 1952: deflate, flags, no time, no system
_HAS_NAME = 8
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class ErasedRecords:
    """What was erased: the offsets of the records, and the number of changed lines in the log."""

    offsets: tuple[int, ...]
    lines: int


def erase_from_segment(segment: Segment, changed: Callable[[Fetch], Fetch | None]) -> ErasedRecords:
    """Rewrite a sealed segment, replacing each fetch by the result of `changed`; None keeps the fetch.

    If the new fetch has no offset, its stored content and the request for it are erased. So is a revisit record (whose
    fetch has no offset) if the new fetch has another URL. A filler record of the same length replaces what was erased,
    so that all other records keep their offsets, and the log keeps its number of lines. The WARC file is replaced
    first, so a call that was killed can be repeated. Raises ArchiveError if a file cannot be read or written; it is
    unchanged then. The caller must hold the warehouse's lock.
    """
    return next(erased for _, erased in erase_from_segments([segment], lambda _, fetch: changed(fetch)))


def erase_from_segments(
    segments: Iterable[Segment], changed: Callable[[Segment, Fetch], Fetch | None]
) -> Iterator[tuple[Segment, ErasedRecords]]:
    """`erase_from_segment` for several segments, yielding each when it is done; a pack is rewritten only once."""
    packed: dict[Pack, list[Segment]] = {}
    swept = set()
    for segment in segments:
        day = segment_files.day_in_name(segment.name)
        if day is not None and (segment.directory, day[:6]) not in swept:
            # An unfinished pack contains copies of the records to erase.
            packs.remove_leftovers(segment.directory, [day[:6]])
            swept.add((segment.directory, day[:6]))
        found = packs.find_pack(segment.directory, segment.name)
        if found is None:
            yield segment, _erase_own(segment, partial(changed, segment))
        else:
            packed.setdefault(found[0], []).append(segment)
    for pack, some in packed.items():
        packs.remove_loose_files(pack, [segment.name for segment in some])
        erased = _erase_packed(pack, {segment.name: partial(changed, segment) for segment in some})
        yield from ((segment, erased[segment.name]) for segment in some)


def _erase_own(segment: Segment, changed: Callable[[Fetch], Fetch | None]) -> ErasedRecords:
    with _raising_archive_error(segment.warc_path):
        with segment.log_path.open("rb") as file:
            text, erasures, lines = _changed_log(file, changed)
        if erasures.offsets or erasures.repeats:
            with segment.warc_path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                ranges = _ranges(pack_index.ByteRange(file, segment.warc_path, 0, size), erasures)
                if ranges:
                    _replace(segment.warc_path, partial(_fill, file, ranges))
        if lines:
            _replace(segment.log_path, lambda new: new.write(text))
    return ErasedRecords(erasures.offsets, lines)


def _erase_packed(pack: Pack, changed: Mapping[str, Callable[[Fetch], Fetch | None]]) -> dict[str, ErasedRecords]:
    """Erase from several segments of a pack, with the log of one segment in memory at a time."""
    erased: dict[str, ErasedRecords] = {}
    ranges: list[tuple[int, int]] = []
    temporary = segment_files.temporary_path(pack.log_path)
    with _raising_archive_error(pack.log_path):
        try:
            with pack.log_path.open("rb") as old, pack.warc_path.open("rb") as warc:
                index = list(pack_index.read_index(old, pack.log_path))
                with temporary.open("wb") as new:
                    for remaining, entry in zip(range(len(index) - 1, -1, -1), index, strict=True):
                        log = pack_index.ByteRange(
                            old, pack.log_path, entry.log_begin, entry.log_begin + entry.log_bytes
                        )
                        if entry.segment in changed:
                            text, erasures, lines = _changed_log(log.lines(), changed[entry.segment])
                            erased[entry.segment] = ErasedRecords(erasures.offsets, lines)
                            records = pack_index.ByteRange(
                                warc, pack.warc_path, entry.warc_begin, entry.warc_begin + entry.warc_bytes
                            )
                            ranges += _ranges(records, erasures)
                        else:
                            text = b"".join(log.lines())
                        new.write(
                            pack_index.index_line(
                                entry.segment, entry.warc_begin, entry.warc_bytes, len(text), entry.log_lines, remaining
                            )
                        )
                        new.write(text)
                if ranges:
                    _replace(pack.warc_path, partial(_fill, warc, ranges))
            if any(one.lines for one in erased.values()):
                segment_files.sync_file(temporary)
                temporary.replace(pack.log_path)
                segment_files.sync_directory(pack.log_path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    return erased


@contextmanager
def _raising_archive_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        said = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise ArchiveError(f"{path}: cannot be rewritten: {said}", file=path) from error


@dataclass(frozen=True, slots=True)
class _RecordsToErase:
    """The records to erase: by offset, or for revisits, which have no offset in the log, by URL and time."""

    offsets: tuple[int, ...]
    repeats: frozenset[tuple[str, str]]


def _changed_log(log: Iterable[bytes], changed: Callable[[Fetch], Fetch | None]) -> tuple[bytes, _RecordsToErase, int]:
    """The new log, the records to erase, and the number of changed lines."""
    text, erasures, lines = [], [], 0
    repeats: set[tuple[str, str]] = set()
    for line in log:
        old = from_line(line)
        new = changed(old) or old
        lines += old != new
        text.append(line if old == new else to_line(new))
        if old.offset is not None and new.offset is None:
            erasures.append(old.offset)
        elif old.offset is None and old.url != new.url:
            repeats.update((target_uri(url), warc_date(old.fetched_at)) for url in (old.url, old.final_url) if url)
    return b"".join(text), _RecordsToErase(tuple(erasures), frozenset(repeats)), lines


def _ranges(warc: ByteRange, erasures: _RecordsToErase) -> list[tuple[int, int]]:
    """The byte ranges in the file to erase, each including the request record before it."""
    ranges: list[tuple[int, int]] = []
    if not (erasures.offsets or erasures.repeats):
        return ranges
    offsets = frozenset(erasures.offsets)
    at, request = warc.begin, None
    while at < warc.end:
        content, end = read_member(warc.file, at)
        record, _ = parse_record(content)
        if at - warc.begin in offsets or (
            record.record_type & WarcRecordType.revisit
            and (record.headers.get("WARC-Target-URI"), record.headers.get("WARC-Date")) in erasures.repeats
        ):
            ranges.append((at if request is None else request, end))
        request = at if record.record_type & WarcRecordType.request else None
        at = end
    return ranges


def _fill(old: BinaryIO, ranges: list[tuple[int, int]], new: BinaryIO) -> None:
    old.seek(0)
    for begin, end in ranges:
        _copy(old, new, begin - old.tell())
        new.write(filler_record(end - begin))
        old.seek(end)
    _copy(old, new, None)


def filler_record(length: int) -> bytes:
    """A gzip member of exactly `length` bytes with a blank WARC record. Raises ValueError if `length` is too small."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    identifier = f"<urn:uuid:{uuid4()}>"
    blank = max(length - 300 - 5 * (length // 16_000 + 1), 0)
    head = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: {identifier}\r\nWARC-Date: {now}\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {blank}\r\n\r\n"
    )
    record = head.encode() + b" " * blank + b"\r\n\r\n"
    # Stored without compression, so that the length is known in advance. Short records have no room for that.
    deflate = zlib.compressobj(0 if blank else 9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(record) + deflate.flush()
    tail = struct.pack("<II", zlib.crc32(record), len(record) & 0xFFFFFFFF)
    rest = length - (len(_GZIP_HEADER % 0) + len(body) + len(tail))
    if rest < 0:
        raise ValueError(f"a record of {length} bytes is too short to be replaced")
    if rest == 0:
        return _GZIP_HEADER % 0 + body + tail
    return _GZIP_HEADER % _HAS_NAME + b"-" * (rest - 1) + b"\0" + body + tail  # the name fills the rest


def _copy(old: BinaryIO, new: BinaryIO, length: int | None) -> None:
    while length is None or length > 0:
        chunk = old.read(_COPY if length is None else min(_COPY, length))
        if not chunk:
            return
        new.write(chunk)
        if length is not None:
            length -= len(chunk)


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    temporary = segment_files.temporary_path(path)
    try:
        with temporary.open("wb") as new:
            write(new)
        segment_files.sync_file(temporary)
        temporary.replace(path)
        segment_files.sync_directory(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
