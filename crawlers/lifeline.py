"""A crawl does not outlive the run that started it, and no two crawls write to one archive."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from scrapy import signals
from scrapy.exceptions import NotConfigured
from twisted.internet.task import LoopingCall

from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler

LOCK = "crawler.lock"
CHECK_EVERY = 0.5  # seconds


class Lifeline:
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
    def from_crawler(cls, crawler: Crawler) -> Lifeline:
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


def lock_archive(archive: Path, *, wait: float) -> FileLock:
    """The lock that a crawl holds on its archive, acquired.

    Raises CrawlersError when another process holds it for all of `wait` seconds.
    """
    archive.mkdir(parents=True, exist_ok=True)
    lock = FileLock(archive / LOCK, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise CrawlersError(f"{archive}: another crawl is writing to this archive; wait until it has ended.") from error
    return lock
