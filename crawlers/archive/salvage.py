"""Seals the segments that a killed writer left open."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from crawlers.archive import segment_files
from crawlers.archive.fetch_log import from_line
from crawlers.archive.reader import CONTENT, parse_record, read_member
from crawlers.archive.segment_files import LOG_SUFFIX, OPEN_SUFFIX, WARC_SUFFIX
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path


def salvage_segments(directory: Path) -> list[str]:
    """Seal every segment whose writer is gone; returns their names, sorted.

    A segment keeps its longest intact beginning: everything before the first truncated record, and before the first log
    line that is truncated or has no intact record. A segment without anything intact is removed, and one with a running
    writer is left alone. This may be called at any time, repeatedly, and by several processes at once; the folder need
    not exist. Raises ArchiveError if a file cannot be read or written.
    """
    ends = (WARC_SUFFIX + OPEN_SUFFIX, LOG_SUFFIX + OPEN_SUFFIX)
    try:
        names = {path.name.removesuffix(end) for end in ends for path in directory.glob(f"*{end}")}
        return [name for name in sorted(names) if _salvage(directory, name)]
    except OSError as error:
        message = f"{error.filename or directory}: cannot be salvaged: {error.strerror or error}"
        raise ArchiveError(message, file=directory) from error


def _salvage(directory: Path, name: str) -> bool:
    """Salvage one segment; returns whether it was sealed."""
    warc_path = directory / f"{name}{WARC_SUFFIX}{OPEN_SUFFIX}"
    try:
        warc = warc_path.open("r+b", buffering=0)
    except FileNotFoundError:
        _remove_lone_log(directory / f"{name}{LOG_SUFFIX}{OPEN_SUFFIX}")
        return False
    with warc:
        if not segment_files.try_lock(warc) or not segment_files.is_same_file(warc_path, warc):
            return False
        if (directory / f"{name}{WARC_SUFFIX}").exists():
            # Its writer was killed after finding that the name is taken. The log beside it belongs to the sealed
            # segment.
            if not warc.seek(0, 2):
                warc_path.unlink()
            return False
        with _log(directory, name) as log:
            records = _whole_records(warc)
            if records and _keep_whole_lines(log, records):
                segment_files.seal(directory, name, warc, log)
                return True
            (directory / f"{name}{LOG_SUFFIX}").unlink(missing_ok=True)
            segment_files.remove_open(directory, name)
    return False


def _remove_lone_log(path: Path) -> None:
    """Remove a log without its WARC file: the WARC file is created before the log and removed after it."""
    with suppress(FileNotFoundError), path.open("r+b", buffering=0) as log:
        if segment_files.try_lock(log) and segment_files.is_same_file(path, log):
            path.unlink()


def _log(directory: Path, name: str) -> FileIO:
    """Open the log for truncation, created if missing; it has its final name already if sealing was interrupted."""
    final = directory / f"{name}{LOG_SUFFIX}"
    path = final if final.exists() else directory / f"{name}{LOG_SUFFIX}{OPEN_SUFFIX}"
    return path.open("a+b", buffering=0)


def _whole_records(warc: FileIO) -> dict[int, bool]:
    """The offsets of the intact records, and whether each has content; truncates the file after them."""
    records: dict[int, bool] = {}
    end = 0
    while True:
        try:
            content, next_end = read_member(warc, end)
            record, _ = parse_record(content)
        except ValueError:
            break
        records[end] = bool(record.record_type & CONTENT)
        end = next_end
    warc.truncate(end)
    return records


def _keep_whole_lines(log: FileIO, records: dict[int, bool]) -> int:
    """The number of intact log lines that have their record; truncates the log before the first other line."""
    log.seek(0)
    kept = end = 0
    for line in log.readall().split(b"\n")[:-1]:
        try:
            offset = from_line(line).offset
        except ValueError:
            break
        if offset is not None and not records.get(offset):
            break
        kept += 1
        end += len(line) + 1
    log.truncate(end)
    return kept
