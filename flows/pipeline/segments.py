"""Takes a sealed segment through the pipeline: erase what was forgotten, extract, load."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.archive import Segment, salvage_segments, sealed_segments, unpacked_segments
from crawlers.archive.archive_store import store_of
from crawlers.archive.changes import loose_on_disk, move_packs_to_store, move_to_store, put_in_store
from crawlers.archive.copies import LocalCopy
from crawlers.archive.packs import newest_packed_segments
from crawlers.errors import ArchiveError, StoreError
from crawlers.locking import lock_archive
from flows.pipeline.blocklist import read_blocklist
from flows.pipeline.erase_forgotten import erase_forgotten, erase_forgotten_articles
from flows.pipeline.failures import loading_order
from flows.pipeline.interrupt import OverdueError
from flows.pipeline.load import ExtractedSegment, load
from flows.pipeline.source_profiles import Profiles, read_profiles
from flows.timing import StepTimes
from warehouse.loading.load import loaded_fetches, loaded_segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.data_directory import DataDirectory
    from flows.pipeline.article_version import ExtractedFetch
    from flows.pipeline.blocklist import Blocklist
    from flows.pipeline.extract import Extractor
    from flows.pipeline.load import LoadResult
    from warehouse import Writer

logger = logging.getLogger("newsloom")
# How long to wait for a crawl whose run was killed: it checks twice a second whether its parent is alive.
ORPHAN_SECONDS = 30.0


def process_segment(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> LoadResult | None:
    """Take a sealed segment through all steps; returns None if it is loaded already.

    It also returns None if Ctrl-C was overdue before the workers were done: then the next run loads the segment.
    Raises TransientWarehouseError if the disk fails: then nothing is loaded, and you can repeat the call.
    """
    if loaded_fetches(writer.connection, name) is not None:
        return None
    try:
        segment = start_extraction(extractor, directory, name, read_profiles(writer.connection)).finish()
    except OverdueError:
        return None
    return load_and_move(writer, directory, segment)


def load_and_move(writer: Writer, directory: DataDirectory, segment: ExtractedSegment) -> LoadResult | None:
    """Load a segment, and remove it from the disk if the archive has a store; returns None if it is loaded already."""
    loaded = load(writer, segment)
    move_to_store(directory.archive, [segment.name])
    return loaded


@dataclass(frozen=True, slots=True)
class RunningExtraction:
    """A segment that the workers are extracting."""

    segment: Segment
    copy: LocalCopy
    forgotten: Blocklist
    fetches: Iterable[ExtractedFetch]
    started: datetime
    profiles: Profiles

    def finish(self) -> ExtractedSegment:
        """Wait for the workers, erase articles whose own URL was forgotten, and put the segment in a store, if any."""
        times = StepTimes()
        with times.step("extract"), self.copy:
            fetches = erase_forgotten_articles(self.segment, list(self.fetches), self.forgotten)
        put_in_store(self.segment)
        return ExtractedSegment(self.segment.name, fetches, self.started, times, self.profiles)


def start_extraction(
    extractor: Extractor, directory: DataDirectory, name: str, profiles: Profiles
) -> RunningExtraction:
    """Erase what was forgotten from a sealed segment, and let the workers extract the rest with these profiles."""
    started = datetime.now(UTC)
    segment = Segment(directory.archive, name)
    forgotten = read_blocklist(directory.private)
    clean = erase_forgotten(segment, forgotten)
    copy = LocalCopy(segment)
    try:
        fetches = extractor.extract(copy.segment, clean, profiles)
    except BaseException:
        copy.close()
        raise
    return RunningExtraction(segment, copy, forgotten, fetches, started, profiles)


def pending_segments(writer: Writer, directory: DataDirectory) -> list[str]:
    """Segments that are sealed and not loaded, oldest first, then some of those that an earlier run could not load.

    Segments that a killed crawl left open are sealed first. If the archive has a store, what is loaded and still on the
    disk is moved there.
    """
    store = store_of(directory.archive)
    if store is not None:
        store.require(directory.archive)
    elif not directory.archive.is_dir():
        return []
    with locked_archive(directory):
        for name in salvage_segments(directory.archive):
            logger.info("segment %s of a killed crawl was salvaged", name)
    segments = (
        unpacked_segments(directory.archive) if _has_packed(writer, directory) else sealed_segments(directory.archive)
    )
    names = [segment.name for segment in segments]
    loaded = loaded_segments(writer.connection, names)
    if store is not None:
        move_to_store(directory.archive, [name for name in loose_on_disk(directory.archive) if name in loaded])
        if moved := move_packs_to_store(directory.archive):
            logger.info("%d packs were moved to %s", moved, store.store.url)
    return loading_order(writer, [name for name in names if name not in loaded])


def _has_packed(writer: Writer, directory: DataDirectory) -> bool:
    """Whether packed segments are loaded, as they were when they were packed.

    They are not if the warehouse was lost, or restored from an older backup. Segments are loaded oldest first, so it is
    enough to check the newest pack.
    """
    try:
        packed = newest_packed_segments(directory.archive)
        if (store := store_of(directory.archive)) is not None:
            packed |= store.newest_packed_segments()
    except StoreError:
        raise
    except ArchiveError as error:
        logger.warning("%s", error)  # no reason to load nothing else
        return True
    return len(loaded_segments(writer.connection, list(packed))) == len(packed)


@contextmanager
def locked_archive(directory: DataDirectory) -> Iterator[None]:
    """Keep crawls out of the archive; waits for a crawl that briefly outlives its run."""
    lock = lock_archive(directory.archive, wait=ORPHAN_SECONDS)
    try:
        yield
    finally:
        lock.release()
