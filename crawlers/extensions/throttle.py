"""The throttle: how fast each host is crawled.

Never faster than configured or than robots.txt asks for (`crawl_delay`), slower if the host responds slowly, and not at
all while it asks to be left alone (429 and 503, see `crawlers.politeness.retry_after`).
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawlers.limits import MAX_HOST_WAIT_SECONDS, MAX_THROTTLE_DELAY_SECONDS
from crawlers.politeness.hosts import REFUSING_DELAY, HostRegistry
from crawlers.politeness.refusals import AskedToWait
from crawlers.politeness.retry_after import requested_wait

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

# A host that responds within this time is not under strain: below it, the network and our own work dominate.
EASY_LATENCY = 0.5  # seconds


class Throttle:
    """Extension: pauses a host that is busy (429, 503) and throttles the others like Scrapy's AutoThrottle.

    The pause takes effect before the slot picks its next request. The delay follows the smoothed latency, since each
    host has one request at a time. It stays between the slot's configured delay and `MAX_THROTTLE_DELAY_SECONDS`, and
    error pages never shorten it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.response_downloaded, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the EXTENSIONS setting."""
        return cls(crawler)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Signal handler."""
        engine = self.crawler.engine
        assert engine is not None, "responses come from a running engine"
        downloader = engine.downloader
        host = request.meta.get("download_slot", "")
        slot = downloader.slots.get(host)
        if slot is None:  # the host was idle for so long that Scrapy dropped its slot
            return
        wait = requested_wait(response.status, response.headers.get("Retry-After"), request.meta.get("retry_times", 0))
        if wait is not None:
            self.pause(host, slot, wait, response.status)
            return
        min_delay = downloader.per_slot_settings.get(host, {}).get("delay", downloader._delay)
        slot.delay = next_delay(slot.delay, request.meta.get("download_latency", 0.0), min_delay, response.status)

    def pause(self, host: str, slot: Slot, seconds: float, status: int) -> None:
        """Pause a host, or give it up if the crawl has no time to wait that long."""
        registry = HostRegistry.of(self.crawler)
        if registry.reserve_wait(host, seconds):
            # The slot takes this for the time of its last request, and waits from then on.
            slot.lastseen = max(slot.lastseen, monotonic() + seconds)
            logger.info("%s answered %s: pausing it for %.0f s", host, status, seconds)
            return
        detail = (
            f"{host} answered {status} and asks to be left alone for {seconds:.0f} s; a crawl waits at most "
            f"{MAX_HOST_WAIT_SECONDS:.0f} s in total for a host; a later run will request it again"
        )
        registry.give_up(host, AskedToWait(detail, status))
        slot.delay = REFUSING_DELAY


def next_delay(delay: float, latency: float, min_delay: float, status: int) -> float:
    """The delay after a response, in seconds."""
    target = latency if latency > EASY_LATENCY else 0.0
    smoothed = min(max(target, (delay + target) / 2, min_delay), max(MAX_THROTTLE_DELAY_SECONDS, min_delay))
    return delay if status not in (200, 304) and smoothed <= delay else smoothed
