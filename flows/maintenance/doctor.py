"""Checks that the warehouse, the archive and the published file agree."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from itertools import groupby
from typing import TYPE_CHECKING

import duckdb

from crawlers.archive import RecordReader, Segment, packs, unpacked_segments
from crawlers.archive.archive_store import store_of
from crawlers.archive.copies import LocalCopy
from crawlers.archive.store_leftovers import warc_files_without_seal
from crawlers.counts import counted
from crawlers.errors import ArchiveError, StoreError
from flows.dedup import DUPLICATE_METHOD, LINK_METHOD, STORY_METHOD
from flows.dedup.methods import RESTORY_REMEDY, outdated_rows
from flows.pipeline.failures import RETRY_REMEDY, failure_lines
from warehouse import WarehouseError, connect, storage
from warehouse.checks.doctor import EXAMPLES, REBUILD_REMEDY, Finding, check_tables, check_warehouse
from warehouse.failed_segments import failed_segments
from warehouse.ledger import (
    archived_segments,
    requests_of,
    segments_in_order,
    segments_with_requests,
    stored_records,
)
from warehouse.run_counts import count_articles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.archive import Fetch
    from crawlers.archive.pack_index import IndexEntry
    from flows.data_directory import DataDirectory
    from warehouse import Writer
    from warehouse.ledger import Request

RESTORE_REMEDY = (
    "Restore the files from a backup. Their articles stay in the warehouse, but `newsloom rebuild` would lose them."
)


def examine(writer: Writer, directory: DataDirectory, *, deep: bool = False) -> list[Finding]:
    """Run all checks. With `deep`, all tables and the stored pages of all versions are read, which takes long."""
    if (store := store_of(directory.archive)) is not None:
        store.require(directory.archive, to_write=False)
    findings = check_warehouse(writer.connection)
    findings += _check_segments(writer, directory)
    findings += _check_methods(writer)
    if deep:
        findings += check_tables(writer.connection)
        findings += _check_records(writer, directory)
        findings += _check_logs(writer, directory)
    findings += _check_published(writer)
    return findings


def _check_methods(writer: Writer) -> Iterator[Finding]:
    found = outdated_rows(writer.connection)
    if found:
        yield Finding(
            f"Stories, links and pairs of duplicates of earlier methods than {STORY_METHOD}, {LINK_METHOD} and "
            f"{DUPLICATE_METHOD}, which find others.",
            sum(found.values()),
            tuple(f"{method}: {count}" for method, count in found.items()),
            RESTORY_REMEDY,
            is_harmless=True,
        )


def _check_segments(writer: Writer, directory: DataDirectory) -> Iterator[Finding]:
    own = {segment.name for segment in unpacked_segments(directory.archive)}
    packed, damaged = _packed(directory)
    in_store, damaged_in_store = _packed_in_store(directory)
    packed |= in_store.keys()
    damaged += damaged_in_store
    yield from _finding("Packs that cannot be read.", damaged, RESTORE_REMEDY)
    loaded = set(segments_in_order(writer.connection))
    missing, short = [], []
    for one in archived_segments(writer.connection):
        name = one.segment
        if name not in own and name not in packed:
            missing.append(name)
            continue
        segment = Segment(directory.archive, name)
        try:
            if name in in_store:  # by the index alone, because each segment would be a request to the store
                lines, length = in_store[name].log_lines, in_store[name].warc_bytes
            else:
                lines, length = segment.log_lines(), segment.warc_bytes()
        except StoreError:
            raise
        except ArchiveError as error:
            missing.append(str(error))
            continue
        if one.last_offset is not None and length <= one.last_offset:
            missing.append(f"{name}: the end of its WARC file is missing")
        elif lines != one.fetches:
            short.append(f"{name}: {counted(one.fetches, 'request')} in the table segments, {lines} in its log")
    yield from _finding("Loaded segments that are missing or incomplete in the archive.", missing, RESTORE_REMEDY)
    yield from _finding(
        "Segments whose log has a different number of requests than the table segments.", short, RESTORE_REMEDY
    )
    yield from _finding(
        "Packed segments that are not loaded.",
        sorted(packed - own - loaded),
        "The warehouse is older than these segments. The next `newsloom run` or `newsloom rebuild` loads them.",
        harmless=True,
    )
    failed = [one for one in failed_segments(writer.connection) if one.segment in own - loaded]
    yield from _finding("Segments that could not be loaded.", failure_lines(failed), RETRY_REMEDY)
    yield from _finding(
        "Segments that are not loaded yet.",
        sorted(own - loaded - {one.segment for one in failed}),
        "The next `newsloom run` or `newsloom import` loads them.",
        harmless=True,
    )


def _packed(directory: DataDirectory) -> tuple[set[str], list[str]]:
    """The segments in packs, and the problems of packs."""
    names: set[str] = set()
    damaged = [
        f"{path}: its log, which lists the contents, is missing"
        for path in packs.warc_files_without_seal(directory.archive)
    ]
    for pack in packs.all_packs(directory.archive):
        try:
            names.update(pack.index())
        except ArchiveError as error:
            damaged.append(str(error))
            continue
        if not pack.is_whole():
            damaged.append(f"{pack.warc_path}: is missing, or shorter or longer than its log states")
    return names, damaged


def _packed_in_store(directory: DataDirectory) -> tuple[dict[str, IndexEntry], list[str]]:
    """The segments in packs of the archive's store, if it has one, and the problems of these packs."""
    store = store_of(directory.archive)
    if store is None:
        return {}, []
    entries: dict[str, IndexEntry] = {}
    damaged = [f"{url}: its log, which lists the contents, is missing" for url in warc_files_without_seal(store)]
    for pack in store.packs():
        try:
            entries.update(store.index(pack))
            if not store.is_whole(pack):
                damaged.append(f"{store.url(pack.place)}: a file of this pack is shorter or longer than its log states")
        except StoreError:
            raise
        except ArchiveError as error:
            damaged.append(str(error))
    return entries, damaged


