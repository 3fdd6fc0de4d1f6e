"""The errors whose text is written for the user, and the base that they share across all packages.

An error says what is wrong, where, and what to do about it. Two questions are answered by its class alone:

- Is the text meant for the user? `NewsloomError` and everything below it.
- May the same call succeed later? `TransientError` and everything below it. All other errors are terminal: the same
  input fails again.

What failed is also stored in fields of the exception, not only in its text. Errors cross process borders, so all can be
pickled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class NewsloomError(Exception):
    """The base of all errors with a text for the user, in every package."""

    def __reduce__(
        self,
    ) -> tuple[Callable[..., NewsloomError], tuple[type[NewsloomError], tuple[object, ...], Mapping[str, object]]]:
        """Pickle the message and the fields, whatever parameters `__init__` takes."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[NewsloomError], arguments: tuple[object, ...], fields: Mapping[str, object]) -> NewsloomError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(fields)
    return error


class TransientError(NewsloomError):
    """The same call may succeed later: it is worth a retry."""


class CrawlersError(NewsloomError):
    """A terminal error of `crawlers`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file that the user wrote: where it is, what was found there, what is allowed instead."""

    file: Path
    key: str
    """Path of the key, as in `source[3] "harbour-courier" .language`; empty for a problem with the whole file."""
    found: str
    allowed: str
    line: int | None = None
    """Line in the file, from 1; None if unknown."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.key + ': ' if self.key else ''}found {self.found}; allowed: {self.allowed}"


class SourcesError(CrawlersError):
    """A list of sources that cannot be used, with the problems found in it (at least one).

    `file`, `key`, `found` and `allowed` are those of the first problem. `has_more`: there are more problems, because
    validation ended at a limit.
    """

    def __init__(self, problems: Sequence[Problem], *, has_more: bool = False) -> None:
        self.problems, self.has_more = tuple(problems), has_more
        super().__init__(self.problems)
        first = self.problems[0]
        self.file, self.key, self.found, self.allowed = first.file, first.key, first.found, first.allowed

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        if self.has_more:
            lines.append(f"{self.file}: these are the first {len(lines)} mistakes; there are more")
        return "\n".join(lines)


class ArchiveError(CrawlersError):
    """A segment, or one of its records, that cannot be read or written.

    `file`, a path or the URL in a store, and `offset` (in bytes) say where, if known.
    """

    def __init__(self, message: str, *, file: Path | str | None = None, offset: int | None = None) -> None:
        super().__init__(message)
        self.file, self.offset = file, offset

    @classmethod
    def from_os_error(cls, file: Path | str, problem: str, error: OSError) -> Self:
        """The error for a failed operation on a file; `problem` says which, as in "cannot be read"."""
        return cls(f"{file}: {problem}: {error.strerror or error}", file=file)


class StoreError(ArchiveError, TransientError):
    """A store cannot be reached, read or written. All of its segments are affected."""
