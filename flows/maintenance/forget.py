"""Removes everything about an article or a source from the archive, the warehouse and the published file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from crawlers.archive import Kind, Segment
from crawlers.archive.archive_store import store_of
from crawlers.archive.changes import erase_from_segments
from crawlers.archive.copies import LocalCopy
from crawlers.content_codings import GZIP_MAGIC, BodyTooLargeError, unpack_gzip
from crawlers.discovery import url_key_or_none
from crawlers.errors import ArchiveError
from crawlers.limits import MAX_SITEMAP_BYTES
from flows.dedup.recompute import process_queue
from flows.errors import FlowsError
from flows.pipeline.blocklist import Blocklist, add_to_blocklist, placeholder, read_blocklist
from flows.pipeline.classify import classify_fetches
from flows.pipeline.load import origin_of
from flows.pipeline.rows import build_batch
from flows.pipeline.segments import locked_archive
from flows.progress import SilentReporter
from flows.reports.stored_page import url_spellings
from warehouse.dedup.recompute_queue import queue_articles
from warehouse.forgetting.forget import (
    Forgotten,
    archived_of,
    count_traces,
    find_forgotten,
    find_traces,
    keep_offsets,
    remove_traces,
    requests_elsewhere,
    stored_sources,
)
from warehouse.loading.load import add_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from uuid import UUID

    import duckdb

    from crawlers.archive import Fetch
    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from warehouse import Writer


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """The numbers of articles, stored pages and listings, and URLs that were removed.

    `others` counts the articles of other sources that were kept because they have the same text as a removed one, and
    `elsewhere` the segments with something to remove that other machines have: run the same there.
    """

    articles: int
    records: int
    addresses: int
    others: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class StoredCount:
    """The numbers of articles and of stored pages and listings that `forget` would remove.

    Listings that only name a URL are not among them, because they must be read to know.
    """

    articles: int
    pages: int


def count_stored(
    writer: Writer, directory: DataDirectory, *, url: str | None = None, source: str | None = None
) -> StoredCount:
    """What is stored about a URL or a source.

    Raises FlowsError for a source that was never stored nor forgotten, unless another machine may have forgotten it.
    """
    if source is not None and not writer.is_lake and not read_blocklist(directory.private).has_source(source):
        names = stored_sources(writer.connection)
        if source not in names:
            raise FlowsError(f"{source}: unknown source; available: {', '.join(names) or 'none'}")
    return StoredCount(*count_traces(writer.connection, [] if url is None else url_spellings(url), source))


def forget(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    *,
    url: str | None = None,
    source: str | None = None,
) -> ForgetResult:
    """Permanently remove a URL, with its article and all other URLs of that article, or a source.

    If other sources have the text of a removed article, their pages are loaded again, as if the removed source had
    never existed. If the archive no longer has their pages, the article is lost.

    The blocklist comes first, then the archive, then the warehouse, so that you can repeat a call that was killed. What
    remains is the fact and the time of the request, and a hash of its URL. The private file is rewritten, because
    deleted rows stay in a database file as free space. The caller publishes.

    On a lake, the requests that other machines have forgotten are erased from the archive of this one, too.
    """
    if (store := store_of(directory.archive)) is not None:
        store.require(directory.archive)
    with locked_archive(directory):
        addresses = [] if url is None else url_spellings(url)
        blanked = {placeholder(key) for address in addresses if (key := url_key_or_none(address)) is not None}
        found = find_traces(writer.connection, [*addresses, *blanked], source)
        urls = [address for address in found.urls if address not in blanked]
        keys = {address: key for address in urls if (key := url_key_or_none(address)) is not None}
        by_others = find_forgotten(writer.connection) if writer.is_lake else Forgotten()
        # The URLs of a source are not blocked, because another source may list them.
        forgotten = add_to_blocklist(
            directory.private,
            {*by_others.keys, *(keys.values() if source is None else ())},
            () if source is None else (source,),
        )
        records = 0
        needles = tuple(_needles(urls)) if source is None else ()
        segments = [Segment(directory.archive, name) for name in sorted({*found.segments, *by_others.segments})]
        there = [segment for segment in segments if segment.exists()]
        elsewhere = {*found.segments} - {segment.name for segment in there} if writer.is_lake else set()
        for segment, erased in erase_from_segments(there, partial(_replacement, forgotten=forgotten, needles=needles)):
            records += len(erased.offsets)
            # From the log, because `erased` lacks what an earlier, killed call erased.
            kept = [fetch.offset for fetch in segment.fetches() if fetch.offset is not None]
            keep_offsets(writer, segment.name, kept)
        blanks = [*((address, placeholder(key)) for address, key in keys.items()), *((one, one) for one in blanked)]
        archived = [name for name in found.elsewhere if Segment(directory.archive, name).exists()]
        others: set[UUID] = set()

        def in_the_same_transaction(connection: duckdb.DuckDBPyConnection) -> None:
            for name in archived:
                others.update(_load_again(writer, extractor, Segment(directory.archive, name), forgotten))
            queue_articles(connection, others)

        remove_traces(writer, list(keys.values()), source, blanks, archived, in_the_same_transaction)
        process_queue(writer, SilentReporter())
    _remove_runs(directory, needles or (source.encode() if source else b"",))
    writer.rewrite()
    missing = len(archived_of(writer.connection, elsewhere))
    return ForgetResult(len(found.articles), records, len(urls), len(others), missing)


def _load_again(writer: Writer, extractor: Extractor, segment: Segment, forgotten: Blocklist) -> set[UUID]:
    """Load the pages of a segment that had the texts of removed articles; returns the resulting articles."""
    asked = requests_elsewhere(writer.connection, segment.name)
    fetches = [fetch for fetch in segment.fetches() if (fetch.url, fetch.fetched_at) in asked]
    kept = [fetch for fetch in fetches if not forgotten.is_about(fetch)]
    with LocalCopy(segment) as copy:
        classified = classify_fetches(writer, list(extractor.extract(copy.segment, kept)))
    add_batch(writer.connection, build_batch(origin_of(segment.name), classified))
    return {
        one.classification.article_id
        for one in classified
        if one.classification is not None and one.version_id is not None
    }


def _replacement(segment: Segment, fetch: Fetch, forgotten: Blocklist, needles: Sequence[bytes]) -> Fetch | None:
    """The replacement for a fetch, or None to keep it: a listing that names a removed URL loses its content."""
    clean = forgotten.without(fetch)
    if clean.offset is not None and clean.kind not in (Kind.PAGE, Kind.RECORD) and needles:
        try:
            body = segment.read(clean.offset).body
            if body.startswith(GZIP_MAGIC):  # a sitemap.xml.gz
                body = unpack_gzip(body, MAX_SITEMAP_BYTES).content
        except (ArchiveError, BodyTooLargeError):
            body = b""
        if any(needle in body for needle in needles):
            clean = replace(clean, offset=None)
    return None if clean == fetch else clean


def _needles(addresses: Iterable[str]) -> set[bytes]:
    """The spellings of URLs in listings: without the scheme, as they are and escaped for HTML and XML."""
    rests = {address.partition("://")[2] or address for address in addresses}
    return {text.encode() for rest in rests if rest for text in (rest, escape(rest, quote=False))}


def _remove_runs(directory: DataDirectory, needles: Sequence[bytes]) -> None:
    """Remove the plans and logs of runs that mention it."""
    for folder in (directory.private / "runs").glob("*"):
        if any(_mentions(file, needles) for file in folder.glob("*") if file.suffix in (".json", ".log")):
            shutil.rmtree(folder, ignore_errors=True)


def _mentions(file: Path, needles: Sequence[bytes]) -> bool:
    with file.open("rb") as lines:
        return any(needle in line for line in lines for needle in needles if needle)
