"""Errors of the flows and the command line: permanent errors for the user, transient errors to retry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.errors import NewsloomError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator


class FlowsError(NewsloomError):
    """A permanent error of `flows`, with a message for the user."""


class CrawlDiedError(TransientError):
    """The crawl process ended unexpectedly; another attempt may succeed. `log` is the file with the reason."""

    def __init__(self, reason: str, log: str) -> None:
        super().__init__(f"the crawl ended unexpectedly ({reason}); see its log: {log}")
        self.log = log


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, its cause, the cause of the cause, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


def was_interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C caused an error. An interrupted query, for example, raises DuckDB's error."""
    return any(isinstance(cause, KeyboardInterrupt) for cause in causes(error))
