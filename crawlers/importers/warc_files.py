"""Reads the records of a WARC file, also behind damaged parts of it.

fastwarc parses the records. At damage it gives up the file, or ends as at the end of the file, so this module finds out
where it stopped, continues at the next record, and describes what was lost.
"""

from __future__ import annotations

import os
import re
import zlib
from typing import TYPE_CHECKING

from fastwarc.warc import ArchiveIterator

from crawlers.errors import CrawlersError
from crawlers.importers.contents import DAMAGED

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from fastwarc.warc import WarcRecord

    from crawlers.importers.files import InputFile
    from crawlers.importers.items import FileReport

_PIECE = 1 << 20  # bytes read at a time
_MAX_HEADER_BYTES = 1 << 20  # of a WARC header; the default of 32 KiB is less than some URLs have
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_BEGIN = re.compile(rb"\x1f\x8b\x08")
_PLAIN_BEGIN = re.compile(rb"WARC/[01]\.\d+\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d+)[ \t]*\r?\n", re.IGNORECASE)
_OVERLAP = 512  # bytes that show whether gzip data begins with a record
_MAX_DAMAGE = 100  # damaged parts that are described; a file with more of them is read no further


def records_of(file: InputFile, stream: io.BufferedReader, report: FileReport, begin: int = 0) -> Iterator[WarcRecord]:
    """The records of a WARC file, open as `stream`, without parsed HTTP. A record can be read until the next one is
    requested.

    Reading begins with the record at byte `begin`. What is damaged or missing is described in `report.damage`. Raises
    CrawlersError for a file without any record.
    """
    before = len(report.damage)
    reading = _Reading(stream, report.damage)
    yield from reading.records(begin)
    if reading.found == 0 and not begin:
        problems = report.damage[before:] or ["it contains no WARC record"]
        del report.damage[before:]
        raise _not_a_warc_file(file, problems[0])


def begins_record(stream: io.BufferedReader, offset: int) -> bool:
    """Whether reading can begin at a byte of a WARC file: its stream can be read from there, and a record begins there.

    It cannot where several records share a gzip member.
    """
    if not stream.seekable():
        return False
    stream.seek(offset)
    begin = stream.read(_OVERLAP)
    stream.seek(0)
    return _PLAIN_BEGIN.match(begin) is not None or _unpacks_to_record(begin)


def _not_a_warc_file(file: InputFile, found: str) -> CrawlersError:
    return CrawlersError(
        f"{file.place}: cannot be read as a WARC file: {found}. Expected: WARC/1.0 or WARC/1.1 records; in a "
        "compressed file, each in a separate gzip member."
    )


class _Reading:
    """One pass through a file. `found` counts its records; what could not be read is added to `damage`."""

    def __init__(self, stream: io.BufferedReader, damage: list[str]) -> None:
        self.found = 0
        self.damage = damage
        self._damage_before = len(damage)
        self._stream = stream
        self._is_gzip = stream.peek(2).startswith(_GZIP_MAGIC)
        self._size = 0
        if stream.seekable():
            self._size = stream.seek(0, os.SEEK_END)
            stream.seek(0)

    def records(self, begin: int) -> Iterator[WarcRecord]:
        last = begin  # `begin` is the place of this attempt, `last` that of the last record
        if begin:
            self._stream.seek(begin)
        lost_from: tuple[int, str] | None = None
        while True:
            problem = None
            try:
                for record in ArchiveIterator(
                    self._stream, parse_http=False, auto_decode="none", max_header_len=_MAX_HEADER_BYTES
                ):
                    self.found += 1
                    if lost_from is not None:
                        self._describe(*lost_from, begin)
                        lost_from = None
                    last = record.stream_pos
                    yield record
            except (OSError, ValueError, *DAMAGED) as error:
                problem = str(error)
            if not self._stream.seekable():  # a server that gives no parts of a file
                if problem is not None:
                    self.damage.append(f"the file is damaged after byte {last} ({problem}), and was read no further")
                return
            end = self._end_of_record(last) if self.found else 0
            if self._is_gzip and self._read_at(last, 2) != _GZIP_MAGIC:  # several records in one gzip member
                last = begin
                end = self._end_of_members(last)
            if problem is None and lost_from is None:
                if end is None or not self._is_padding(end):
                    start = last if end is None else end
                    self.damage.append(
                        f"the file is cut short within the record at byte {start}: {self._size - start} of "
                        f"{self._size} bytes cannot be used"
                    )
                return
            if lost_from is None:
                lost_from = (last if end is None else end), problem or "the file is cut short"
            may_go_on = len(self.damage) - self._damage_before < _MAX_DAMAGE
            found = self._next_record(max(begin, last) + 1) if may_go_on else None
            if found is None:
                if not self._is_padding(lost_from[0]):
                    self._describe(*lost_from, None)
                return
            begin = found
            self._stream.seek(begin)

    def _describe(self, start: int, problem: str, resumed: int | None) -> None:
        end = self._size if resumed is None else resumed
        start = min(start, end)  # a record that declares too much reaches into the next one
        rest = "it has no further record" if resumed is None else f"reading continued at byte {resumed}"
        self.damage.append(
            f"the file is damaged at byte {start} ({problem}): {end - start} of {self._size} bytes cannot be used; "
            f"{rest}"
        )

    def _read_at(self, begin: int, length: int) -> bytes:
        self._stream.seek(begin)
        return self._stream.read(length)

    def _end_of_record(self, begin: int) -> int | None:
        """Where a record ends; None if it is cut short or damaged."""
        self._stream.seek(begin)
        if not self._is_gzip:
            head = self._stream.read(_MAX_HEADER_BYTES)
            blank = re.search(rb"\r?\n\r?\n", head)
            length = _LENGTH.search(head, 0, blank.end()) if blank else None
            if blank is None or length is None:
                return None
            end = begin + blank.end() + int(length[1])
            return end if end <= self._size else None
        return self._end_of_member(begin)

    def _end_of_members(self, begin: int) -> int | None:
        end = self._end_of_member(begin)
        while end is not None and self._read_at(end, 2) == _GZIP_MAGIC:
            end = self._end_of_member(end)
        return end

    def _end_of_member(self, begin: int) -> int | None:
        self._stream.seek(begin)
        unpack = zlib.decompressobj(31)
        while piece := self._stream.read(_PIECE):
            try:
                while piece and not unpack.eof:
                    unpack.decompress(piece, _PIECE)
                    piece = unpack.unconsumed_tail
            except zlib.error:
                return None
            if unpack.eof:
                return self._stream.tell() - len(unpack.unused_data)
        return None

    def _is_padding(self, begin: int) -> bool:
        """Whether the rest of the file has no content."""
        self._stream.seek(begin)
        while piece := self._stream.read(_PIECE):
            if piece.strip(b"\x00\r\n\t "):
                return False
        return True

    def _next_record(self, begin: int) -> int | None:
        """Where the next record seems to begin, at `begin` or after it."""
        pattern = _GZIP_BEGIN if self._is_gzip else _PLAIN_BEGIN
        self._stream.seek(begin)
        window = b""
        while piece := self._stream.read(_PIECE):
            window += piece
            for match in pattern.finditer(window):
                if not self._is_gzip or _unpacks_to_record(window[match.start() :][: _PIECE // 2]):
                    return begin + match.start()
            kept = window[-_OVERLAP:]
            begin += len(window) - len(kept)
            window = kept
        return None


def _unpacks_to_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(31).decompress(data[:_OVERLAP], 5) == b"WARC/"
    except zlib.error:
        return False
