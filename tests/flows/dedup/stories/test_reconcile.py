"""Which stories the clusters are, and what changes in the stored ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from flows.dedup.stories.candidates import CandidateSet
from flows.dedup.stories.reconcile import Corrections, StoryChanges, changed_parts, name_parts, reconcile
from flows.identifiers import digest
from tests.flows.dedup.stories.test_candidates import member, story, vectors_of

if TYPE_CHECKING:
    from flows.dedup.records import MemberRecord, StoryRecord

NOTHING_NEW = Corrections({}, {}, set())
OLD, OTHER = UUID(int=8), UUID(int=9)


def candidate_set(members: list[MemberRecord], opened: list[StoryRecord], *collapsed: StoryRecord) -> CandidateSet:
    vectors = vectors_of([7] * (len(members) + len(collapsed)))
    return CandidateSet(members, list(collapsed), {one.story_id: one for one in opened}, vectors)


def reconciled(candidates: CandidateSet, clusters: list[list[int]], corrections: Corrections) -> StoryChanges:
    parts = changed_parts(candidates, clusters, corrections)
    return reconcile(candidates, parts, name_parts(parts, candidates.stories(), ()).names, corrections)


def stored(number: int, *members: MemberRecord) -> StoryRecord:
    outlets = tuple(sorted({source for one in members for source in one.outlets}))
    return replace(story(number, len(members)), outlets=outlets)


def test_a_cluster_that_is_a_stored_story_changes_nothing() -> None:
    members = [member(1, 8), member(2, 8)]
    candidates = candidate_set(members, [stored(8, *members)])
    assert reconciled(candidates, [[0, 1]], NOTHING_NEW).stories == []
    edited = Corrections({}, {}, {UUID(int=1)})
    assert [one.story_id for one in reconciled(candidates, [[0, 1]], edited).stories] == [OLD]


def test_a_new_article_joins_a_story_that_keeps_its_identifier() -> None:
    members = [member(1, 8), member(2)]
    changes = reconciled(candidate_set(members, [stored(8, members[0])]), [[0, 1]], NOTHING_NEW)
    (found,) = changes.stories
    assert (found.story_id, found.articles, found.reports) == (OLD, 2, 2)
    assert found.outlets == ("paper1.example", "paper2.example")
    assert changes.placed == {UUID(int=2): OLD}
    assert [one.story_id for one in changes.gone] == [OLD]


def test_of_two_stories_that_are_one_the_larger_keeps_its_identifier() -> None:
    members = [member(1, 8), member(2, 9), member(3, 9)]
    candidates = candidate_set(members, [stored(8, members[0]), stored(9, *members[1:])])
    changes = reconciled(candidates, [[0, 1, 2]], NOTHING_NEW)
    assert [(one.story_id, one.articles) for one in changes.stories] == [(OTHER, 3)]
    assert {one.story_id for one in changes.gone} == {OLD, OTHER}
    assert changes.placed == {UUID(int=1): OTHER}


def test_a_collapsed_story_is_renamed_when_it_becomes_part_of_a_larger_one() -> None:
    candidates = candidate_set([], [], story(8, 2), story(9, 5))
    changes = reconciled(candidates, [[0, 1]], NOTHING_NEW)
    assert [(one.story_id, one.articles) for one in changes.stories] == [(OTHER, 7)]
    assert changes.renamed == {OLD: OTHER}


def test_corrections_of_a_collapsed_story_are_written() -> None:
    candidates = candidate_set([], [], story(8, 3))
    assert reconciled(candidates, [[0]], NOTHING_NEW).stories == []
    (found,) = reconciled(candidates, [[0]], Corrections({OLD: {"echo.example"}}, {OLD: -1}, set())).stories
    assert (found.reports, found.outlets) == (2, ("echo.example", "paper.example"))


def test_a_new_story_does_not_take_the_identifier_of_the_one_its_founder_has_left() -> None:
    founded = digest("story", str(UUID(int=1)))
    members = [member(1, founded.int), member(2, founded.int), member(3, founded.int)]
    candidates = candidate_set(members, [stored(founded.int, *members)])
    parts = changed_parts(candidates, [[0], [1, 2]], NOTHING_NEW)
    second, third = (digest("story", str(UUID(int=1)), str(times)) for times in (1, 2))
    names = name_parts(parts, candidates.stories(), ())
    assert (names.names, names.refounded) == ([second, founded], {second})
    assert name_parts(parts, candidates.stories(), {second}).names == [third, founded]
