"""Applies the Crawl-delay of robots.txt, which Scrapy parses but ignores."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals

from crawlers.limits import MAX_CRAWL_DELAY_SECONDS
from crawlers.politeness.hosts import raise_delay

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class CrawlDelay:
    """Extension: slows the download slot of a host to the delay its robots.txt asks for; never speeds it up."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.robots_parsed, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the EXTENSIONS setting."""
        return cls(crawler)

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Signal handler: `robotparser` is Scrapy's Protego wrapper, `request` the request that needed the rules."""
        user_agent = str(self.crawler.settings["USER_AGENT"])
        crawl_delay = robotparser.rp.crawl_delay(user_agent)
        if not crawl_delay or not crawl_delay > 0 or self.crawler.engine is None:
            return
        host = self.crawler.engine.downloader.get_slot_key(request)
        delay = min(float(crawl_delay), MAX_CRAWL_DELAY_SECONDS)
        if raise_delay(self.crawler, host, delay):
            logger.info("%s: robots.txt asks for a Crawl-delay of %s s; applying %s s", host, crawl_delay, delay)
