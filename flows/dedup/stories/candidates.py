"""What a step compares: new articles, the articles of stories that they come near to, other stories as wholes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup.day_ranges import day_ranges
from flows.dedup.stories import vectors
from flows.dedup.stories.clustering import MOST_DAYS, REACH_DAYS, Node
from flows.dedup.stories.vectors import Vectors
from warehouse.dedup.stories import WEIGHT_UNIT, CandidateStories, Story, read_centroids
from warehouse.dedup.story_members import MemberTerms, StoryMember, read_members

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    import duckdb

STRONG = 12  # of a story's or an article's terms are looked for; of pairs at the threshold on ECB+ 99 % are found so
LEAST_STRONG = 0.12  # the product of these that a story must have with an article to be compared in full
# Held articles that are looked at again, for each new one, and in any case: stories beyond are taken as wholes, the
# greatest first, which one article more changes least. On ECB+ five are enough, on a stream of all news two.
AGAIN = 4
LEAST_AGAIN = 500


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """The nodes of one step: `members`, then `collapsed`; `vectors` has a row a node.

    `members` are the new articles and those of the stories that are looked at again (`opened`). Within each, the order
    is that of time, whatever came in when.
    """

    members: list[StoryMember]
    collapsed: list[Story]
    opened: dict[UUID, Story]
    vectors: Vectors

    def nodes(self) -> list[Node]:
        """As the linkage takes them."""
        return [
            *(Node(int(not one.copy), one.first_at.timestamp(), one.last_at.timestamp()) for one in self.members),
            *(Node(one.reports, one.first_at.timestamp(), one.last_at.timestamp()) for one in self.collapsed),
        ]

    def numbers(self) -> tuple[dict[UUID, int], dict[UUID, int]]:
        """The nodes of articles, and of stories taken as wholes."""
        begin = len(self.members)
        return (
            {one.article_id: number for number, one in enumerate(self.members)},
            {one.story_id: number for number, one in enumerate(self.collapsed, start=begin)},
        )


def build_candidate_set(
    connection: duckdb.DuckDBPyConnection,
    new_members: Sequence[StoryMember],
    texts: Vectors,
    linked: Collection[UUID],
) -> CandidateSet:
    """Choose the nodes of a step; `texts` has a row per new member, the stories `linked` are always included.

    A new member with a story has changed, and that story is opened again. Where that is impossible (it is too large, or
    its articles are no longer stored one by one), the article is left out and stays in its story.
    """
    needed = {one.story_id for one in new_members if one.story_id is not None}
    stories = _near(connection, new_members, texts, {*linked, *needed})
    chosen = _chosen(stories, needed, max(LEAST_AGAIN, AGAIN * len(new_members)))
    held, terms = _members(connection, chosen.values())
    changed = {one.article_id for one in new_members if one.story_id}
    found = Counter(one.story_id for one in [*(each for each in held if each.article_id not in changed), *new_members])
    opened = {key: story for key, story in chosen.items() if found[key] == story.articles}
    members = [
        *((one, number) for number, one in enumerate(new_members) if one.story_id is None or one.story_id in opened),
        *(
            (one, number)
            for number, one in enumerate(held, start=len(new_members))
            if one.story_id in opened and one.article_id not in changed
        ),
    ]
    members.sort(key=lambda each: (each[0].first_at, each[0].article_id))
    collapsed = [story for story in stories if story.story_id not in opened]
    begin = len(new_members) + len(held)
    numbers = np.full(begin + len(collapsed), -1)
    numbers[[place for _, place in members]] = np.arange(len(members))
    numbers[begin:] = np.arange(len(collapsed)) + len(members)
    centroids = _centroids(connection, collapsed)
    rows = np.repeat(np.arange(len(held)) + len(new_members), terms.counts)
    everything = vectors.together(
        vectors.together(texts, Vectors(rows, terms.terms, (terms.weights / WEIGHT_UNIT).astype(np.float32))),
        Vectors(centroids.rows + begin, centroids.terms, centroids.weights),
    )
    return CandidateSet([one for one, _ in members], collapsed, opened, everything.some(numbers))


def _centroids(connection: duckdb.DuckDBPyConnection, collapsed: Sequence[Story]) -> Vectors:
    """The middles of stories. Of a story of one article the heaviest terms alone are stored: they stand for all."""
    found = Vectors(*read_centroids(connection, collapsed))
    counts = np.bincount(found.rows, minlength=len(collapsed))
    lengths = np.sqrt(np.bincount(found.rows, found.weights.astype(np.float64) ** 2, len(collapsed)))
    alone = np.array([story.articles == 1 for story in collapsed], np.bool_)
    scale = np.where(alone & (counts == STRONG), 1 / np.maximum(lengths, 1e-9), 1)
    return Vectors(found.rows, found.terms, (found.weights * scale[found.rows]).astype(np.float32))


def strong(found: Vectors) -> np.ndarray:
    """Which entries are among the heaviest of their row."""
    place = np.arange(len(found.rows)) - np.searchsorted(found.rows, found.rows)
    is_strong: np.ndarray = place < STRONG
    return is_strong


def strongest(found: Vectors) -> Vectors:
    """The heaviest entries of each row."""
    chosen = strong(found)
    return Vectors(found.rows[chosen], found.terms[chosen], found.weights[chosen])


def _near(
    connection: duckdb.DuckDBPyConnection, new_members: Sequence[StoryMember], texts: Vectors, linked: set[UUID]
) -> list[Story]:
    """The stories that the articles may belong to, the oldest first."""
    days = np.array([one.first_at.date() for one in new_members])
    voice = np.array([not one.copy for one in new_members], np.bool_)
    is_strong = strong(texts)
    with CandidateStories(connection) as near:
        near.add(linked)
        for first, last in day_ranges(days, round(MOST_DAYS)):
            inside = np.flatnonzero((days >= first) & (days <= last) & voice)
            # A story may have gone on for long after an article that is imported late.
            around = (first - timedelta(days=REACH_DAYS + 1), last + timedelta(days=REACH_DAYS + MOST_DAYS + 1))
            near.search(_table(texts, is_strong & np.isin(texts.rows, inside)), around, LEAST_STRONG)
        # Wide enough for stories that are linked by a chain of copies.
        wide = timedelta(days=2 * MOST_DAYS)
        span = (min(days) - wide, max(days) + wide) if len(days) else (date(1, 1, 1), date(9999, 12, 30))
        return list(near.read(span).values())


def _table(found: Vectors, chosen: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "node": pa.array(found.rows[chosen]),
            "term": pa.array(found.terms[chosen]),
            "weight": pa.array(np.round(found.weights[chosen] * WEIGHT_UNIT).astype(np.uint16)),
        }
    )


def _chosen(stories: Sequence[Story], needed: Collection[UUID], left: int) -> Mapping[UUID, Story]:
    """The stories that are looked at again: the needed, then the small ones, of `left` articles together."""
    chosen = {}
    for story in sorted(
        stories, key=lambda one: (one.story_id not in needed, one.articles, one.first_at, one.story_id)
    ):
        if story.articles <= left:
            left -= story.articles
            chosen[story.story_id] = story
    return chosen


def _members(
    connection: duckdb.DuckDBPyConnection, stories: Collection[Story]
) -> tuple[list[StoryMember], MemberTerms]:
    days = (
        min((story.first_at.date() for story in stories), default=date.min),
        max((story.last_at.date() for story in stories), default=date.max),
    )
    return read_members(connection, [story.story_id for story in stories], days)
