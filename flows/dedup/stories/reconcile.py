"""Reconciles clusters with the stored stories: which story each cluster is, and which rows and centroids change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.records import StoryRecord
from flows.dedup.stories import vectors
from flows.identifiers import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from flows.dedup.records import MemberRecord
    from flows.dedup.stories.candidates import CandidateSet
    from flows.dedup.stories.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Corrections:
    """What has become known about stored articles.

    `outlets` are further sources of stories, `reports` how many more articles of collapsed stories are not copies,
    `edited` the articles in a story whose text is new.
    """

    outlets: Mapping[UUID, Collection[str]]
    reports: Mapping[UUID, int]
    edited: Collection[UUID]


@dataclass(frozen=True, slots=True)
class Part:
    """A cluster: the numbers of its nodes, and how many articles it has of each stored story (`before`)."""

    numbers: Sequence[int]
    members: list[MemberRecord]
    collapsed: list[StoryRecord]
    before: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Names:
    """The identifier of each part; `refounded` are those that a stored story may have already."""

    names: list[UUID]
    refounded: set[UUID]


@dataclass(frozen=True, slots=True)
class StoryChanges:
    """What changes: `stories` with the rows of `centroids`, and stored stories to delete (`gone`).

    Some of these come again among `stories`. `placed` are articles that have come to a story, `renamed` collapsed
    stories that have become part of another one.
    """

    stories: list[StoryRecord]
    centroids: Vectors
    gone: list[StoryRecord]
    placed: dict[UUID, UUID]
    renamed: dict[UUID, UUID]


def changed_parts(candidates: CandidateSet, clusters: Sequence[Sequence[int]], corrections: Corrections) -> list[Part]:
    """The clusters that differ from the stored stories."""
    stories = candidates.stories()
    parts = (_part(candidates, numbers) for numbers in clusters)
    return [part for part in parts if not _is_unchanged(part, stories, corrections)]


def name_parts(parts: Sequence[Part], stories: Mapping[UUID, StoryRecord], taken: Collection[UUID]) -> Names:
    """Give each part an identifier that is not `taken`.

    A story keeps its identifier in the part that has most of its articles; the largest share goes first. The identifier
    of a new story comes from its first article. That article may have founded a story that has gone on without it.
    """
    shares = [
        (-many, stories[key].first_at, key, number)
        for number, part in enumerate(parts)
        for key, many in part.before.items()
    ]
    names: dict[int, UUID] = {}
    used: set[UUID] = set()
    for _, _, key, number in sorted(shares):
        if key not in used and number not in names:
            names[number] = key
            used.add(key)
    refounded = set()
    for number, part in enumerate(parts):
        if number in names:
            continue
        founder = part.members[0]
        names[number] = digest("story", str(founder.article_id))
        if founder.story_id is not None:
            times = 0
            while names[number] in used or names[number] in taken:
                times += 1
                names[number] = digest("story", str(founder.article_id), str(times))
            used.add(names[number])
            refounded.add(names[number])
    return Names([names[number] for number in range(len(parts))], refounded)


def reconcile(
    candidates: CandidateSet, parts: Sequence[Part], names: Sequence[UUID], corrections: Corrections
) -> StoryChanges:
    """The stories that have changed, and where their articles are."""
    stories = candidates.stories()
    nodes = candidates.nodes()
    group = np.full(len(nodes), -1)
    for number, part in enumerate(parts):
        group[part.numbers] = number
    centroids = vectors.means(candidates.vectors, group, np.array([node.size for node in nodes]))
    # A story of one article is that article.
    several = np.array([len(part.numbers) > 1 for part in parts], np.bool_)
    group[group >= 0] = np.where(several[group[group >= 0]], group[group >= 0], -1)
    similarities = vectors.similarities(candidates.vectors, group, centroids)
    changed: list[StoryRecord] = []
    gone: dict[UUID, StoryRecord] = {}
    placed: dict[UUID, UUID] = {}
    renamed: dict[UUID, UUID] = {}
    for part, name in zip(parts, names, strict=True):
        changed.append(_story(part, name, stories, corrections, similarities))
        gone |= {key: stories[key] for key in part.before}
        placed |= {
            one.article_id: name for one in part.members if one.story_id != name or one.article_id in corrections.edited
        }
        renamed |= {story.story_id: name for story in part.collapsed if story.story_id != name}
    return StoryChanges(changed, centroids, list(gone.values()), placed, renamed)


def _part(candidates: CandidateSet, numbers: Sequence[int]) -> Part:
    begin = len(candidates.members)
    members = [candidates.members[number] for number in numbers if number < begin]
    collapsed = [candidates.collapsed[number - begin] for number in numbers if number >= begin]
    before = {story.story_id: story.articles for story in collapsed}
    for one in members:
        if one.story_id is not None:
            before[one.story_id] = before.get(one.story_id, 0) + 1
    return Part(numbers, members, collapsed, before)


def _is_unchanged(part: Part, stories: Mapping[UUID, StoryRecord], corrections: Corrections) -> bool:
    if len(part.before) != 1:
        return False
    (key, many), *_ = part.before.items()
    outlets = {source for one in part.members for source in one.outlets} | set(corrections.outlets.get(key, ()))
    return (
        many == stories[key].articles
        and not any(one.story_id is None or one.article_id in corrections.edited for one in part.members)
        and outlets <= set(stories[key].outlets)
        and _reports(part, corrections) == stories[key].reports
    )


def _reports(part: Part, corrections: Corrections) -> int:
    return sum(not one.copy for one in part.members) + sum(
        one.reports + corrections.reports.get(one.story_id, 0) for one in part.collapsed
    )


def _story(
    part: Part,
    name: UUID,
    stories: Mapping[UUID, StoryRecord],
    corrections: Corrections,
    similarities: NDArray[np.float64],
) -> StoryRecord:
    """The story of a part; `similarities` has that of each node to the centroid of its part."""
    everything: list[MemberRecord | StoryRecord] = [*part.members, *part.collapsed]
    headlines = [(story.similarity, story.article_id, story.title) for story in part.collapsed]
    for number, one in zip(part.numbers, part.members, strict=False):
        # A copy has no say.
        close = 1.0 if len(part.numbers) == 1 else 0.0 if one.copy else round(float(similarities[number]), 6)
        headlines.append((close, one.article_id, one.title))
    close, headed, title = max(headlines)
    before = [stories[key] for key in part.before]
    languages = [one.language for one in everything]
    outlets = {source for one in everything for source in one.outlets}
    outlets |= {source for story in part.collapsed for source in corrections.outlets.get(story.story_id, ())}
    # The further sources of an old article are not stored with it any more, but with its story.
    outlets |= {
        source for key, many in part.before.items() if many == stories[key].articles for source in stories[key].outlets
    }
    return StoryRecord(
        story_id=name,
        title=title,
        first_at=min(one.first_at for one in everything),
        last_at=max([one.first_at for one in part.members] + [story.last_at for story in part.collapsed]),
        articles=len(part.members) + sum(story.articles for story in part.collapsed),
        reports=_reports(part, corrections),
        outlets=tuple(sorted(outlets)),
        language=max(dict.fromkeys(languages), key=languages.count),
        article_id=headed,
        similarity=close,
        closed_at=None if any(one.closed_at is None for one in before) or not before else before[0].closed_at,
    )
