"""One segment from the archive into the warehouse: extract, find duplicates, load."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.archive import Segment, loose_segments, salvage_segments, sealed_segments
from crawlers.archive.erase import erase_from_segment
from crawlers.archive.packs import newest_packed_segments
from crawlers.errors import ArchiveError
from crawlers.extraction import EXTRACTOR_VERSION
from crawlers.locking import lock_archive
from flows.dedup.exact import Classification, Verdict, classify_all
from flows.dedup.run import deduplicate
from flows.dedup.upkeep import refresh_idf_if_grown
from flows.pipeline.blocklist import Forgotten, blank, read_forgotten
from flows.pipeline.diff import compare
from flows.pipeline.failures import loading_order
from flows.pipeline.new_texts import new_texts
from flows.pipeline.pages import read_page
from flows.pipeline.rows import Origin, build_batch, is_page
from flows.timing import Spent, spent
from warehouse.loading.load import load_segment, loaded_fetches, loaded_segments
from warehouse.lookup import articles_by_fetch_key, articles_by_text, current_texts, stored_articles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    import duckdb

    from crawlers.archive import Fetch
    from flows.data_directory import DataDirectory
    from flows.pipeline.extract import Extractor
    from flows.pipeline.pages import Page
    from warehouse import Writer
    from warehouse.loading.load import Batch

logger = logging.getLogger("newsloom")
# How long to wait for a crawl whose run was killed: it looks for its parent twice a second.
ORPHAN_SECONDS = 30.0


def run_of(segment: str) -> str:
    """The run that made a segment: the part of its name before the counter."""
    return segment.split("-")[-2]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What loading a segment came to: rows by outcome, pages only, and the seconds that each step took."""

    segment: str
    outcomes: dict[str, int]
    seconds: float
    times: Spent = field(default_factory=Spent)


@dataclass(frozen=True, slots=True)
class OpenLoad:
    """A sealed segment whose extraction goes on in the workers."""

    segment: Segment
    forgotten: Forgotten
    pages: Iterable[Page]
    started: datetime

    def extracted(self) -> OpenLoad:
        """The same once the workers are done with it."""
        return replace(self, pages=list(self.pages))


