"""Reads segments of the archive completely, to find what is missing or damaged in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.archive import RecordReader, Segment
from crawlers.archive.copies import LocalCopy
from crawlers.counts import counted
from crawlers.errors import ArchiveError, StoreError
from warehouse.ledger import archived_segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.data_directory import DataDirectory
    from warehouse import Writer


def damaged_segments(writer: Writer, directory: DataDirectory, sealed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The segments that are missing or damaged, each with its first problem: those `sealed`, and all loaded ones."""
    fetches = {one.segment: one.fetches for one in archived_segments(writer.connection)}
    for name in sorted({*sealed, *fetches}):
        problem = _problem(Segment(directory.archive, name), fetches.get(name))
        if problem is not None:
            yield name, problem


def _problem(segment: Segment, fetches: int | None) -> str | None:
    try:
        if not segment.exists():
            return f"{segment.name}: is missing"
        lines = 0
        with LocalCopy(segment) as copy, RecordReader(copy.segment) as records:
            for fetch in copy.segment.fetches():
                lines += 1
                if fetch.offset is not None:
                    records.read(fetch.offset)
    except StoreError:
        raise
    except ArchiveError as error:
        return str(error)
    if lines == 0:
        return f"{segment.name}: its log is empty"
    if fetches is not None and lines != fetches:
        return f"{segment.name}: {counted(fetches, 'request')} in the table segments, {lines} in its log"
    return None
