"""Crawl-delay of robots.txt, which Scrapy reads and does not apply."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawlers.limits import MAX_CRAWL_DELAY_SECONDS

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class CrawlDelay:
    """Slows a host's download slot to the delay its robots.txt asks of us; never quickens it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.robots_parsed, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelay:
        """Made by Scrapy from the EXTENSIONS setting."""
        return cls(crawler)

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Signal handler: `robotparser` is Scrapy's Protego wrapper, `request` the one that needed it."""
        user_agent = str(self.crawler.settings["USER_AGENT"])
        asked = robotparser.rp.crawl_delay(user_agent)
        if not asked or not asked > 0 or self.crawler.engine is None:
            return
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        delay = min(float(asked), MAX_CRAWL_DELAY_SECONDS)
        if delay <= downloader.per_slot_settings.get(key, {}).get("delay", downloader._delay):
            return
        # The least from now on, also when Scrapy makes the slot anew: it forgets one that was idle for a minute.
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
        slot = downloader.slots.get(key)
        if slot is not None:
            slot.delay = max(slot.delay, delay)
        logger.info("%s asks for a Crawl-delay of %s s: applied %s s", key, asked, delay)
