"""Which articles and stories are clustered together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pytest

from flows.dedup.records import MemberRecord, StoryRecord
from flows.dedup.stories import candidates
from flows.dedup.stories.candidates import (
    MAX_SCALE,
    STRONG_TERMS,
    Members,
    build_candidate_set,
    choose_stories,
    complete_stories,
    scale_centroids,
    searches,
)
from flows.dedup.stories.vectors import NONE, WEIGHT_UNIT, Vectors
from tests.flows.dedup.library import NOON
from warehouse.dedup import stories as stored_stories

if TYPE_CHECKING:
    from collections.abc import Sequence


def member(number: int, story: int | None = None, hours: float = 0.0, *, copy: bool = False) -> MemberRecord:
    return MemberRecord(
        article_id=UUID(int=number),
        story_id=None if story is None else UUID(int=story),
        first_seen_at=NOON,
        first_at=NOON + timedelta(hours=hours),
        last_at=NOON + timedelta(hours=hours),
        title=f"Title {number}",
        language="en",
        outlets=frozenset({f"paper{number}.example"}),
        root=None,
        copy=copy,
    )


def story(number: int, articles: int = 1, hours: float = 0.0) -> StoryRecord:
    return StoryRecord(
        story_id=UUID(int=number),
        title="A story",
        first_at=NOON + timedelta(hours=hours),
        last_at=NOON + timedelta(hours=hours),
        articles=articles,
        reports=articles,
        outlets=("paper.example",),
        language="en",
        article_id=UUID(int=number),
        similarity=1.0,
        closed_at=None,
    )


def vectors_of(terms: Sequence[int]) -> Vectors:
    """A vector of a single term for each row."""
    return Vectors(np.arange(len(terms)), np.array(terms, np.uint32), np.ones(len(terms), np.float32))


def test_weights_are_rounded_to_the_steps_that_they_are_stored_in() -> None:
    assert WEIGHT_UNIT == stored_stories.WEIGHT_UNIT


def test_needed_stories_are_opened_first_then_the_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MIN_REOPENED", 6)
    monkeypatch.setattr(candidates, "REOPENED_PER_ARTICLE", 1)
    stories = [story(1, 4), story(2, 3), story(3, 2), story(4, 1)]
    assert choose_stories(stories, {UUID(int=1)}, 0).keys() == {UUID(int=1), UUID(int=4)}
    assert choose_stories(stories, set(), 0).keys() == {UUID(int=number) for number in (4, 3, 2)}
    assert choose_stories(stories, set(), 10).keys() == {UUID(int=number) for number in (4, 3, 2, 1)}


def test_a_story_without_all_of_its_members_is_not_opened() -> None:
    chosen = {UUID(int=number): story(number, 2) for number in (8, 9)}
    stored = Members([member(1, 8), member(2, 8), member(3, 9)], NONE)
    assert complete_stories(chosen, [], stored).keys() == {UUID(int=8)}
    edited = [member(1, 8), member(4, 9)]
    assert complete_stories(chosen, edited, stored).keys() == {UUID(int=8), UUID(int=9)}


def test_nodes_are_ordered_by_time_with_their_own_vectors() -> None:
    new = Members([member(1, hours=5), member(2, 9)], vectors_of([10, 20]))
    stored = Members([member(3, 8, hours=1)], vectors_of([30]))
    found = build_candidate_set(
        new, stored, {UUID(int=8): story(8)}, [story(9, 7)], vectors_of([40]), {UUID(int=3): {"echo.example"}}
    )
    assert [one.article_id.int for one in found.members] == [3, 1], "the edited article stays in its closed story"
    assert found.members[0].outlets == {"echo.example", "paper3.example"}
    assert dict(zip(found.vectors.rows.tolist(), found.vectors.terms.tolist(), strict=True)) == {0: 30, 1: 10, 2: 40}
    assert found.numbers() == ({UUID(int=3): 0, UUID(int=1): 1}, {UUID(int=9): 2})
    assert [node.size for node in found.nodes()] == [1, 1, 7]
    assert found.stories().keys() == {UUID(int=8), UUID(int=9)}


def test_stories_are_searched_by_the_days_of_articles_that_are_not_copies() -> None:
    new = [member(1), member(2, copy=True), member(3, hours=24 * 90)]
    first, last = searches(new, vectors_of([10, 20, 30]))
    assert (first.terms.terms.tolist(), last.terms.terms.tolist()) == ([10], [30])
    assert first.days[0] < NOON.date() < first.days[1] < last.days[1]


def test_the_strong_terms_of_a_story_of_one_article_stand_for_all_of_them() -> None:
    rows = np.repeat([0, 1, 2], STRONG_TERMS)
    weights = np.repeat([0.24, 0.1, 0.1], STRONG_TERMS).astype(np.float32)
    stored = Vectors(rows, np.arange(3 * STRONG_TERMS, dtype=np.uint32), weights)
    scaled = scale_centroids(stored, [story(1), story(2, 5), story(3)])
    lengths = np.sqrt(np.bincount(scaled.rows, scaled.weights.astype(np.float64) ** 2))
    assert lengths.tolist() == pytest.approx([1.0, 0.4, 0.4 * MAX_SCALE])