def _check_records(writer: Writer, directory: DataDirectory) -> Iterator[Finding]:
    """Read all records of the segments, those of articles and others: listings, requests, rejected pages."""
    pages: list[str] = []
    others: list[str] = []
    for name, stored in groupby(stored_records(writer.connection), key=lambda record: record[0]):
        offsets = {offset for _, offset in stored if offset is not None}
        with LocalCopy(Segment(directory.archive, name)) as copy, RecordReader(copy.segment) as records:
            try:
                for offset, error in records.damage(offsets):
                    (pages if offset in offsets else others).append(str(error))
            except StoreError:
                raise
            except ArchiveError as error:  # the file is missing
                (pages if offsets else others).append(str(error))
    yield from _finding("Stored pages of articles that cannot be read.", pages, RESTORE_REMEDY)
    yield from _finding("Other records of the archive that cannot be read.", others, RESTORE_REMEDY)


def _check_logs(writer: Writer, directory: DataDirectory) -> Iterator[Finding]:
    """Compare each log with the table `fetches`, which was made from it."""
    damaged = []
    for name in segments_with_requests(writer.connection):
        try:
            logged = Counter(_logged(fetch) for fetch in Segment(directory.archive, name).fetches())
        except StoreError:
            raise
        except ArchiveError as error:
            damaged.append(str(error))
            continue
        differing = logged - Counter(requests_of(writer.connection, name))
        damaged += [f"{name}: its log has another request than the table fetches: {one[0]}" for one in differing]
    yield from _finding("Logs that were changed after they were loaded.", damaged, RESTORE_REMEDY)


def _logged(fetch: Fetch) -> Request:
    return (
        fetch.url,
        fetch.source,
        fetch.kind.value,
        fetch.status,
        fetch.bytes,
        fetch.ms,
        fetch.fetched_at.astimezone(UTC),
        fetch.offset,
    )


def _check_published(writer: Writer) -> Iterator[Finding]:
    if writer.is_lake:  # readers see what is committed
        return
    if not writer.public.exists() and count_articles(writer.connection) == 0:
        return
    publish = "The next `newsloom run` or `newsloom import` publishes it again."
    try:
        with connect(writer.public) as reader:
            published = count_articles(reader)
    except (WarehouseError, duckdb.Error) as error:
        yield Finding(f"{writer.public.name} cannot be read.", 1, (str(error),), publish)
        return
    stored = count_articles(writer.connection)
    if published != stored:
        difference = f"{counted(published, 'article')} in the published file, {stored} in the private file"
        yield Finding(f"{writer.public.name} is not up to date.", 1, (difference,), publish, is_harmless=True)
    if storage.is_old(writer.public):
        yield Finding("The published file has an old format.", 1, (), publish, is_harmless=True)


def _finding(what: str, found: list[str], remedy: str = REBUILD_REMEDY, *, harmless: bool = False) -> Iterator[Finding]:
    if found:
        yield Finding(what, len(found), tuple(found[:EXAMPLES]), remedy, harmless)
