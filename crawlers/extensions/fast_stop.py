"""Stops a crawl without waiting for the requests that are still queued; the next crawl makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import IgnoreRequest
from twisted.internet.task import LoopingCall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHECK_EVERY = 0.2  # seconds
CRAWL_STOPPING = object()  # signal: the crawl was told to stop


class RequestDropped(IgnoreRequest):
    """The request was never made, because the crawl was stopped before its turn."""


class FastStop:
    """Extension: drops the requests that wait in the downloader as soon as the crawl is stopped.

    Scrapy would make all of them first: at one request per second and host that takes minutes. Scrapy has no signal for
    the moment at which a crawl is told to stop, so this extension polls.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.is_stopping = False
        self.loop = LoopingCall(self.check)
        crawler.signals.connect(self.opened, signal=signals.spider_opened)
        crawler.signals.connect(self.closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the EXTENSIONS setting."""
        return cls(crawler)

    def check(self) -> None:
        """Drop the waiting requests if the engine is closing."""
        engine = self.crawler.engine
        if engine is None or engine._slot is None or engine._slot.closing is None:
            return
        if not self.is_stopping:
            self.is_stopping = True
            self.crawler.signals.send_catch_log(signal=CRAWL_STOPPING)
        for slot in engine.downloader.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(RequestDropped("the crawl was stopped"))

    def opened(self) -> None:
        """Signal handler."""
        self.loop.start(CHECK_EVERY, now=False)

    def closed(self) -> None:
        """Signal handler."""
        if self.loop.running:
            self.loop.stop()
