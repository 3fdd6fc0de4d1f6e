"""Tries sources: crawls a few listings and pages of each in a temporary archive, and classifies the result."""

from __future__ import annotations

import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.archive import Fetch, Kind, Outcome, sealed_segments
from crawlers.counts import counted
from crawlers.discovery import write_keys
from crawlers.extraction import Article, Rejection, RejectionReason
from crawlers.plan.model import KNOWN_KEYS_FILE, CrawlPlan, PlannedSource, write_plan
from crawlers.politeness.refusals import LATER
from flows.pipeline.crawl import Crawl
from flows.pipeline.extract import Extractor
from flows.progress import SilentReporter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from flows.progress import Reporter

PAGES = 3  # article pages tried per source
LISTINGS = 12  # followed in addition to those that the source names: all usual locations, for one
STALE = timedelta(days=30)  # a feed without newer articles is of no use for news
REFUSALS = frozenset({401, 403, 406, 429, 451, 503})  # statuses by which servers turn crawlers away


@dataclass(frozen=True, slots=True)
class Probe:
    """What a source answered: its listings, and its pages with their articles or rejections."""

    listings: tuple[Fetch, ...]
    pages: tuple[tuple[Fetch, Article | Rejection | None], ...]

    @property
    def languages(self) -> Counter[str]:
        """How many articles there are in each language."""
        return Counter(found.language for _, found in self.pages if isinstance(found, Article) and found.language)


class SourceState(StrEnum):
    """Whether a source works, and if not, why."""

    WORKS = "works"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    ROBOTS = "disallowed by robots.txt"
    OPTED_OUT = "opted out of text and data mining"
    NO_FEED = "no feed"
    EMPTY = "empty"
    STALE = "stale"
    PAYWALLED = "paywalled"
    NOT_ARTICLES = "not articles"


def probe(sources: Sequence[PlannedSource], user_agent: str, reporter: Reporter | None = None) -> dict[str, Probe]:
    """Crawl some listings and pages of each source in a temporary archive. Lower limits of a source apply."""
    with tempfile.TemporaryDirectory(prefix="newsloom-") as folder, Extractor() as extractor:
        plan, archive = Path(folder) / "plan", Path(folder) / "archive"
        plan.mkdir()
        write_keys(plan / KNOWN_KEYS_FILE, ())
        write_plan(plan, CrawlPlan(secrets.token_hex(6), str(archive), user_agent, 500, tuple(sources)))
        reporter = reporter or SilentReporter()
        reporter.step(f"trying {counted(len(sources), 'source')}")
        crawl = Crawl(plan, reporter)
        try:
            crawl.wait()
        finally:
            crawl.stop()
        lines: list[tuple[Fetch, Article | Rejection | None]] = []
        for segment in sealed_segments(archive):
            fetches = list(segment.fetches())
            reporter.step(f"reading {counted(len(fetches), 'answer')}")
            lines += ((line.fetch, line.content) for line in extractor.extract(segment, fetches))
    return {
        source.name: Probe(
            _listings_of(source, [fetch for fetch, _ in lines if fetch.kind is not Kind.PAGE]),
            tuple(line for line in lines if line[0].source == source.name and line[0].kind is Kind.PAGE),
        )
        for source in sources
    }


def _listings_of(source: PlannedSource, listings: Sequence[Fetch]) -> tuple[Fetch, ...]:
    """The listings of a source, with those that were fetched for another one, because a crawl requests a URL once."""
    urls = {request.url for request in source.requests}
    urls |= {found.url for fetch in listings if fetch.source == source.name for found in fetch.listings}
    return tuple(fetch for fetch in listings if fetch.source == source.name or fetch.url in urls)


def classify(found: Probe, now: datetime) -> tuple[SourceState, str]:
    """The state of a source, and a summary of what was found, for the user."""
    read = [fetch for fetch in found.listings if fetch.outcome is Outcome.FETCHED]
    if not read:
        return _classify_unread(found.listings)
    links = [link for fetch in read for link in fetch.links]
    if not links:
        return SourceState.EMPTY, f"{counted(len(read), 'listing')} read, but no articles listed"
    newest = max((link.published_at for link in links if link.published_at is not None), default=None)
    summary = f"{counted(len(links), 'article')} listed"
    if newest is not None:
        summary += f", the newest from {newest:%Y-%m-%d}"
        if now - newest > STALE:
            return SourceState.STALE, f"{summary}, and none from the last {STALE.days} days"
    state, seen = _classify_pages(found.pages)
    return state, f"{summary}; {seen}"


def _classify_unread(listings: Sequence[Fetch]) -> tuple[SourceState, str]:
    states = Counter(
        (
            SourceState.BLOCKED
            if fetch.status in REFUSALS
            else _LISTING_STATES.get(fetch.reason or "", SourceState.UNREACHABLE)
        )
        for fetch in listings
    )
    state = states.most_common(1)[0][0] if states else SourceState.NO_FEED
    return state, reasons(listings, "nothing was read") or "nothing to request"


def reasons(listings: Iterable[Fetch], otherwise: str) -> str:
    """Why listings are of no use, each reason once: with the first URL, and the number of further ones."""
    urls: dict[str, list[str]] = {}
    for fetch in listings:
        same = urls.setdefault((fetch.detail or "").removesuffix(LATER) or fetch.reason or otherwise, [])
        if fetch.url not in same:
            same.append(fetch.url)
    return "; ".join(f"{first}{_and_more(len(rest))}: {reason}" for reason, (first, *rest) in urls.items())


_LISTING_STATES = {
    "robots": SourceState.ROBOTS,
    "bad_listing": SourceState.NO_FEED,
    "http_status": SourceState.NO_FEED,
}


def _classify_pages(pages: Sequence[tuple[Fetch, Article | Rejection | None]]) -> tuple[SourceState, str]:
    if not pages:
        return SourceState.WORKS, "no page was tried"
    articles = [found for _, found in pages if isinstance(found, Article)]
    rejected = Counter(found.reason for _, found in pages if isinstance(found, Rejection))
    failed = Counter(fetch.reason or fetch.outcome for fetch, found in pages if found is None)
    refused = sum(fetch.status in REFUSALS for fetch, _ in pages)
    summary = f"{counted(len(articles), 'article')} on {counted(len(pages), 'page')}"
    summary += "".join(f", {count} {reason}" for reason, count in (*rejected.items(), *failed.items()))
    not_free = sum(article.is_free is False for article in articles)
    if not_free:
        summary += f", {not_free} not free to read"
    if articles:
        return SourceState.WORKS, summary
    if refused or rejected[RejectionReason.BOT_CHALLENGE] or rejected[RejectionReason.CONSENT_WALL]:
        return SourceState.BLOCKED, summary
    if failed["robots"]:
        return SourceState.ROBOTS, summary
    if failed["opted_out"]:
        return SourceState.OPTED_OUT, summary
    if rejected[RejectionReason.PAYWALL]:
        return SourceState.PAYWALLED, summary
    return (SourceState.NOT_ARTICLES if rejected else SourceState.UNREACHABLE), summary


def _and_more(number: int) -> str:
    return f" and {counted(number, 'more URL')}" if number else ""
