"""The whole warehouse anew from the archive, beside the old one, and in its place when it is done."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.archive import Segment, salvage_segments, sealed_segments
from crawlers.extraction import EXTRACTOR_VERSION
from flows.errors import FlowsError
from flows.pipeline.failures import isolate_failure, raise_as_flows_error
from flows.pipeline.segments import locked_archive, process_segment
from warehouse import open_writer
from warehouse.failed_segments import failed_segments
from warehouse.ledger import (
    copy_tables_not_in_archive,
    count_removed,
    has_segments_of_other_extractors,
    segments_in_order,
)
from warehouse.run_counts import count_articles

if TYPE_CHECKING:
    from pathlib import Path

    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from flows.progress import Reporter
    from warehouse import Writer
    from warehouse.failed_segments import FailedSegment


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """Segments loaded, those of them that an interrupted rebuild had loaded, and articles before and now.

    `failed` are segments that could not be loaded, and were not loaded before either.
    """

    segments: int
    loaded_before: int
    articles_before: int
    articles: int
    failed: tuple[FailedSegment, ...] = ()


def rebuild(writer: Writer, extractor: Extractor, directory: DataDirectory, reporter: Reporter) -> RebuildResult:
    """Load every segment of the archive into a new warehouse, in the order of the first time, and swap the two.

    The old warehouse stays as it is until the new one is complete. An interrupted rebuild is taken up by the next one,
    unless the extractor has changed meanwhile. With the same extractor the rows are the same as before. Publishing is
    the caller's. Raises FlowsError where a segment cannot be loaded that the old warehouse has; one that it could not
    load either goes on waiting.
    """
    root = directory.private / "rebuild"
    with locked_archive(directory):
        salvage_segments(directory.archive)
        order = _order(writer, directory)
        held = set(segments_in_order(writer.connection))
        if not _can_go_on(root, order):
            shutil.rmtree(root, ignore_errors=True)
        with open_writer(root, "newsloom rebuild") as new:
            before = segments_in_order(new.connection)
            copy_tables_not_in_archive(writer, new)
            for number, name in enumerate(order, start=1):
                reporter.step(f"rebuilding: segment {number} of {len(order)}")
                with raise_as_flows_error(name) if name in held else isolate_failure(new, name):
                    loaded = process_segment(new, extractor, directory, name)
                    if loaded is not None:
                        reporter.loaded(loaded)
            reporter.step("indexing")
            new.finish()
            counts = count_articles(writer.connection), count_articles(new.connection)
            failed = tuple(failed_segments(new.connection))
            file = new.file
        writer.replace_by(file)
    shutil.rmtree(root, ignore_errors=True)
    return RebuildResult(len(order) - len(failed), len(before), *counts, failed)


def require_removed_segments(writer: Writer) -> None:
    """Raise FlowsError where the archive no longer has what was loaded from it: a new warehouse would lack that."""
    segments, versions = count_removed(writer.connection)
    if segments:
        raise FlowsError(
            f"{writer.data}: {segments} segments were removed from the archive, as [keep] says, and a warehouse made "
            f"anew would lack the {versions} versions of articles that came from them.\n"
            "Restore the segments from a backup, or give --without-removed to lose those versions."
        )


def _order(writer: Writer, directory: DataDirectory) -> list[str]:
    """The sealed segments as they were loaded before, then those that were not, by when they were fetched.

    The order decides which of two equal texts came first.
    """
    sealed = {segment.name: segment for segment in sealed_segments(directory.archive)}
    known = [name for name in segments_in_order(writer.connection) if name in sealed]
    rest = [segment for name, segment in sealed.items() if name not in set(known)]
    return known + [segment.name for segment in sorted(rest, key=_begin)]


def _begin(segment: Segment) -> tuple[str, str]:
    first = next(segment.fetches(), None)
    return ("" if first is None else first.fetched_at.isoformat(), segment.name)


def _can_go_on(root: Path, order: list[str]) -> bool:
    if not (root / "private" / "warehouse.duckdb").exists():
        return False
    with open_writer(root, "newsloom rebuild") as new:
        done = segments_in_order(new.connection)
        others = has_segments_of_other_extractors(new.connection, EXTRACTOR_VERSION)
    return done == order[: len(done)] and not others
