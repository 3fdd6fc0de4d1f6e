"""Makes the crawl plan of a run from the sources and from what the warehouse knows about their URLs."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING

from crawlers.archive import Kind, OriginalCapture
from crawlers.discovery import url_key, url_key_or_none, write_sorted_keys
from crawlers.plan.build import date_range, entry_points, page_limit, plan_source
from crawlers.plan.model import DEFAULT_LISTINGS, KNOWN_KEYS_FILE, CrawlPlan, PlannedRequest, write_plan
from crawlers.sources.model import CrawlSettings, Source, Sources, user_agent
from flows.pipeline.blocklist import read_blocklist
from flows.pipeline.failures import failed_page_keys
from flows.pipeline.shorter_urls import drop_known_without_parameters
from warehouse.planning import (
    DueUrl,
    FrontierQuery,
    ListingState,
    StoredCopy,
    due_frontier,
    due_rechecks,
    known_keys,
    listing_states,
)
from warehouse.runs import SourceRow
from warehouse.url_parameters import ignored_parameters

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.data_directory import DataDirectory
    from warehouse import Writer

logger = logging.getLogger("newsloom")

# Listings found by following others (feeds of a front page, children of a sitemap index) are requested again directly,
# because their parent may answer "not modified". Those that changed last are enough to see what is new.
FOUND_LISTINGS = DEFAULT_LISTINGS
# Times that waiting URLs which need no request are replaced by others.
MAX_DROPS = 5
LISTING_KINDS = frozenset({Kind.HOMEPAGE, Kind.FEED, Kind.SITEMAP, Kind.SECTION})


def drop_forgotten_sources(sources: Sources, directory: DataDirectory) -> Sources:
    """The sources without those that `newsloom forget` removed."""
    forgotten = read_blocklist(directory.private)
    kept = tuple(source for source in sources.sources if not forgotten.has_source(source.name))
    for source in sources.sources:
        if forgotten.has_source(source.name):
            logger.warning("source %s is skipped: `newsloom forget` removed it", source.name)
    return sources if len(kept) == len(sources.sources) else sources.model_copy(update={"sources": kept})


def source_rows(sources: Sources) -> list[SourceRow]:
    """The sources as rows of the table `sources`."""
    return [
        SourceRow(
            source=source.name,
            homepage=source.homepage,
            feeds=tuple(source.feeds),
            sitemaps=tuple(source.sitemaps),
            sections=tuple(source.sections),
            language=source.language,
            recheck_hours=recheck_hours(source, sources.settings),
            poll_minutes=tuple(sources.settings.poll_minutes if source.poll_minutes is None else source.poll_minutes),
            keep_parameters=source.keep_parameters or None,
        )
        for source in sources.sources
    ]


def recheck_hours(source: Source, settings: CrawlSettings) -> tuple[float, ...]:
    """The recheck schedule of the source, or the default of the settings."""
    return tuple(settings.recheck_hours if source.recheck_hours is None else source.recheck_hours)


def make_plan(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str, now: datetime) -> Path:
    """Write the plan of a run and return its folder.

    Reads the state of listings, the frontier, the articles that are due for a recheck, and the keys of all known URLs.
    URLs that wait and differ from known ones only by ignored parameters are removed from the frontier.
    The keys go to a file, 8 bytes each, and are never in memory together.
    """
    folder = directory.run(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    states: dict[str, list[ListingState]] = defaultdict(list)
    for state in listing_states(writer.connection, now):
        states[state.source].append(state)
    queries = [FrontierQuery(source.name, page_limit(source), *date_range(source, now)) for source in sources.sources]
    ignored = ignored_parameters(writer.connection)
    due_pages = due_frontier(writer.connection, now, queries)
    for _ in range(MAX_DROPS):
        if not drop_known_without_parameters(writer, ignored, due_pages):
            break
        due_pages = due_frontier(writer.connection, now, queries)
    archived = failed_page_keys(writer, directory)
    waiting = _pages(due_pages, archived)
    rechecks = _pages(due_rechecks(writer.connection, now), archived)
    planned = []
    for source in sources.sources:
        due, other_sitemaps = _listings(source, states[source.name])
        requests = [*due, *rechecks[source.name]]
        parameters = ignored.get(source.name)
        planned.append(
            plan_source(source, sources.settings, requests, now, waiting[source.name], other_sitemaps, parameters)
        )
    # A crawl without requests finds no URLs to compare with the known ones.
    is_idle = not any(source.requests or source.waiting for source in planned)
    for old in folder.parent.glob(f"*/{KNOWN_KEYS_FILE}"):
        old.unlink()  # large (8 bytes for every known URL), and no later run needs it
    also = sorted(archived | read_blocklist(directory.private).keys)
    write_sorted_keys(folder / KNOWN_KEYS_FILE, () if is_idle else known_keys(writer.connection, also))
    write_plan(
        folder,
        CrawlPlan(
            run_id=run_id,
            archive=str(directory.archive),
            user_agent=user_agent(sources.settings),
            segment_pages=sources.settings.segment_pages,
            sources=tuple(planned),
        ),
    )
    return folder


def _pages(due: list[DueUrl], archived: frozenset[int]) -> dict[str, list[PlannedRequest]]:
    """Article pages by source, without those that are in the archive and not loaded yet (`archived`, keys)."""
    pages: dict[str, list[PlannedRequest]] = defaultdict(list)
    for page in due:
        key = url_key_or_none(page.url)
        if key is None or key in archived:  # an imported text has the URL of its file, which no crawl can request
            continue
        pages[page.source].append(
            PlannedRequest(
                page.url,
                Kind.PAGE,
                page.etag,
                page.last_modified,
                published_hint=page.published_hint,
                date=page.date,
                stored=_original(page.stored),
            )
        )
    return pages


def _listings(source: Source, states: list[ListingState]) -> tuple[list[PlannedRequest], dict[str, datetime]]:
    """The due listings of a source, its own and those found by following them, each with its validators.

    The second value has the known sitemaps that are not due, with the time of their last request: an index may state
    that they have changed.
    """
    known: dict[int, ListingState] = {}
    for state in states:
        key = url_key_or_none(state.url)
        if key is None or state.kind not in LISTING_KINDS:
            logger.info("source %s: the stored listing %s has no usable URL", source.name, state.url)
        else:
            known[key] = state
    due = []
    for request in entry_points(source):
        own = known.pop(url_key(request.url), None)
        if own is None or own.kind != request.kind:
            due.append(request)
        elif own.is_due:
            due.append(_planned(own, request.url))
    found = [state for state in known.values() if state.kind != Kind.HOMEPAGE]
    followed = [state for state in found if state.is_due][:FOUND_LISTINGS]
    planned = {state.url for state in followed}
    other_sitemaps = {
        state.url: state.last_asked_at
        for state in found
        if state.kind == Kind.SITEMAP and state.last_asked_at is not None and state.url not in planned
    }
    return due + [_planned(state, state.url) for state in followed], other_sitemaps


def _planned(state: ListingState, url: str) -> PlannedRequest:
    return PlannedRequest(url, Kind(state.kind), state.etag, state.last_modified, stored=_original(state.stored))


def _original(stored: StoredCopy | None) -> OriginalCapture | None:
    return None if stored is None else OriginalCapture(stored.url, stored.at, stored.digest)
