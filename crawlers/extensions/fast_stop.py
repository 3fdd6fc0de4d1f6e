"""A crawl that is told to end asks nothing more: what waits for its host's turn is left to the next crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import IgnoreRequest
from twisted.internet.task import LoopingCall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHECK_EVERY = 0.2  # seconds


class RequestDropped(IgnoreRequest):
    """A request that was never made, because the crawl ended before its turn came."""


class FastStop:
    """Drops requests that wait in the downloader once the crawl is told to end.

    Scrapy would make all of them first: with a second between two requests to a host that takes minutes. There is no
    signal for the moment, so it is looked for.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.loop = LoopingCall(self.check)
        crawler.signals.connect(self.opened, signal=signals.spider_opened)
        crawler.signals.connect(self.closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FastStop:
        """Made by Scrapy from the EXTENSIONS setting."""
        return cls(crawler)

    def check(self) -> None:
        """Drop what waits, where the end has begun."""
        engine = self.crawler.engine
        if engine is None or engine._slot is None or engine._slot.closing is None:
            return
        for slot in engine.downloader.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(RequestDropped("the crawl was told to end"))

    def opened(self) -> None:
        """Signal handler."""
        self.loop.start(CHECK_EVERY, now=False)

    def closed(self) -> None:
        """Signal handler."""
        if self.loop.running:
            self.loop.stop()
