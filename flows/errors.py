"""What can go wrong in a run: terminal errors in words for the user, transient ones to be tried again."""

from __future__ import annotations


class FlowsError(Exception):
    """A terminal error: its text says what is wrong, where, and what to do."""


class CrawlDiedError(Exception):
    """The crawl process ended before its time; a new one may do better. `log` is the file that says why."""

    def __init__(self, said: str, log: str) -> None:
        super().__init__(f"the crawl ended before its time ({said}); its log is {log}")
        self.log = log
