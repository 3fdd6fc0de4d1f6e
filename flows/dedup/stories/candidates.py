"""Chooses what a step clusters: new articles, members of the stories they may belong to, other stories as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.day_ranges import ALL_DAYS, day_ranges
from flows.dedup.stories import vectors
from flows.dedup.stories.clustering import MAX_DAYS, Node
from flows.dedup.stories.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from flows.dedup.records import MemberRecord, StoryRecord

# So many terms of a story and of an article are searched for: on real events and on a wire, 99 to 100 % of the pairs at
# the threshold are found so.
STRONG_TERMS = 16
MAX_SCALE = 1.25  # of the strong terms of a story of one article, which are all that is stored of it
MIN_STRONG_PRODUCT = 0.04  # of the strong terms of a story and an article; only above that both are compared in full
# Stored members that are clustered again, for each new article, and in any case. Further stories are collapsed, the
# largest first, because one more article changes them least. On ECB+ five are enough, on a stream of all news two.
REOPENED_PER_ARTICLE = 4
MIN_REOPENED = 500
_NO_DAY = datetime(1970, 1, 1, tzinfo=UTC)  # for an empty set


@dataclass(frozen=True, slots=True)
class StorySearch:
    """Strong terms of new articles (the rows are their numbers), and the days in which stories may have them."""

    days: tuple[date, date]
    terms: Vectors


@dataclass(frozen=True, slots=True)
class Members:
    """Members of stories, or articles to become some; `vectors` has a row for each."""

    members: list[MemberRecord]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """The nodes of one step: `members`, then `collapsed`; `vectors` has a row for each node.

    `members` are the new articles and those of the stories that are clustered again (`opened`), `collapsed` the stories
    that stay as they are. Both are ordered by time, whatever came in first.
    """

    members: list[MemberRecord]
    collapsed: list[StoryRecord]
    opened: dict[UUID, StoryRecord]
    vectors: Vectors

    def stories(self) -> dict[UUID, StoryRecord]:
        """The stored stories."""
        return self.opened | {story.story_id: story for story in self.collapsed}

    def nodes(self) -> list[Node]:
        """The nodes as `cluster` takes them."""
        sizes = [*(int(not one.copy) for one in self.members), *(one.reports for one in self.collapsed)]
        everything: list[MemberRecord | StoryRecord] = [*self.members, *self.collapsed]
        return [
            Node(size, one.first_at.timestamp(), one.last_at.timestamp(), only_outlet(one.outlets))
            for size, one in zip(sizes, everything, strict=True)
        ]

    def headlines(self) -> list[tuple[str, str | None]]:
        """The headline and the language of each node."""
        everything: list[MemberRecord | StoryRecord] = [*self.members, *self.collapsed]
        return [(one.title, one.language) for one in everything]

    def dated(self) -> NDArray[np.bool_]:
        """Whether a publisher says when an article was published; yes for collapsed stories."""
        seen = [one.first_at == one.first_seen_at for one in self.members]
        return ~np.array(seen + [False] * len(self.collapsed), np.bool_)

    def numbers(self) -> tuple[dict[UUID, int], dict[UUID, int]]:
        """The node of each article, and of each collapsed story."""
        begin = len(self.members)
        return (
            {one.article_id: number for number, one in enumerate(self.members)},
            {one.story_id: number for number, one in enumerate(self.collapsed, start=begin)},
        )

    def span(self) -> tuple[datetime, datetime]:
        """The time of all nodes."""
        everything: list[MemberRecord | StoryRecord] = [*self.members, *self.collapsed]
        times = [time for one in everything for time in (one.first_at, one.last_at)]
        return min(times, default=_NO_DAY), max(times, default=_NO_DAY)


def only_outlet(outlets: Collection[str]) -> str | None:
    """The outlet if it is a single one."""
    return next(iter(outlets)) if len(outlets) == 1 else None


def strong(found: Vectors, most: int = STRONG_TERMS) -> NDArray[np.bool_]:
    """Which entries are among the heaviest of their row."""
    place = np.arange(len(found.rows)) - np.searchsorted(found.rows, found.rows)
    is_strong: NDArray[np.bool_] = place < most
    return is_strong


def searches(new: Sequence[MemberRecord], texts: Vectors) -> list[StorySearch]:
    """What to search stories by; `texts` has a row for each new article."""
    days = np.array([one.first_at.date() for one in new])
    voice = np.array([not one.copy for one in new], np.bool_)
    is_strong = strong(texts)
    found = []
    for first, last in day_ranges(days, round(MAX_DAYS)):
        inside = np.flatnonzero((days >= first) & (days <= last) & voice)
        # A story may have gone on long after an article that is imported late.
        around = (first - timedelta(days=MAX_DAYS + 1), last + timedelta(days=MAX_DAYS + 1))
        found.append(StorySearch(around, texts.where(is_strong & np.isin(texts.rows, inside))))
    return found


def search_span(new: Sequence[MemberRecord]) -> tuple[date, date]:
    """The days of all stories that matter: wide enough for those that are linked by a chain of copies."""
    if not new:
        return ALL_DAYS
    days = [one.first_at.date() for one in new]
    wide = timedelta(days=2 * MAX_DAYS)
    return min(days) - wide, max(days) + wide


def choose_stories(
    stories: Sequence[StoryRecord], needed: Collection[UUID], new_articles: int
) -> dict[UUID, StoryRecord]:
    """The stories to cluster again: the needed ones, then the small ones, as many as the limit of members allows."""
    left = max(MIN_REOPENED, REOPENED_PER_ARTICLE * new_articles)
    chosen = {}
    for story in sorted(
        stories, key=lambda one: (one.story_id not in needed, one.articles, one.first_at, one.story_id)
    ):
        if story.articles <= left:
            left -= story.articles
            chosen[story.story_id] = story
    return chosen


def complete_stories(
    chosen: Mapping[UUID, StoryRecord], new: Sequence[MemberRecord], stored: Members
) -> dict[UUID, StoryRecord]:
    """The chosen stories with all of their members at hand: the members of old stories are not stored any more."""
    edited = {one.article_id for one in new if one.story_id}
    found = Counter(one.story_id for one in [*(one for one in stored.members if one.article_id not in edited), *new])
    return {key: story for key, story in chosen.items() if found[key] == story.articles}


def build_candidate_set(
    new: Members,
    stored: Members,
    opened: dict[UUID, StoryRecord],
    collapsed: list[StoryRecord],
    centroids: Vectors,
    sources: Mapping[UUID, Collection[str]],
) -> CandidateSet:
    """Put the nodes of a step in order.

    A new article with a story was edited. If its story is not open (it is too large, or its members are no longer
    stored), the article is left out and stays in its story. `sources` are further sources of articles.
    """
    edited = {one.article_id for one in new.members if one.story_id}
    numbered = [
        *((one, row) for row, one in enumerate(new.members) if one.story_id is None or one.story_id in opened),
        *(
            (one, row)
            for row, one in enumerate(stored.members, start=len(new.members))
            if one.story_id in opened and one.article_id not in edited
        ),
    ]
    numbered.sort(key=lambda each: (each[0].first_at, each[0].article_id))
    begin = len(new.members) + len(stored.members)
    nodes = np.full(begin + len(collapsed), -1)
    nodes[[row for _, row in numbered]] = np.arange(len(numbered))
    nodes[begin:] = np.arange(len(collapsed)) + len(numbered)
    everything = vectors.together(
        vectors.together(new.vectors, stored.vectors.shifted(len(new.members))), centroids.shifted(begin)
    )
    members = [_with_sources(one, sources.get(one.article_id, ())) for one, _ in numbered]
    return CandidateSet(members, collapsed, opened, everything.some(nodes))


def _with_sources(member: MemberRecord, sources: Collection[str]) -> MemberRecord:
    return replace(member, outlets=member.outlets.union(sources)) if sources else member


def scale_centroids(stored: Vectors, stories: Sequence[StoryRecord]) -> Vectors:
    """The stored centroids of stories. Of a story of one article only strong terms are stored: they stand for all.

    But only so far: the vectors of texts that say what many say are short.
    """
    counts = np.bincount(stored.rows, minlength=len(stories))
    lengths = np.sqrt(np.bincount(stored.rows, stored.weights.astype(np.float64) ** 2, len(stories)))
    alone = np.array([story.articles == 1 for story in stories], np.bool_)
    scale = np.where(alone & (counts == STRONG_TERMS), np.minimum(1 / np.maximum(lengths, 1e-9), MAX_SCALE), 1)
    return Vectors(stored.rows, stored.terms, (stored.weights * scale[stored.rows]).astype(np.float32))
