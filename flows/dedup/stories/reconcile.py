"""Which stories the clusters of a step are: their identifiers, rows and middles. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from flows.dedup.stories import vectors
from flows.identifiers import digest
from warehouse.dedup.stories import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from flows.dedup.stories.candidates import CandidateSet
    from flows.dedup.stories.clustering import Node
    from flows.dedup.stories.vectors import Vectors
    from warehouse.dedup.story_members import StoryMember

Held = dict[UUID, Story]
_NO_NAME = UUID(int=0)


@dataclass(frozen=True, slots=True)
class StoryChanges:
    """What changes: `stories` with the rows of `centroids`, stories that are `gone` (some come again among `stories`).

    `placed` are articles that have come to a story, `renamed` stories taken as wholes that are part of another one.
    """

    stories: list[Story]
    centroids: Vectors
    gone: list[Story]
    placed: dict[UUID, UUID]
    renamed: dict[UUID, UUID]


def reconcile(
    candidate_set: CandidateSet,
    nodes: Sequence[Node],
    clusters: Sequence[Sequence[int]],
    outlets: Mapping[UUID, Collection[str]],
    reports: Mapping[UUID, int],
    changed: Collection[UUID],
    taken: Callable[[Collection[UUID]], Collection[UUID]],
) -> StoryChanges:
    """The stories that have changed, and where their articles are.

    `outlets` are more sources of stories on the board taken as wholes, `reports` how many more of the articles of these
    are no copies, `changed` the articles that have been told
    before, with another text; `taken` says which of some identifiers are stories in the warehouse.
    """
    parts = [_Part.of(candidate_set, numbers) for numbers in clusters]
    held = candidate_set.opened | {story.story_id: story for story in candidate_set.collapsed}
    written = [part for part in parts if not part.as_it_was(held, outlets, reports, changed)]
    _name(written, held, taken)
    group = np.full(len(nodes), -1)
    for number, part in enumerate(written):
        group[part.numbers] = number
    centroids = vectors.means(candidate_set.vectors, group, np.array([node.size for node in nodes]))
    # A story of one article is that article.
    several = np.array([len(part.numbers) > 1 for part in written], np.bool_)
    group[group >= 0] = np.where(several[group[group >= 0]], group[group >= 0], -1)
    similarities = vectors.similarities(candidate_set.vectors, group, centroids)
    stories: list[Story] = []
    gone: Held = {}
    placed: dict[UUID, UUID] = {}
    renamed: dict[UUID, UUID] = {}
    for part in written:
        more = {source for whole in part.collapsed for source in outlets.get(whole.story_id, ())}
        stories.append(part.story(held, more, reports, similarities))
        gone |= {key: held[key] for key in part.before}
        placed |= {
            one.article_id: part.name for one in part.members if one.story_id != part.name or one.article_id in changed
        }
        renamed |= {whole.story_id: part.name for whole in part.collapsed if whole.story_id != part.name}
    return StoryChanges(stories, centroids, list(gone.values()), placed, renamed)


@dataclass(slots=True)
class _Part:
    """A cluster: its nodes, and how many articles it has of each story that there was."""

    numbers: Sequence[int]
    members: list[StoryMember]
    collapsed: list[Story]
    before: dict[UUID, int]
    name: UUID = _NO_NAME

    @staticmethod
    def of(candidate_set: CandidateSet, numbers: Sequence[int]) -> _Part:
        begin = len(candidate_set.members)
        members = [candidate_set.members[number] for number in numbers if number < begin]
        collapsed = [candidate_set.collapsed[number - begin] for number in numbers if number >= begin]
        before = {whole.story_id: whole.articles for whole in collapsed}
        for one in members:
            if one.story_id is not None:
                before[one.story_id] = before.get(one.story_id, 0) + 1
        return _Part(numbers, members, collapsed, before)

    def as_it_was(
        self,
        held: Held,
        outlets: Mapping[UUID, Collection[str]],
        reports: Mapping[UUID, int],
        changed: Collection[UUID],
    ) -> bool:
        if len(self.before) != 1:
            return False
        (key, many), *_ = self.before.items()
        more = {source for one in self.members for source in one.outlets} | set(outlets.get(key, ()))
        return (
            many == held[key].articles
            and not any(one.story_id is None or one.article_id in changed for one in self.members)
            and more <= set(held[key].outlets)
            and self._reports(reports) == held[key].reports
        )

    def _reports(self, more: Mapping[UUID, int]) -> int:
        return sum(not one.copy for one in self.members) + sum(
            one.reports + more.get(one.story_id, 0) for one in self.collapsed
        )

    def story(self, held: Held, more: Collection[str], reports: Mapping[UUID, int], similarities: np.ndarray) -> Story:
        """The story, whose tellings' `similarities` to its centroid is given by node."""
        all_of_them: list[StoryMember | Story] = [*self.members, *self.collapsed]
        headlines = [(whole.similarity, whole.article_id, whole.title) for whole in self.collapsed]
        for number, one in zip(self.numbers, self.members, strict=False):
            # A copy has no say.
            close = 1.0 if len(self.numbers) == 1 else 0.0 if one.copy else round(float(similarities[number]), 6)
            headlines.append((close, one.article_id, one.title))
        close, headed, title = max(headlines)
        before = [held[key] for key in self.before]
        languages = [one.language for one in all_of_them]
        outlets = {source for one in all_of_them for source in one.outlets}
        # Of an old article it is no longer known where else it stood; of its story it is.
        outlets |= {
            source for key, many in self.before.items() if many == held[key].articles for source in held[key].outlets
        }
        return Story(
            story_id=self.name,
            title=title,
            first_at=min(one.first_at for one in all_of_them),
            last_at=max([one.first_at for one in self.members] + [whole.last_at for whole in self.collapsed]),
            articles=len(self.members) + sum(whole.articles for whole in self.collapsed),
            reports=self._reports(reports),
            outlets=tuple(sorted(outlets | set(more))),
            language=max(dict.fromkeys(languages), key=languages.count),
            article_id=headed,
            similarity=close,
            closed_at=None if any(one.closed_at is None for one in before) or not before else before[0].closed_at,
        )


def _name(parts: Sequence[_Part], held: Held, taken: Callable[[Collection[UUID]], Collection[UUID]]) -> None:
    """A story keeps its identifier in the part that has most of its articles; the greatest share goes first."""
    shares = [
        (-many, held[key].first_at, key, number)
        for number, part in enumerate(parts)
        for key, many in part.before.items()
    ]
    named: set[int] = set()
    used: set[UUID] = set()
    for _, _, key, number in sorted(shares):
        if key not in used and number not in named:
            parts[number].name = key
            used.add(key)
            named.add(number)
    rest = [part for number, part in enumerate(parts) if number not in named]
    for part in rest:
        part.name = digest("story", str(part.members[0].article_id))
    # The story that an article founded may have gone on without it.
    again = [part for part in rest if part.members[0].story_id is not None]
    known = used | set(taken([part.name for part in again])) if again else used
    for part in again:
        times = 0
        while part.name in known:
            times += 1
            part.name = digest("story", str(part.members[0].article_id), str(times))
            known |= set(taken([part.name]))
        known.add(part.name)
