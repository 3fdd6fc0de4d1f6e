"""What a crawl keeps on each host: how often it failed in a row, how many of its pages were asked for."""

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
    ResponseDataLossError,
)

from crawlers.limits import MAX_HOST_WAIT_SECONDS
from crawlers.politeness.ip_ranges import AccessPolicy
from crawlers.politeness.refusals import HostLimit, HostUnresponsive, Refused

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

ACCESS_POLICY = "reach"  # key of a request's meta: the Reach of its source
IS_PAGE = "is_page"  # key of a request's meta: whether it counts as a page

# A page has three attempts: a host that fails all three, or three pages in a row, will fail the next as well.
FAILURES_IN_A_ROW = 3
# What waits for a host that was given up only has to be refused: no pauses for that.
REFUSING_DELAY = 0.001
NO_ANSWER = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

_REGISTRIES: WeakKeyDictionary[Crawler, HostRegistry] = WeakKeyDictionary()


class HostRegistry:
    """One crawl's notes on hosts; `pages` is how many pages of a host are asked for unless its source says more."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self._failed: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._waited: dict[str, float] = {}
        self._given_up: dict[str, Refused] = {}

    @classmethod
    def of(cls, crawler: Crawler) -> HostRegistry:
        """The book of a crawl, which all parts of it share."""
        if crawler not in _REGISTRIES:
            _REGISTRIES[crawler] = cls(crawler.settings.getint("PAGES_PER_HOST"))
        return _REGISTRIES[crawler]

    def is_given_up(self, host: str) -> bool:
        """Whether a host is asked no more."""
        return host in self._given_up

    def check(self, host: str) -> None:
        """Raise the Refused with which a host was given up, if it was."""
        refusal = self._given_up.get(host)
        if refusal is not None:
            raise refusal.again()

    def count_page(self, host: str, access_policy: AccessPolicy) -> None:
        """Count a page that is about to be asked for. Raises HostLimit where it is one too many."""
        limit = max(self.pages, access_policy.pages or 0)
        if self._asked[host] >= limit:
            raise HostLimit(f"{limit} pages of {host} were asked for in this crawl; this one waits for a later one")
        self._asked[host] += 1

    def record_answer(self, host: str) -> None:
        """The host has answered, whatever it was."""
        self._failed.pop(host, None)

    def record_failure(self, host: str, error: Exception) -> bool:
        """The host has failed to answer; returns whether it is given up by that."""
        self._failed[host] += 1
        if self._failed[host] < FAILURES_IN_A_ROW or host in self._given_up:
            return False
        times = f"{host} failed to answer {self._failed[host]} times in a row"
        self.give_up(host, HostUnresponsive(f"{times}, at last with {type(error).__name__}; it is asked again later"))
        return True

    def reserve_wait(self, host: str, seconds: float) -> bool:
        """Whether a crawl has the time to leave a host alone for so long, beside what it has waited for it before."""
        waited = self._waited.get(host, 0.0) + seconds
        if waited > MAX_HOST_WAIT_SECONDS:
            return False
        self._waited[host] = waited
        return True

    def give_up(self, host: str, refusal: Refused) -> None:
        """Ask a host for nothing more in this crawl."""
        self._given_up.setdefault(host, refusal)


class HostGate:
    """Downloader middleware: passes on only requests to hosts that are still asked, each in its own host's slot."""

    def __init__(self, crawler: Crawler) -> None:
        self.registry = HostRegistry.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy from the DOWNLOADER_MIDDLEWARES setting."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """See Scrapy's downloader middlewares; raises Refused."""
        host = host_of(request)
        # A redirected request carries the slot of the host that it comes from.
        request.meta["download_slot"] = host
        self.registry.check(host)
        if request.meta.get(IS_PAGE) and not request.meta.get("retry_times"):
            self.registry.count_page(host, request.meta.get(ACCESS_POLICY, AccessPolicy()))


def host_of(request: Request) -> str:
    """The host of a request, which is also the name of its download slot."""
    try:
        return urlsplit(request.url).hostname or ""
    except ValueError:
        return ""
