"""Finds dates within a line of visible text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.dates.parser import is_part_of_date, parse_date
from crawlers.dates.words import WORD, fold, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.dates.model import ParsedDate

_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(rf"\d+|{WORD}")
_BREAK = re.compile(r"[|·•;!?*\"“”«»]")
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|1[34]\d\d|2[45]\d\d)(?!\d)|[年年]|(?<!\d)20\d{6}(?!\d)")
_MAX_LINE = 250
_MAX_TOKENS = 14
"""Numbers and words of the longest date: a day of the week, a day, a clock time with a zone, and fillers."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a line, and the folded text before and after it."""

    parsed: ParsedDate
    before: str
    after: str
    others: int
    """Words of the line that are not part of a date."""


def find_dates(line: str, language: str = "") -> list[FoundDate]:
    """The dates in a line, in its order; of overlapping ones the longest. Only dates with a year of four digits."""
    if len(line) > _MAX_LINE or not _DIGIT.search(line):
        return []
    folded = names().join(fold(line))
    if not _YEAR.search(folded):
        return []
    found = [
        (parsed, start, end)
        for start, end in _runs(folded)
        for parsed, start, end in _longest(folded, start, end, language)
    ]
    words = len(_TOKEN.findall(folded)) - sum(len(_TOKEN.findall(folded[start:end])) for _, start, end in found)
    return [FoundDate(parsed, folded[:start], folded[end:], words) for parsed, start, end in found]


def _runs(folded: str) -> Iterator[tuple[int, int]]:
    """The longest parts of a text in which every word may be part of a date."""
    start = end = -1
    for token in _TOKEN.finditer(folded):
        if start >= 0 and _BREAK.search(folded, end, token.start()):
            yield start, end
            start = -1
        if token[0].isdecimal() or is_part_of_date(token[0]):
            start = token.start() if start < 0 else start
            end = token.end()
        elif start >= 0:
            yield start, end
            start = -1
    if start >= 0:
        yield start, end


def _longest(folded: str, start: int, end: int, language: str) -> Iterator[tuple[ParsedDate, int, int]]:
    """The dates in a run: the longest part that is one, then those in what is left after it."""
    tokens = [(token.start(), token.end()) for token in _TOKEN.finditer(folded, start, end)][: 2 * _MAX_TOKENS]
    while found := _first_longest(folded, tokens, language):
        parsed, first, after = found
        yield parsed, tokens[first][0], tokens[after - 1][1]
        tokens = tokens[after:]


def _first_longest(folded: str, tokens: list[tuple[int, int]], language: str) -> tuple[ParsedDate, int, int] | None:
    """The longest date that some of the tokens are, and which: the first, and the one after the last."""
    for length in range(min(len(tokens), _MAX_TOKENS), 0, -1):
        for first in range(len(tokens) - length + 1):
            part = folded[tokens[first][0] : tokens[first + length - 1][1]]
            if _YEAR.search(part) and (parsed := parse_date(part, language)):
                return parsed, first, first + length
    return None
