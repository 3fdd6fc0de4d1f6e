"""Shingles that many different articles have."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pytest

from flows.dedup.copies.boilerplate import MANY, SAMPLE, common_shingles, groups_of, holder
from flows.dedup.text.shingles import shingles, stored
from tests.flows.dedup.library import NOON, prose

if TYPE_CHECKING:
    from datetime import date

NAMES = [UUID(int=number) for number in range(20)]
DAY = NOON.date()
FRAME = prose(9, 75)


def test_a_frame_is_common_as_a_whole_and_a_report_in_many_papers_is_not() -> None:
    framed = {
        name: holder(f"{name}.example", "Headline", shingles(f"{FRAME}\n{prose(name.int, 105)}")) for name in NAMES
    }
    printed = {
        name: holder(f"{name}.example", "Headline", shingles(f"{prose(77)}\n{prose(name.int, 30)}")) for name in NAMES
    }
    assert common_shingles([NAMES], framed) == set(stored(shingles(FRAME)).tolist())
    assert common_shingles([NAMES[: MANY - 1]], framed) == set()
    assert common_shingles([NAMES], printed) == set()


def test_only_the_phrase_itself_is_common_and_not_what_stands_around_it() -> None:
    phrase = "seven words that everybody says of her"
    texts = [f"{prose(name.int, 60)} {phrase} {prose(name.int + 50, 60)}" for name in NAMES]
    holders = {
        name: holder("paper.example", "Headline", shingles(text)) for name, text in zip(NAMES, texts, strict=True)
    }
    assert common_shingles([NAMES], holders) == set(stored(shingles(phrase)).tolist())


@pytest.mark.parametrize(("headlines", "common"), [("Fire at the port {}", False), ("{0} {0}a {0}b", True)])
def test_short_texts_of_one_site_have_a_frame_if_their_headlines_differ(headlines: str, common: bool) -> None:
    """Four fifths of each text are the frame: at other sites, or under one headline, they are prints of one report."""
    texts = {name: shingles(f"{FRAME}\n{prose(name.int, 15)}") for name in NAMES}
    of_site = {name: holder("site.example", headlines.format(name.int), found) for name, found in texts.items()}
    elsewhere = {name: holder(f"{name}.example", f"{name}", found) for name, found in texts.items()}
    assert bool(common_shingles([NAMES], of_site)) is common
    assert common_shingles([NAMES], elsewhere) == set()


def crowd(days: list[int], new: set[int]) -> list[tuple[date, UUID, bool]]:
    """The article with each number is published on that day."""
    fresh = {days[number] for number in new}
    return [
        (DAY + timedelta(days=days[n]), NAMES[n], days[n] in fresh)
        for n in sorted(range(len(days)), key=lambda n: days[n])
    ]


def test_groups_are_of_articles_close_in_time_with_a_new_one_among_them() -> None:
    weekly, daily = [7 * number for number in range(20)], list(range(20))
    assert groups_of([crowd(weekly, set(range(20)))], 7) == set()
    assert groups_of([crowd(weekly, {0})], 90) == {tuple(NAMES[:13])}
    assert groups_of([crowd(daily, {10})], 7) == {tuple(NAMES[begin : begin + 8]) for begin in range(3, 11)}
    many = [(DAY, UUID(int=number), True) for number in range(500)]
    assert [len(group) for group in groups_of([many, many], 7)] == [SAMPLE]


def test_the_groups_of_a_frame_do_not_depend_on_the_order_in_which_its_articles_came() -> None:
    days = np.random.default_rng(1).integers(0, 20, 20).tolist()
    one_by_one = set().union(*(groups_of([crowd(days[:end], {end - 1})], 7) for end in range(1, 21)))
    at_once = groups_of([crowd(days, set(range(20)))], 7)
    assert at_once
    assert at_once <= one_by_one
