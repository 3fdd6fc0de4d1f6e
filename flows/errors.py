"""What can go wrong in a run: terminal errors in words for the user, transient ones to be tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class FlowsError(Exception):
    """A terminal error: its text says what is wrong, where, and what to do."""


class CrawlDiedError(Exception):
    """The crawl process ended before its time; a new one may do better. `log` is the file that says why."""

    def __init__(self, said: str, log: str) -> None:
        super().__init__(f"the crawl ended before its time ({said}); its log is {log}")
        self.log = log


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it was raised from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


def was_interrupted(error: BaseException) -> bool:
    """Whether somebody's Ctrl-C is behind an error: what is interrupted in the middle of a query ends with another."""
    return any(isinstance(cause, KeyboardInterrupt) for cause in causes(error))
