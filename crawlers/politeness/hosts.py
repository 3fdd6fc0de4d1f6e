"""The registry of a crawl's hosts: failures in a row, pages requested, time waited, hosts given up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotConfigured,
)

from crawlers.discovery.sites import shard_of
from crawlers.limits import MAX_HOST_WAIT_SECONDS
from crawlers.politeness.ip_ranges import AccessPolicy
from crawlers.politeness.network_errors import describe_network_error
from crawlers.politeness.refusals import HostLimit, HostUnresponsive, OtherShard, Refused

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

ACCESS_POLICY = "access_policy"  # key in a request's meta: the AccessPolicy of its source
DELAY = "delay"  # key in a request's meta: the delay of its source, in seconds
IS_PAGE = "is_page"  # key in a request's meta: whether it counts as a page

# A page gets three attempts: a host that fails all three, or three pages in a row, will fail the next one too.
FAILURES_IN_A_ROW = 3
# Requests that wait for a host that was given up are only refused, which needs no pauses.
REFUSING_DELAY = 0.001
NO_ANSWER = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

_REGISTRIES: WeakKeyDictionary[Crawler, HostRegistry] = WeakKeyDictionary()


class HostRegistry:
    """What one crawl knows of its hosts. `pages` is the limit of pages per host, unless a source sets a higher one."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self._failed: Counter[str] = Counter()
        self._requested: Counter[str] = Counter()
        self._waited: dict[str, float] = {}
        self._given_up: dict[str, Refused] = {}

    @classmethod
    def of(cls, crawler: Crawler) -> HostRegistry:
        """The registry of a crawl, shared by all its components."""
        if crawler not in _REGISTRIES:
            _REGISTRIES[crawler] = cls(crawler.settings.getint("PAGES_PER_HOST"))
        return _REGISTRIES[crawler]

    def is_given_up(self, host: str) -> bool:
        """Whether a host is not requested any more."""
        return host in self._given_up

    def check(self, host: str) -> None:
        """Raise the refusal with which a host was given up, if it was."""
        refusal = self._given_up.get(host)
        if refusal is not None:
            raise refusal.again()

    def count_page(self, host: str, policy: AccessPolicy) -> None:
        """Count a page that is about to be requested. Raises HostLimit if the limit is reached."""
        limit = max(self.pages, policy.pages or 0)
        if self._requested[host] >= limit:
            raise HostLimit(
                f"{limit} pages of {host} were requested in this crawl, which is the limit; "
                "a later run requests this page"
            )
        self._requested[host] += 1

    def record_answer(self, host: str) -> None:
        """Record that a host has answered, with whatever status."""
        self._failed.pop(host, None)

    def record_failure(self, host: str, error: Exception) -> bool:
        """Record that a host has failed to answer. Returns whether this makes the crawl give it up."""
        self._failed[host] += 1
        if self._failed[host] < FAILURES_IN_A_ROW or host in self._given_up:
            return False
        times = f"{host} failed to answer {self._failed[host]} times in a row"
        detail = f"{times} (most recently: {describe_network_error(error)}); a later run will request it again"
        self.give_up(host, HostUnresponsive(detail))
        return True

    def reserve_wait(self, host: str, seconds: float) -> bool:
        """Whether a crawl has time for this wait on top of its earlier waits for the host; if so, counts it."""
        waited = self._waited.get(host, 0.0) + seconds
        if waited > MAX_HOST_WAIT_SECONDS:
            return False
        self._waited[host] = waited
        return True

    def give_up(self, host: str, refusal: Refused) -> None:
        """Request nothing more from a host in this crawl."""
        self._given_up.setdefault(host, refusal)


def raise_delay(crawler: Crawler, host: str, delay: float) -> bool:
    """Make `delay` (seconds) the least time between two requests to a host; returns False if it is as long already."""
    assert crawler.engine is not None, "requests come from a running engine"
    downloader = crawler.engine.downloader
    if delay <= downloader.per_slot_settings.get(host, {}).get("delay", downloader._delay):
        return False
    # The minimum from now on, also if Scrapy creates the slot again: it drops slots that were idle for a minute.
    downloader.per_slot_settings[host] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.delay = max(slot.delay, delay)
    return True


class ShardGate:
    """Downloader middleware: leaves hosts that belong to another shard of the crawl to that one.

    Only a robots.txt that redirects to such a host is still read there: without it, none of its own pages may be
    requested.
    """

    def __init__(self, shard: int, shards: int) -> None:
        self.shard, self.shards = shard, shards

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the DOWNLOADER_MIDDLEWARES setting; not configured if there is only one shard."""
        if crawler.settings.getint("SHARDS") <= 1:
            raise NotConfigured
        return cls(crawler.settings.getint("SHARD"), crawler.settings.getint("SHARDS"))

    def process_request(self, request: Request) -> None:
        """See Scrapy's downloader middlewares; raises OtherShard."""
        if not request.meta.get("dont_obey_robotstxt") and shard_of(request.url, self.shards) != self.shard:
            raise OtherShard


class HostGate:
    """Downloader middleware: refuses requests to hosts that were given up, puts the others into their host's slot.

    The slot keeps the delay of the request's source, also if a listing or a redirect was the first to name the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.registry = HostRegistry.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the DOWNLOADER_MIDDLEWARES setting."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """See Scrapy's downloader middlewares; raises Refused."""
        host = host_of(request)
        # A redirected request still carries the slot of the host it was redirected from.
        request.meta["download_slot"] = host
        self.registry.check(host)
        raise_delay(self.crawler, host, request.meta.get(DELAY, 0.0))
        if request.meta.get(IS_PAGE) and not request.meta.get("retry_times"):
            self.registry.count_page(host, request.meta.get(ACCESS_POLICY, AccessPolicy()))


def host_of(request: Request) -> str:
    """The host of a request, which is also the name of its download slot."""
    try:
        return urlsplit(request.url).hostname or ""
    except ValueError:
        return ""
