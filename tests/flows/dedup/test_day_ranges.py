"""Days as a few ranges."""

from __future__ import annotations

from datetime import timedelta

from flows.dedup.day_ranges import MAX_RANGES, day_ranges
from tests.flows.dedup.library import NOON


def test_days_are_grouped_into_a_few_ranges() -> None:
    day = NOON.date()
    days = [day + timedelta(days=number) for number in (0, 2, 30, 31)]
    assert day_ranges(days, 5) == [(days[0], days[1]), (days[2], days[3])]
    assert len(day_ranges([day + timedelta(days=40 * number) for number in range(200)], 5)) == MAX_RANGES
