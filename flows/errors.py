"""Errors of the flows and the command line: terminal ones for the user, transient ones to retry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.errors import NewsloomError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator


class FlowsError(NewsloomError):
    """A terminal error of `flows`."""


class CrawlDiedError(TransientError):
    """The crawl process ended unexpectedly; a new one may succeed. `log` is the file that says why."""

    def __init__(self, reason: str, log: str) -> None:
        super().__init__(f"the crawl ended unexpectedly ({reason}); see its log: {log}")
        self.log = log


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, its cause, the cause of that, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


def was_interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C caused an error: a query interrupted halfway raises an error of its own."""
    return any(isinstance(cause, KeyboardInterrupt) for cause in causes(error))
