"""Groups days into a few ranges, for reading an index that is ordered by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_DAYS = (date(1, 1, 1), date(9999, 12, 30))
MAX_RANGES = 32  # a segment of an imported archive may have articles of any time


def day_ranges(days: Iterable[date], gap: int) -> list[tuple[date, date]]:
    """Group days into ranges (first, last), both included; days at most `gap` apart share a range.

    If there are more than MAX_RANGES, the nearest are joined.
    """
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] <= timedelta(days=gap):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    while len(found) > MAX_RANGES:
        gaps = [later[0] - earlier[1] for earlier, later in pairwise(found)]
        at = gaps.index(min(gaps))
        found[at : at + 2] = [(found[at][0], found[at + 1][1])]
    return found
