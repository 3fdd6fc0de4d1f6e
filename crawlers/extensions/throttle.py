"""How fast each host is asked: never faster than it is configured or asks for, slower where it answers slowly."""

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

# Who answers within this is not under strain; below it, the network and our own work make most of the figure.
EASY_LATENCY = 0.5  # seconds


class Throttle:
    """Extension: pauses a host that is busy (429, 503) and throttles the others as Scrapy's AutoThrottle does.

    The pause is made before the slot looks for its next request. The delay follows the latency (of one request at a
    time), smoothed, from the configured delay of the slot to MAX_THROTTLE_DELAY_SECONDS; error pages never shorten it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.downloaded, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy from the EXTENSIONS setting."""
        return cls(crawler)

    def downloaded(self, response: Response, request: Request) -> None:
        """Signal handler."""
        engine = self.crawler.engine
        assert engine is not None, "answers come from a running engine"
        downloader = engine.downloader
        key = request.meta.get("download_slot", "")
        slot = downloader.slots.get(key)
        if slot is None:  # nothing was asked of the host for long
            return
        wait = requested_wait(response.status, response.headers.get("Retry-After"), request.meta.get("retry_times", 0))
        if wait is not None:
            self.pause(key, slot, wait, response.status)
            return
        least = downloader.per_slot_settings.get(key, {}).get("delay", downloader._delay)
        slot.delay = next_delay(slot.delay, request.meta.get("download_latency", 0.0), least, response.status)

    def pause(self, host: str, slot: Slot, seconds: float, status: int) -> None:
        """Pause a host, or give it up where the crawl has no time for that."""
        registry = HostRegistry.of(self.crawler)
        if registry.reserve_wait(host, seconds):
            # The slot takes it for the time of its last request, and waits from then on.
            slot.lastseen = max(slot.lastseen, monotonic() + seconds)
            logger.info("%s answered %s: left alone for %.0f s", host, status, seconds)
            return
        said = (
            f"{host} answered {status} and is to be left alone for {seconds:.0f} s; "
            f"a crawl waits {MAX_HOST_WAIT_SECONDS:.0f} s"
        )
        registry.give_up(host, AskedToWait(f"{said} for a host in all, it is asked again in a later run", status))
        slot.delay = REFUSING_DELAY


def next_delay(delay: float, latency: float, least: float, status: int) -> float:
    """The delay after an answer, in seconds."""
    target = latency if latency > EASY_LATENCY else 0.0
    smoothed = min(max(target, (delay + target) / 2, least), max(MAX_THROTTLE_DELAY_SECONDS, least))
    return delay if status not in (200, 304) and smoothed <= delay else smoothed
