"""A crawl does not outlive the run that started it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import NotConfigured
from twisted.internet.task import LoopingCall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHECK_EVERY = 0.5  # seconds


class ParentWatch:
    """Ends the process when its parent (setting PARENT_PID) has gone.

    The open segment is left as it stands: the next run salvages it.
    """

    def __init__(self, crawler: Crawler, parent: int) -> None:
        self.parent = parent
        self.check()
        self.loop = LoopingCall(self.check)
        crawler.signals.connect(self.opened, signal=signals.spider_opened)
        crawler.signals.connect(self.closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ParentWatch:
        """Made by Scrapy from the EXTENSIONS setting; not used where nobody waits for the crawl."""
        parent = crawler.settings.getint("PARENT_PID")
        if not parent:
            raise NotConfigured
        return cls(crawler, parent)

    def check(self) -> None:
        """End the process at once when the parent is no longer the parent."""
        if os.getppid() != self.parent:
            os._exit(1)

    def opened(self) -> None:
        """Signal handler."""
        self.loop.start(CHECK_EVERY, now=False)

    def closed(self) -> None:
        """Signal handler."""
        if self.loop.running:
            self.loop.stop()
