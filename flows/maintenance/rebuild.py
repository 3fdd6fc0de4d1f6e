"""Rebuilds the warehouse from the archive, next to the old one, and swaps the two when the new one is complete."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.archive import Segment, salvage_segments, sealed_segments
from crawlers.archive.archive_store import store_of
from crawlers.counts import counted
from crawlers.extraction import EXTRACTOR_VERSION
from flows.errors import FlowsError
from flows.maintenance.archive_check import damaged_segments
from flows.pipeline.failures import isolate_failure, raise_as_flows_error
from flows.pipeline.segments import locked_archive, process_segment
from warehouse.failed_segments import failed_segments
from warehouse.ledger import (
    count_removed,
    has_segments_of_other_extractors,
    read_tables_not_in_archive,
    replace_tables_not_in_archive,
    segments_in_order,
)
from warehouse.opening import open_file_writer
from warehouse.run_counts import count_articles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from flows.progress import Reporter
    from warehouse import Writer
    from warehouse.failed_segments import FailedSegment

SHOWN = 10
"""Damaged segments that an error names."""


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """The numbers of segments loaded, of those loaded by an interrupted rebuild, and of articles before and after.

    `failed` are segments that could not be loaded, neither now nor before.
    """

    segments: int
    loaded_before: int
    articles_before: int
    articles: int
    failed: tuple[FailedSegment, ...] = ()


def rebuild(
    writer: Writer, extractor: Extractor, directory: DataDirectory, reporter: Reporter, *, without_damaged: bool = False
) -> RebuildResult:
    """Load every segment of the archive into a new warehouse, in the original order, and swap the two.

    The new warehouse is a file; if the old one is a lake, its rows replace those of the lake in one transaction. The
    old warehouse stays in place until the new one is complete. Interrupted rebuilds resume, unless the extractor
    has changed in the meantime. All pages are read with the profiles that the old warehouse has of their sources. The
    same extractor with the same profiles gives the same rows. The caller publishes. All segments are read
    first: raises FlowsError if one is missing or damaged, unless it is to be rebuilt `without_damaged` ones, and if a
    segment cannot be loaded that the old warehouse contains; other segments are left for later runs.
    """
    root = directory.private / "rebuild"
    if (store := store_of(directory.archive)) is not None:
        store.require(directory.archive)
    with locked_archive(directory):
        salvage_segments(directory.archive)
        order = _order(writer, directory)
        reporter.step("reading the archive")
        damaged = dict(damaged_segments(writer, directory, order))
        if damaged and not without_damaged:
            raise FlowsError(_describe_damage(list(damaged.values()), is_lake=writer.is_lake))
        loaded_in_old = set(segments_in_order(writer.connection)) - damaged.keys()
        if not _can_resume(root, order):
            shutil.rmtree(root, ignore_errors=True)
        # All that comes from the old warehouse is read here: an error within `open_writer` would name the new one.
        kept, articles_before = read_tables_not_in_archive(writer.connection), count_articles(writer.connection)
        with open_file_writer(root, "newsloom rebuild") as new:
            before = segments_in_order(new.connection)
            replace_tables_not_in_archive(new, kept)
            for number, name in enumerate(order, start=1):
                reporter.step(f"rebuilding segment {number} of {len(order)}")
                with raise_as_flows_error(name) if name in loaded_in_old else isolate_failure(new, name):
                    loaded = process_segment(new, extractor, directory, name)
                    if loaded is not None:
                        reporter.loaded(loaded)
            reporter.step("indexing")
            new.finish()
            articles = count_articles(new.connection)
            failed = tuple(failed_segments(new.connection))
            file = new.file
        writer.replace_by(file)
    shutil.rmtree(root, ignore_errors=True)
    return RebuildResult(len(order) - len(failed), len(before), articles_before, articles, failed)


def require_removed_segments(writer: Writer) -> None:
    """Raise FlowsError if segments were removed from the archive, because a new warehouse would lack their articles."""
    segments, versions = count_removed(writer.connection)
    if segments:
        raise FlowsError(
            f"{writer.data}: segments were removed from the archive, as configured in [keep] ({segments} in all). "
            f"A rebuild would lose the versions of articles that came from them ({versions} in all).\n"
            "Restore the segments from a backup, or accept the loss with --without-removed."
        )


def _describe_damage(problems: Sequence[str], *, is_lake: bool) -> str:
    more = ["…"] if len(problems) > SHOWN else []
    elsewhere = ["If another machine has loaded them, they are in its archive: copy that here."] if is_lake else []
    return "\n".join(
        [
            f"{counted(len(problems), 'segment')} of the archive missing or damaged; a rebuild would lose articles. "
            "The warehouse is unchanged.",
            *(f"  {line}" for line in [*problems[:SHOWN], *more]),
            *elsewhere,
            "Restore the files from a backup, or accept the loss with --without-damaged.",
        ]
    )


def _order(writer: Writer, directory: DataDirectory) -> list[str]:
    """The sealed segments: loaded ones in the order of loading, then the others in the order of fetching.

    The order decides which of two equal texts came first.
    """
    sealed = {segment.name: segment for segment in sealed_segments(directory.archive)}
    known = [name for name in segments_in_order(writer.connection) if name in sealed]
    rest = [segment for name, segment in sealed.items() if name not in set(known)]
    return known + [segment.name for segment in sorted(rest, key=_begin)]


def _begin(segment: Segment) -> tuple[str, str]:
    first = next(segment.fetches(), None)
    return ("" if first is None else first.fetched_at.isoformat(), segment.name)


def _can_resume(root: Path, order: list[str]) -> bool:
    if not (root / "private" / "warehouse.duckdb").exists():
        return False
    with open_file_writer(root, "newsloom rebuild") as new:
        done = segments_in_order(new.connection)
        others = has_segments_of_other_extractors(new.connection, EXTRACTOR_VERSION)
    return done == order[: len(done)] and not others
