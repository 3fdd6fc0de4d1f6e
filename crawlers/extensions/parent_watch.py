"""Ends a crawl when the run that started it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from crawlers.parent_process import exit_now, when_parent_ends

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ParentWatch:
    """Extension: ends the process when its parent (setting PARENT_PID) has ended.

    The open segment stays as it is: the next run salvages it.
    """

    def __init__(self, parent: int) -> None:
        when_parent_ends(parent, exit_now)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the EXTENSIONS setting; not configured if no process waits for the crawl."""
        parent = crawler.settings.getint("PARENT_PID")
        if not parent:
            raise NotConfigured
        return cls(parent)
