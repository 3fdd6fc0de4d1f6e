"""`newsloom forget`: everything about an address or a source goes, from archive, warehouse and what was published."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from crawlers.archive import Kind, Segment
from crawlers.archive.erase import erase_from_segments
from crawlers.discovery import url_key_or_none
from crawlers.errors import ArchiveError
from flows.dedup.recompute import process_queue
from flows.pipeline.blocklist import Blocklist, add_to_blocklist
from flows.pipeline.classify import classify_fetches
from flows.pipeline.load import origin_of
from flows.pipeline.rows import build_batch
from flows.pipeline.segments import locked_archive
from flows.progress import SilentReporter
from flows.reports.stored_page import url_spellings
from warehouse.dedup.recompute_queue import queue_articles
from warehouse.forgetting.forget import find_traces, keep_offsets, remove_traces, requests_elsewhere
from warehouse.loading.load import enter

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
    """What was removed: articles, stored pages and listings, addresses.

    `others` are articles that stand in the place of a source's, because other sources have their text, too.
    """

    articles: int
    records: int
    addresses: int
    others: int = 0


def forget(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    *,
    url: str | None = None,
    source: str | None = None,
) -> ForgetResult:
    """Remove an address, with the article it leads to and all its other addresses, or a source; for good.

    What other sources had of a source's articles is loaded anew, as though the source had never been; where the archive
    no longer has it, it goes with the article.

    First it is written down that it is to stay out, then it is taken out of the archive, then out of the warehouse: a
    call that was killed can be repeated. What stays is that something was fetched, when, and a hash of its address.
    The private file is written anew, because deleted rows stay in a database file as free space. Publishing is the
    caller's.
    """
    with locked_archive(directory):
        found = find_traces(writer.connection, [] if url is None else url_spellings(url), source)
        keys = {address: key for address in found.addresses if (key := url_key_or_none(address)) is not None}
        # A source's addresses are not kept out by themselves: another source may bring them.
        forgotten = add_to_blocklist(
            directory.private, keys.values() if source is None else (), () if source is None else (source,)
        )
        records = 0
        needles = tuple(_needles(found.addresses)) if source is None else ()
        segments = (Segment(directory.archive, name) for name in found.segments)
        there = (segment for segment in segments if segment.exists())
        for segment, erased in erase_from_segments(there, partial(_replacement, forgotten=forgotten, needles=needles)):
            records += len(erased.offsets)
            # Of the log rather than of `erased`, which knows nothing of what a killed call erased.
            kept = [fetch.offset for fetch in segment.fetches() if fetch.offset is not None]
            keep_offsets(writer, segment.name, kept)
        blanks = [(address, f"forgotten:{key:016x}") for address, key in keys.items()]
        archived = [name for name in found.elsewhere if Segment(directory.archive, name).exists()]
        others: set[UUID] = set()

        def with_the_removal(connection: duckdb.DuckDBPyConnection) -> None:
            for name in archived:
                others.update(_load_again(writer, extractor, Segment(directory.archive, name), forgotten))
            queue_articles(connection, others)

        remove_traces(writer, list(keys.values()), source, blanks, archived, with_the_removal)
        process_queue(writer, SilentReporter())
    _remove_runs(directory, needles or (source.encode() if source else b"",))
    writer.rewrite()
    return ForgetResult(len(found.articles), records, len(found.addresses), len(others))


def _load_again(writer: Writer, extractor: Extractor, segment: Segment, forgotten: Blocklist) -> set[UUID]:
    """Load a segment's pages that were about a forgotten source's articles; gives the articles that came of them."""
    asked = requests_elsewhere(writer.connection, segment.name)
    fetches = [fetch for fetch in segment.fetches() if (fetch.url, fetch.fetched_at) in asked]
    kept = [fetch for fetch in fetches if not forgotten.is_about(fetch)]
    classified = classify_fetches(writer, list(extractor.extract(segment, kept)))
    enter(writer.connection, build_batch(origin_of(segment.name), classified))
    return {
        one.classification.article_id
        for one in classified
        if one.classification is not None and one.version_id is not None
    }


def _replacement(segment: Segment, fetch: Fetch, forgotten: Blocklist, needles: Sequence[bytes]) -> Fetch | None:
    """What is to stand in place of a fetch: nothing of it, or a listing without its content where that names it."""
    clean = forgotten.without(fetch)
    if clean.offset is not None and clean.kind not in (Kind.PAGE, Kind.RECORD) and needles:
        try:
            body = segment.read(clean.offset).body
        except ArchiveError:
            body = b""
        if any(needle in body for needle in needles):
            clean = replace(clean, offset=None)
    return None if clean == fetch else clean


def _needles(addresses: Iterable[str]) -> set[bytes]:
    """How the addresses stand in listings: without their scheme, as they are and escaped for HTML and XML."""
    rests = {address.partition("://")[2] or address for address in addresses}
    return {text.encode() for rest in rests if rest for text in (rest, escape(rest, quote=False))}


def _remove_runs(directory: DataDirectory, needles: Sequence[bytes]) -> None:
    """Plans and logs of runs that name it."""
    for folder in (directory.private / "runs").glob("*"):
        if any(_mentions(file, needles) for file in folder.glob("*") if file.suffix in (".json", ".log")):
            shutil.rmtree(folder, ignore_errors=True)


def _mentions(file: Path, needles: Sequence[bytes]) -> bool:
    with file.open("rb") as lines:
        return any(needle in line for line in lines for needle in needles if needle)
