"""Errors of the crawlers, in words for the person who has to do something about them.

`CrawlersError` is the terminal family: the same input fails again, so nothing here is worth a retry. What failed
stands in fields on the exception, not only in its text, and every exception survives pickling between processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class CrawlersError(Exception):
    """A terminal error; its text is meant to be shown as it is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file that somebody wrote: where it is, what was found there, what is allowed instead."""

    file: Path
    key: str
    """Path of the key, as in `source[3] "harbour-courier" .language`; empty where the whole file is meant."""
    found: str
    allowed: str
    line: int | None = None
    """Line in the file, from 1; None where it could not be told."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.key + ': ' if self.key else ''}found {self.found}; allowed: {self.allowed}"


class SourcesError(CrawlersError):
    """A list of sources that cannot be used; holds every problem that was found, at least one.

    `file`, `key`, `found` and `allowed` are those of the first problem.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)
        first = self.problems[0]
        self.file, self.key, self.found, self.allowed = first.file, first.key, first.found, first.allowed

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ArchiveError(CrawlersError):
    """A segment, or a record of one, that cannot be read; `file` and `offset` (bytes) say which, where it is known."""

    def __init__(self, message: str, *, file: Path | None = None, offset: int | None = None) -> None:
        super().__init__(message)
        self.file, self.offset = file, offset
