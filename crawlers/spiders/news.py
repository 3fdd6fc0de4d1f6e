"""The spider: requests what its plan names, follows listings, archives every response.

scrapy crawl news -a plan=FOLDER                    as `newsloom run` starts it
scrapy crawl news -a sources=sources.toml [-a source=NAME] [-a archive=FOLDER]
                                                    without a warehouse
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy import Request, signals
from twisted.internet.task import LoopingCall

from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
from crawlers.discovery import BadListingError, KnownUrls
from crawlers.errors import ArchiveError
from crawlers.extensions.fast_stop import CRAWL_STOPPING, RequestDropped
from crawlers.limits import MAX_PAGE_BYTES
from crawlers.locking import lock_archive
from crawlers.plan.model import CrawlPlan, PlannedRequest, PlannedSource, known_keys_file, read_plan
from crawlers.plan.shards import HandedOver, HandoverFile
from crawlers.politeness.hosts import ACCESS_POLICY, DELAY, IS_PAGE
from crawlers.politeness.opt_outs import opt_out
from crawlers.politeness.refusals import OtherShard
from crawlers.spiders.budget import CrawlBudget
from crawlers.spiders.exchanges import to_exchange
from crawlers.spiders.failures import FailureReason
from crawlers.spiders.listing_reader import ListingReader
from crawlers.spiders.listings import FetchedListing, ListingContent, sitemaps_in_robots
from crawlers.spiders.log_entries import (
    fetch_from_failure,
    fetch_from_response,
    fetch_of_opt_out,
    mark_unchanged,
    with_left_out,
)
from crawlers.spiders.seen import SeenUrls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

LISTING_DEPTH = 3  # front page -> sitemap index -> sitemap
REPORT_EVERY = 1.0  # seconds
# Without any delay, Scrapy 2.19 sends everything that is queued for a host at once, whatever its concurrency: its
# downloader checks for a free slot before it counts the previous request as active.
MIN_DELAY = 0.001
GONE = (404, 410)
REDIRECT_TIMES = "redirect_times"  # Scrapy's key in a request's meta
MAX_AGE = 365  # days; older pages all have the same priority


class NewsSpider(scrapy.Spider):
    """Crawls by a plan into archive segments. The module docstring explains the arguments."""

    name = "news"

    def __init__(self, plan: CrawlPlan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.access_policies = {source.name: source.access_policy() for source in plan.sources}
        self.budgets = {source.name: CrawlBudget(source) for source in plan.sources}
        self.started = datetime.now(UTC)
        self.sitemaps: dict[str, tuple[str, ...]] = {}  # by host, from its robots.txt
        self.counts = dict.fromkeys(("listings", "pages", "waiting"), 0)
        self.listing_reader = ListingReader()
        self.resources = ExitStack()
        self.handovers: HandoverFile | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        """Called by Scrapy; `kwargs` are the -a arguments, all strings."""
        folder = kwargs.pop("plan", None)
        if folder is not None:
            plan = read_plan(Path(folder))
            known = known_keys_file(Path(folder), plan)
        else:
            from crawlers.plan.standalone import standalone_plan

            plan, known = standalone_plan(**kwargs), None
        settings = crawler.settings
        settings.set("USER_AGENT", plan.user_agent, priority="spider")
        delay = max(MIN_DELAY, min((source.delay for source in plan.sources), default=1.0))
        settings.set("DOWNLOAD_DELAY", delay, priority="spider")
        settings.set("DOWNLOAD_SLOTS", _slots(plan), priority="spider")
        settings.set("SHARD", plan.shard, priority="spider")
        settings.set("SHARDS", plan.shards, priority="spider")
        spider = cls(plan)
        spider._set_crawler(crawler)
        spider.open(known)
        if folder is not None and plan.shards > 1:
            spider.handovers = spider.resources.enter_context(HandoverFile(Path(folder)))
        crawler.signals.connect(spider.opened, signal=signals.spider_opened)
        crawler.signals.connect(spider.robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(spider.listing_reader.stop, signal=CRAWL_STOPPING)
        return spider

    def open(self, known: Path | None) -> None:
        """Open the archive and the known URLs. Raises CrawlersError if another crawl has locked the archive."""
        archive = Path(self.plan.archive)
        is_shard = self.plan.shards > 1
        lock = lock_archive(archive, wait=10.0, shared=is_shard)
        self.resources.callback(lock.release)
        known_urls = self.resources.enter_context(KnownUrls(known)) if known is not None else None
        self.seen = SeenUrls(self.plan.sources, known_urls)
        self.writer = self.resources.enter_context(
            SegmentWriter(
                archive,
                self.plan.run_id,
                max_pages=self.plan.segment_pages,
                on_sealed=self.sealed,
                shard=self.plan.shard if is_shard else None,
            )
        )

    def opened(self) -> None:
        """Signal handler: the reactor is running."""
        timer = LoopingCall(self.tick)
        timer.start(REPORT_EVERY, now=False)
        self.resources.callback(timer.stop)

    def closed(self, reason: str) -> None:
        """Called by Scrapy at the end: seal the open segment, release the archive."""
        self.listing_reader.stop()
        self.resources.close()
        self.report(progress=self.counts)

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Signal handler: remember the sitemaps in a robots.txt."""
        robots_url = urljoin(request.url, "/robots.txt")
        self.sitemaps[urlsplit(robots_url).netloc] = sitemaps_in_robots(robotparser.rp.sitemaps, robots_url)

    def tick(self) -> None:
        """Called every second: seal a segment that has been open for too long, report progress."""
        self.writer.seal_if_old()
        self.report(progress=self.counts)

    def sealed(self, segment: str) -> None:
        """Report that a segment is complete."""
        self.report(sealed=segment)

    def report(self, **event: Any) -> None:
        """Write an event as a JSON line to standard output, for the run that started the crawl."""
        if self.crawler.settings.getint("PARENT_PID"):
            sys.stdout.write(json.dumps(event) + "\n")
            sys.stdout.flush()

    async def start(self) -> AsyncIterator[Request]:
        """The requests for what the plan names."""
        for source in self.plan.sources:
            for planned in source.requests:
                request = self.request(source, planned, planned.depth)
                if request is not None:
                    yield request
                elif planned.kind is not Kind.PAGE:
                    for waiting in self.follow(source, self.budgets[source.name].listing_closed()):
                        yield waiting
            if all(planned.kind is Kind.PAGE for planned in source.requests):
                for waiting in self.follow(source, self.budgets[source.name].waiting_pages()):
                    yield waiting

    def request(self, source: PlannedSource, planned: PlannedRequest, depth: int) -> Request | None:
        """The request for a URL, or None if this crawl has requested it already."""
        is_new = planned.kind is Kind.PAGE and planned.stored is None
        if not self.seen.claim(planned.url, source.name if is_new else None):
            return None
        self.counts["waiting"] += 1
        if planned.kind is Kind.PAGE:
            return self.page_request(planned.redirected_to or planned.url, source, planned, [planned.url])
        return Request(
            planned.redirected_to or planned.url,
            callback=self.on_listing,
            errback=self.on_error,
            headers=_conditions(planned),
            cb_kwargs={"source": source, "planned": planned, "depth": depth},
            meta={
                ACCESS_POLICY: self.access_policies[source.name],
                DELAY: source.delay,
                REDIRECT_TIMES: planned.redirects,
            },
            priority=10,
            dont_filter=True,  # SeenUrls does that: it knows the spellings of a URL
        )

    def page_request(self, url: str, source: PlannedSource, planned: PlannedRequest, tried: list[str]) -> Request:
        """The request for a page at one of its URLs; `tried` are the URLs requested so far, this one included."""
        return Request(
            url,
            callback=self.on_page,
            errback=self.on_error,
            headers=_conditions(planned),
            cb_kwargs={"source": source, "planned": planned, "tried": tried},
            meta={
                ACCESS_POLICY: self.access_policies[source.name],
                DELAY: source.delay,
                REDIRECT_TIMES: planned.redirects,
                IS_PAGE: planned.stored is None,  # rechecks of known pages do not count
                "download_maxsize": MAX_PAGE_BYTES,
            },
            priority=-self._age(planned.date),
            dont_filter=True,
        )

    def on_page(
        self, response: Response, source: PlannedSource, planned: PlannedRequest, tried: list[str]
    ) -> Iterator[Request]:
        """Archive an article page. If it is missing at this URL, try its other URLs first."""
        if response.status in GONE:
            fallback = self.seen.next_fallback(source.name, planned.url, tried)
            if fallback is not None:
                yield self.page_request(fallback, source, planned, tried)
                return
        fetch = fetch_from_response(source.name, planned, response)
        content = None if fetch.outcome is Outcome.FAILED else to_exchange(response, planned.stored)
        if source.respect_opt_outs and content is not None:
            opted_out = opt_out(content.response_headers, response.body)
            if opted_out is not None:
                self.store(fetch_of_opt_out(source.name, planned, response.status, opted_out), None)
                return
        self.store(mark_unchanged(fetch, content), content)

    async def on_listing(
        self, response: Response, source: PlannedSource, planned: PlannedRequest, depth: int
    ) -> AsyncIterator[Request]:
        """Archive a listing with the new links in it, and follow these."""
        content = to_exchange(response, planned.stored)
        fetch = mark_unchanged(fetch_from_response(source.name, planned, response), content)
        listing = ListingContent()
        if fetch.outcome is Outcome.FETCHED:
            try:
                listing = await self.listing_reader.read(self._fetched(response, planned.kind))
            except asyncio.CancelledError:
                return  # the crawl is about to end: as if the listing had not been requested
            except BadListingError as error:
                fetch = replace(fetch, outcome=Outcome.FAILED, reason=FailureReason.BAD_LISTING, detail=str(error))
            except Exception as error:
                self.logger.exception("could not read the listing %s", response.url)
                problem = f"{type(error).__name__}: {error}"
                fetch = replace(fetch, outcome=Outcome.FAILED, reason=FailureReason.INTERNAL_ERROR, detail=problem)
        links, left_out = self.seen.new_links(source.name, planned.kind, listing.links)
        listings, too_old = self.seen.new_listings(source.name, listing.listings)
        left_out.update({"listings that have not changed since": too_old} if too_old else {})
        detail = with_left_out(fetch.detail or listing.problem, left_out)
        self.store(replace(fetch, links=tuple(links), listings=tuple(listings), detail=detail), content)
        budget = self.budgets[source.name]
        if depth < LISTING_DEPTH:
            for request in self.follow(source, budget.listings(listings), depth + 1):
                yield request
        for request in self.follow(source, budget.pages(links)):
            yield request
        for request in self.follow(source, budget.listing_closed()):
            yield request

    def _fetched(self, response: Response, kind: Kind) -> FetchedListing:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        sitemaps = self.sitemaps.get(urlsplit(response.url).netloc, ())
        return FetchedListing(kind, response.url, response.body, content_type, sitemaps)

    def follow(self, source: PlannedSource, wanted: Iterable[PlannedRequest], depth: int = 0) -> Iterator[Request]:
        """The requests for those URLs that this crawl has not requested yet."""
        for planned in wanted:
            request = self.request(source, planned, depth)
            if request is not None:
                if planned.kind is not Kind.PAGE:
                    self.budgets[source.name].listing_opened()
                yield request

    def on_error(self, failure: Failure) -> Iterator[Request]:
        """Log a request that got no response."""
        if isinstance(failure.value, RequestDropped):
            return  # as if no listing had named the URL yet: the next crawl will find it again
        if isinstance(failure.value, OtherShard):
            yield from self.hand_over(failure.request)  # type: ignore[attr-defined]
            return
        arguments = failure.request.cb_kwargs  # type: ignore[attr-defined]
        fetch = fetch_from_failure(arguments["source"].name, arguments["planned"], failure)
        if fetch.reason == FailureReason.INTERNAL_ERROR:
            self.logger.error("%s", failure.getTraceback())
        self.store(fetch, None)
        if fetch.kind is not Kind.PAGE:
            source = arguments["source"]
            yield from self.follow(source, self.budgets[source.name].listing_closed())

    def hand_over(self, request: Request) -> Iterator[Request]:
        """Leave a request to the shard that its host belongs to."""
        assert self.handovers is not None, "only a shard refuses hosts"
        source: PlannedSource = request.cb_kwargs["source"]
        planned: PlannedRequest = request.cb_kwargs["planned"]
        self.counts["waiting"] -= 1
        self.handovers.add(
            HandedOver(
                source.name,
                replace(
                    planned,
                    redirected_to=None if request.url == planned.url else request.url,
                    redirects=request.meta.get(REDIRECT_TIMES, 0),
                    depth=request.cb_kwargs.get("depth", 0),
                ),
            )
        )
        if planned.kind is not Kind.PAGE:
            yield from self.follow(source, self.budgets[source.name].listing_closed())

    def _age(self, date: datetime | None) -> int:
        """The age of a page in days, at most MAX_AGE; pages without a date count as one day old."""
        return 1 if date is None else min(max((self.started - date).days, 0), MAX_AGE)

    def store(self, fetch: Fetch, content: Exchange | None) -> None:
        """Write a log entry and, if there is any, the content to the archive."""
        self.counts["waiting"] -= 1
        self.counts["pages" if fetch.kind is Kind.PAGE else "listings"] += 1
        try:
            self.writer.add(fetch, content)
        except ArchiveError:
            # The disk is full or broken: everything else that is fetched would be lost too.
            self.logger.exception("cannot write to the archive; the crawl stops")
            if self.crawler.engine is not None:
                self.crawler.engine.close_spider(self, "archive_failed")


def _slots(plan: CrawlPlan) -> dict[str, dict[str, float]]:
    """The delay of each host that the plan names, for Scrapy's DOWNLOAD_SLOTS; the longer one of two sources.

    Hosts that listings or redirects name get theirs with the first request (`crawlers.politeness.hosts.HostGate`).
    """
    slots: dict[str, dict[str, float]] = {}
    for source in plan.sources:
        for host in {urlsplit(request.url).hostname or "" for request in source.requests}:
            delay = max(source.delay, slots.get(host, {}).get("delay", MIN_DELAY))
            slots[host] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
    return slots


def _conditions(planned: PlannedRequest) -> dict[str, str]:
    """The headers that make a request conditional."""
    headers = {"If-None-Match": planned.etag, "If-Modified-Since": planned.last_modified}
    return {name: value for name, value in headers.items() if value}