def begin(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> OpenLoad | None:
    """Have a sealed segment extracted; None where the ledger has it already."""
    if loaded_fetches(writer.connection, name) is not None:
        return None
    started = datetime.now(UTC)
    segment = Segment(directory.archive, name)
    forgotten = read_forgotten(directory.private)
    fetches = _without_forgotten(segment, forgotten)
    return OpenLoad(segment, forgotten, extractor.read(segment, fetches), started)


def load(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> LoadResult | None:
    """Load a sealed segment; None where the ledger has it already.

    Raises TransientWarehouseError when the disk fails; nothing is loaded then, and the call can be repeated.
    """
    begun = begin(writer, extractor, directory, name)
    return None if begun is None else finish(writer, begun)


def finish(writer: Writer, begun: OpenLoad) -> LoadResult | None:
    """Load a segment that is being extracted, with its duplicates and stories, in one transaction; as `load`."""
    times: Spent = Spent()
    with spent(times, "extract"):
        pages = list(begun.pages)
        pages = _without_forgotten_articles(begun.segment, pages, begun.forgotten)
    with spent(times, "load"), writer.one_thread():
        classifications, batch = judged(writer, begun.segment.name, pages)
        now = datetime.now(UTC)
        new_articles, other_publications = new_texts(writer.connection, pages, classifications, batch.rows)

        def with_the_load(connection: duckdb.DuckDBPyConnection) -> None:
            deduplicate(connection, new_articles, other_publications, now, times)

        run_id = run_of(begun.segment.name)
        if not load_segment(writer, begun.segment.name, run_id, EXTRACTOR_VERSION, batch, now, with_the_load):
            return None
        with spent(times, "stories"), writer.transaction() as connection:
            refresh_idf_if_grown(connection, now, {one.article_id: one.features.terms for one in new_articles})
    times["load"] -= times["duplicates"] + times["stories"]
    outcomes: dict[str, int] = {}
    for kind, outcome in zip(batch.rows["kind"].to_pylist(), batch.rows["outcome"].to_pylist(), strict=True):
        if kind in ("page", "record"):
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return LoadResult(begun.segment.name, outcomes, (datetime.now(UTC) - begun.started).total_seconds(), times)


def judged(writer: Writer, segment: str, pages: list[Page]) -> tuple[list[Classification | None], Batch]:
    """Pages of a segment against what is held: what each is to the warehouse, and the rows that come of them."""
    classifications = _judge(writer, pages)
    looked_at = _looked_at(writer, pages, classifications)
    _compare(writer, pages, classifications)
    origin = Origin(segment, run_of(segment), EXTRACTOR_VERSION)
    return classifications, build_batch(origin, pages, classifications, looked_at)


def _judge(writer: Writer, pages: list[Page]) -> list[Classification | None]:
    identities = [page.identity for page in pages if page.identity is not None]
    held = stored_articles(writer.connection, [identity.article_id for identity in identities])
    texts = articles_by_text(writer.connection, [identity.text_hash for identity in identities])
    verdicts = iter(classify_all(identities, held, texts))
    return [None if page.identity is None else next(verdicts) for page in pages]


def _without_forgotten(segment: Segment, forgotten: Forgotten) -> list[Fetch]:
    """The log without what is to stay out; the archive loses it, too."""
    fetches = list(segment.fetches())
    clean = [forgotten.without(fetch) for fetch in fetches]
    if clean != fetches:
        erase_from_segment(segment, lambda fetch: forgotten.without(fetch))
    return clean


def _without_forgotten_articles(segment: Segment, pages: list[Page], forgotten: Forgotten) -> list[Page]:
    """The same for pages that name a forgotten address as their own."""
    known = {page.fetch.offset: page for page in pages if forgotten.has_address(page.fields.get("article_url"))}
    if not known:
        return pages
    erase_from_segment(segment, lambda fetch: blank(fetch, hide_source=False) if fetch.offset in known else None)
    return [
        read_page(blank(page.fetch, hide_source=False), None) if page.fetch.offset in known else page for page in pages
    ]


def _compare(writer: Writer, pages: list[Page], classifications: list[Classification | None]) -> None:
    """Enter into each new version how much it changed."""
    articles = [(page, verdict) for page, verdict in zip(pages, classifications, strict=True) if verdict is not None]
    texts = current_texts(
        writer.connection, [verdict.article_id for _, verdict in articles if verdict.verdict is Verdict.UPDATED]
    )
    for page, classification in articles:
        if classification.verdict is Verdict.UPDATED:
            edit = compare(texts[classification.article_id], page.fields["text"])
            page.fields.update(words_added=edit.words_added, words_removed=edit.words_removed, diff=edit.diff)
        if classification.verdict in (Verdict.LOADED, Verdict.UPDATED):
            texts[classification.article_id] = page.fields["text"]


def _looked_at(writer: Writer, pages: list[Page], classifications: list[Classification | None]) -> list[UUID | None]:
    """The held article behind an answer that gave none: not modified, gone, or no longer an article."""
    keys = [
        page.fields["url_key"] if classification is None and is_page(page.fetch) else None
        for page, classification in zip(pages, classifications, strict=True)
    ]
    held = articles_by_fetch_key(writer.connection, [key for key in keys if key is not None])
    return [None if key is None else held.get(key) for key in keys]


def pending_segments(writer: Writer, directory: DataDirectory) -> list[str]:
    """Segments that are sealed and not loaded, oldest first, then some of those that an earlier run could not load.

    What a killed crawl left open is sealed first.
    """
    if not directory.archive.is_dir():
        return []
    with locked_archive(directory):
        for name in salvage_segments(directory.archive):
            logger.info("segment %s of a crawl that was killed: salvaged", name)
    segments = (
        loose_segments(directory.archive) if _has_packed(writer, directory) else sealed_segments(directory.archive)
    )
    names = [segment.name for segment in segments]
    loaded = loaded_segments(writer.connection, names)
    return loading_order(writer, [name for name in names if name not in loaded])


def _has_packed(writer: Writer, directory: DataDirectory) -> bool:
    """Whether what is packed is loaded, as it was when it was packed.

    It is not where the warehouse was lost, or restored from before then. Segments are loaded oldest first, so a look at
    the last ones is enough.
    """
    try:
        packed = newest_packed_segments(directory.archive)
    except ArchiveError as error:
        logger.warning("%s", error)  # no reason to load nothing else
        return True
    return len(loaded_segments(writer.connection, list(packed))) == len(packed)


@contextmanager
def locked_archive(directory: DataDirectory) -> Iterator[None]:
    """While nobody crawls into the archive: a crawl that outlives its run for a moment is waited for."""
    lock = lock_archive(directory.archive, wait=ORPHAN_SECONDS)
    try:
        yield
    finally:
        lock.release()
