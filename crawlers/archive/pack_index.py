"""The index of a pack: where in its files each segment is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from crawlers.archive.segment_files import LOG_SUFFIX, WARC_SUFFIX
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAX_INDEX_LINE_BYTES = 4096  # an index line is always shorter


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """Where in its pack a segment is, in bytes from the beginning of the file."""

    segment: str
    warc_begin: int
    warc_bytes: int
    log_begin: int
    log_bytes: int
    log_lines: int
    first_line: int
    """Number of the log's first line in the file, from 1."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A byte range of an open file, with the file or log of one segment."""

    file: BinaryIO
    path: Path | str
    """Its path, or its URL if it is in a store."""
    begin: int
    end: int
    first_line: int = 1

    def lines(self) -> Iterator[bytes]:
        """The lines in this range of a log."""
        self.file.seek(self.begin)
        left = self.end - self.begin
        while left > 0 and (line := self.file.readline(left)):
            left -= len(line)
            yield line


def index_line(segment: str, warc_begin: int, warc_bytes: int, log_bytes: int, log_lines: int, remaining: int) -> bytes:
    """The index line before a segment's log; `remaining` counts the segments after it, which reveals a truncated
    file."""
    fields = {"segment": segment, "warc_begin": warc_begin, "warc_bytes": warc_bytes}
    fields |= {"log_bytes": log_bytes, "log_lines": log_lines, "more": remaining}
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def read_index(log: BinaryIO, path: Path | str) -> Iterator[IndexEntry]:
    """The index entries of a pack; skips the logs between them. Raises ArchiveError if the file is damaged."""
    size = log.seek(0, os.SEEK_END)
    at = warc = 0
    line, remaining = 1, None
    seen = set()
    while remaining != 0:
        log.seek(at)
        text = log.readline(_MAX_INDEX_LINE_BYTES)
        try:
            fields = json.loads(text)
            names = ("warc_begin", "warc_bytes", "log_bytes", "log_lines", "more")
            begin, warc_bytes, log_bytes, log_lines, left = (int(fields[name]) for name in names)
            entry = IndexEntry(
                str(fields["segment"]), begin, warc_bytes, at + len(text), log_bytes, log_lines, line + 1
            )
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path, line, f"expected an index line, found {text[:60]!r}") from error
        if (
            begin != warc
            or entry.segment in seen
            or min(warc_bytes, log_bytes, log_lines, left) < 0
            or left != (left if remaining is None else remaining - 1)
        ):
            raise _damaged(path, line, f"index line contradicts the lines before it: {text[:200]!r}")
        at, line, warc, remaining = entry.log_begin + log_bytes, line + 1 + log_lines, begin + warc_bytes, left
        seen.add(entry.segment)
        yield entry
        if at > size:
            break
    if at != size:
        raise _damaged(path, None, f"the file has {size} bytes; its index expects {at}")


def _damaged(path: Path | str, line: int | None, problem: str) -> ArchiveError:
    place = f"{path}:{line}" if line else str(path)
    name = str(path).rpartition("/")[2]
    return ArchiveError(
        f"{place}: {problem}.\nThe file was damaged after it was written, so its segments cannot be found. "
        f"Restore it from a backup, together with {name.replace(LOG_SUFFIX, WARC_SUFFIX)} beside it.",
        file=path,
    )
