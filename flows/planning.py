"""Making a crawl plan: what the sources name, and what the warehouse knows about it."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.discovery import address_key, write_known
from crawlers.plan import KNOWN, CrawlPlan, PlannedRequest, write_plan
from crawlers.planning import entry_points, plan_source
from crawlers.sources import CrawlSettings, Source, Sources, user_agent
from warehouse.planning import Due, ListingState, due_frontier, due_rechecks, known_keys, listing_states
from warehouse.runs import SourceRow

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.layout import DataDirectory
    from warehouse import Writer

# Listings that were found by following others (feeds of a front page, children of a sitemap index) are asked again by
# themselves, for their parent may say "not modified". Some indexes have a child for every month of decades: those
# that changed last are enough to see what is new.
FOUND_LISTINGS = 50


def source_rows(sources: Sources) -> list[SourceRow]:
    """The sources as the warehouse keeps them."""
    return [
        SourceRow(
            source=source.name,
            homepage=source.homepage,
            feeds=tuple(source.feeds),
            sitemaps=tuple(source.sitemaps),
            sections=tuple(source.sections),
            language=source.language,
            recheck_hours=recheck_hours(source, sources.settings),
        )
        for source in sources.sources
    ]


def recheck_hours(source: Source, settings: CrawlSettings) -> tuple[float, ...]:
    """The source's own schedule, or that of all."""
    return tuple(settings.recheck_hours if source.recheck_hours is None else source.recheck_hours)


def make_plan(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str, now: datetime) -> Path:
    """Write the plan of a run and return its folder.

    Reads the state of listings, what waits in the frontier, what is due for another look, and the keys of all known
    addresses; these go to a file of 8 bytes each and are never in memory together.
    """
    folder = directory.run(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    states: dict[str, list[ListingState]] = defaultdict(list)
    for state in listing_states(writer.connection):
        states[state.source].append(state)
    waiting = _pages(due_frontier(writer.connection, now))
    rechecks = _pages(due_rechecks(writer.connection, now))
    planned = tuple(
        plan_source(
            source,
            sources.settings,
            [*_listings(source, states[source.name]), *rechecks[source.name]],
            waiting[source.name],
        )
        for source in sources.sources
    )
    write_known(
        folder / KNOWN, chain.from_iterable(batch.column(0).to_pylist() for batch in known_keys(writer.connection))
    )
    write_plan(
        folder,
        CrawlPlan(
            run_id=run_id,
            archive=str(directory.archive),
            user_agent=user_agent(sources.settings),
            segment_pages=sources.settings.segment_pages,
            sources=planned,
        ),
    )
    return folder


def _pages(due: list[Due]) -> dict[str, list[PlannedRequest]]:
    """Article pages by source."""
    pages: dict[str, list[PlannedRequest]] = defaultdict(list)
    for page in due:
        pages[page.source].append(
            PlannedRequest(page.url, Kind.PAGE, page.etag, page.last_modified, published_hint=page.published_hint)
        )
    return pages


def _listings(source: Source, states: list[ListingState]) -> list[PlannedRequest]:
    """The source's own listings, then those found by following them, each with its validators."""
    known = {address_key(state.url): state for state in states}
    own = []
    for request in entry_points(source):
        state = known.pop(address_key(request.url), None)
        etag, last_modified = (
            (state.etag, state.last_modified) if state and state.kind == request.kind else (None, None)
        )
        own.append(PlannedRequest(request.url, request.kind, etag, last_modified))
    found = [
        PlannedRequest(state.url, Kind(state.kind), state.etag, state.last_modified)
        for state in known.values()
        if state.kind != Kind.HOMEPAGE
    ]
    return own + found[:FOUND_LISTINGS]
