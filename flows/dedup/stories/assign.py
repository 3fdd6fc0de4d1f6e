"""The third level: which story each new article tells."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup import STORY_METHOD
from flows.dedup.copies.originals import publication_time
from flows.dedup.stories import vectors
from flows.dedup.stories.candidates import LEAST_STRONG, build_candidate_set, strong, strongest
from flows.dedup.stories.clustering import LEAST_SIMILARITY, cluster, components
from flows.dedup.stories.reconcile import reconcile
from flows.dedup.stories.vectors import Vectors
from warehouse.dedup.stories import (
    STORY_TERMS,
    WEIGHT_UNIT,
    add_stories,
    assign_stories,
    known_stories,
    remove_stories,
    rename_stories,
)
from warehouse.dedup.story_members import (
    MemberTerms,
    StoryMember,
    add_member_outlets,
    add_members,
    assign_members,
    member_outlets,
    remove_members,
    rename_member_stories,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    import duckdb
    from numpy.typing import NDArray

    from flows.dedup.articles import NewText, OtherPublication
    from flows.dedup.copies.chains import DuplicateChanges
    from flows.dedup.stories.candidates import CandidateSet
    from flows.dedup.stories.idf import Idf
    from flows.dedup.stories.reconcile import StoryChanges
    from warehouse.dedup.stories import Story

QUIET_DAYS = 8  # a story that has been quiet for so long is closed: nothing new is near enough, copies included
_EVER = datetime(1970, 1, 1, tzinfo=UTC)  # of nothing
_WHOLE_DAY = timedelta(days=1) - timedelta(seconds=1)


def place_in_stories(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    duplicate_changes: DuplicateChanges,
    idf: Idf,
) -> None:
    """Put each new article into a story, and look again at the articles of the stories that new ones come near to.

    So it matters little in which order articles come: what has gone into one story and turns out to be two is parted,
    what are two and turn out to be one is joined. Touches the rows of these stories and articles alone. An article with
    a new version is placed again. `duplicate_changes` is what the step before found: an article and what it repeats
    are of one story.
    """
    stories_of = {
        state.article_id: state.story_id for state in duplicate_changes.states.values() if state.story_id is not None
    }
    sources: defaultdict[UUID, set[str]] = defaultdict(set)
    for one in other_publications:
        sources[one.article_id].add(one.source)
    # Where a text stood unchanged before it was edited, the article still stands.
    told_before = [article for article in articles if article.article_id in stories_of]
    for key, outlets in _outlets(connection, told_before).items():
        sources[key] |= outlets
    new_members = [_story_member(article, duplicate_changes, stories_of, sources) for article in articles]
    texts = _vectors(articles, idf)
    candidate_set = build_candidate_set(
        connection, new_members, texts, _linked_stories(duplicate_changes, stories_of, other_publications)
    )
    candidate_set = replace(
        candidate_set,
        members=[
            replace(one, outlets=one.outlets | sources.get(one.article_id, set())) for one in candidate_set.members
        ]
        if sources
        else candidate_set.members,
    )
    nodes = candidate_set.nodes()
    voices = np.array([node.size > 0 for node in nodes], np.bool_)[candidate_set.vectors.rows]
    spoken = Vectors(
        candidate_set.vectors.rows[voices], candidate_set.vectors.terms[voices], candidate_set.vectors.weights[voices]
    )
    same = _same(duplicate_changes, candidate_set, stories_of)
    # What has few of its strongest terms in common is apart: all terms are compared between the others alone.
    rough = vectors.products(strongest(spoken), LEAST_STRONG)
    part = components(len(nodes), *np.concatenate([np.stack([rough.one, rough.other], axis=1), same]).T)
    found = cluster(nodes, vectors.products(spoken, LEAST_SIMILARITY, part), same)
    new = {article.article_id for article in articles}
    # Those that are not on the board themselves are part of a story taken as a whole.
    there = {one.article_id for one in candidate_set.members}
    more = _more_outlets((sources.keys() - new) | (sources.keys() - there), sources, stories_of)
    reports = _more_reports(duplicate_changes, there)
    days = _days(candidate_set)
    changed = {one.article_id for one in new_members if one.story_id is not None}
    changes = reconcile(
        candidate_set, nodes, found, more, reports, changed, lambda names: known_stories(connection, names, days)
    )
    _write(
        connection, candidate_set, changes, (new_members, texts), {key: sources[key] for key in sources.keys() - new}
    )


def _story_member(
    article: NewText,
    duplicate_changes: DuplicateChanges,
    stories_of: Mapping[UUID, UUID],
    sources: Mapping[UUID, set[str]],
) -> StoryMember:
    """A new article; where only the day of its publication is known, its time is a stretch of a day."""
    when = publication_time(article.published_at, article.precision, article.first_seen_at)
    key = article.article_id
    if key in duplicate_changes.duplicates:
        duplicate = duplicate_changes.duplicates[key]
        root, kind = (duplicate.root, duplicate.kind) if duplicate else (None, None)
    else:
        state = duplicate_changes.states.get(key)
        root, kind = (state.duplicate_of, state.duplicate_kind) if state else (None, None)
    return StoryMember(
        article_id=key,
        story_id=stories_of.get(key),
        first_seen_at=article.first_seen_at,
        first_at=when.at,
        last_at=when.at + _WHOLE_DAY if when.precision == "day" else when.at,
        title=article.title,
        language=article.language,
        outlets=frozenset({article.source, *sources.get(key, ())}),
        root=root,
        copy=kind == "copy",
    )


def _outlets(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> Mapping[UUID, frozenset[str]]:
    """The sources that held articles are known to stand at."""
    if not articles:
        return {}
    sights = [article.first_seen_at for article in articles]
    return member_outlets(connection, [article.article_id for article in articles], (min(sights), max(sights)))


def _vectors(articles: Sequence[NewText], idf: Idf) -> Vectors:
    """What each of the articles is about, as a vector of length 1."""
    if not articles:
        return vectors.NONE
    numbers = np.repeat(np.arange(len(articles)), [len(article.features.terms) for article in articles])
    terms = np.concatenate([article.features.terms for article in articles])
    weights = np.concatenate([article.features.weights for article in articles])
    return vectors.unit(vectors.heaviest(numbers, terms, weights * idf.weights(terms)))


def _linked_stories(
    duplicate_changes: DuplicateChanges, stories_of: Mapping[UUID, UUID], other_publications: Sequence[OtherPublication]
) -> set[UUID]:
    """The stories of held articles that repeat others from here on, or no longer, or whose text is elsewhere too."""
    ends = {
        found.root for found in duplicate_changes.duplicates.values() if found is not None
    } | duplicate_changes.duplicates.keys()
    ends |= {one.article_id for one in other_publications}
    return {stories_of[article] for article in ends if article in stories_of}


def _same(
    duplicate_changes: DuplicateChanges, candidate_set: CandidateSet, stories_of: Mapping[UUID, UUID]
) -> NDArray[np.int64]:
    """Nodes that belong together because one repeats the other."""
    articles, collapsed = candidate_set.numbers()

    def node(article: UUID) -> int | None:
        number = articles.get(article)
        return collapsed.get(stories_of[article]) if number is None and article in stories_of else number

    links = {one.article_id: one.root for one in candidate_set.members if one.root is not None}
    links |= {article: found.root for article, found in duplicate_changes.duplicates.items() if found is not None}
    for article in [article for article, found in duplicate_changes.duplicates.items() if found is None]:
        links.pop(article, None)
    pairs = [(node(article), node(root)) for article, root in links.items()]
    found = [(one, other) for one, other in pairs if one is not None and other is not None and one != other]
    return np.array(found, np.int64).reshape(-1, 2)


def _more_outlets(
    held: Collection[UUID], sources: Mapping[UUID, set[str]], stories_of: Mapping[UUID, UUID]
) -> dict[UUID, set[str]]:
    """By story: sources where the text of a held article stands unchanged."""
    more: defaultdict[UUID, set[str]] = defaultdict(set)
    for article in held:
        if article in stories_of:
            more[stories_of[article]] |= sources[article]
    return more


def _more_reports(duplicate_changes: DuplicateChanges, there: Collection[UUID]) -> dict[UUID, int]:
    """By story: how many of its articles that are not on the board are no copies any more, less those that are now."""
    more: Counter[UUID] = Counter()
    for article, duplicate in duplicate_changes.duplicates.items():
        state = duplicate_changes.states[article]
        if state.story_id is not None and article not in there:
            is_copy = duplicate is not None and duplicate.kind == "copy"
            more[state.story_id] += int(state.duplicate_kind == "copy") - int(is_copy)
    return {story: count for story, count in more.items() if count}


def _days(candidate_set: CandidateSet) -> tuple[datetime, datetime]:
    """The time of everything on the board."""
    everything: list[StoryMember | Story] = [*candidate_set.members, *candidate_set.collapsed]
    times = [time for one in everything for time in (one.first_at, one.last_at)]
    return min(times, default=_EVER), max(times, default=_EVER)


def _write(
    connection: duckdb.DuckDBPyConnection,
    candidate_set: CandidateSet,
    changes: StoryChanges,
    new_members: tuple[Sequence[StoryMember], Vectors],
    outlets: Mapping[UUID, set[str]],
) -> None:
    """Write the stories that have changed, and where their articles are."""
    remove_stories(connection, changes.gone)
    if changes.stories:
        add_stories(connection, changes.stories, STORY_METHOD, _story_terms(changes.stories, changes.centroids))
    rename_stories(connection, changes.renamed)
    members = [one for one in candidate_set.members if one.article_id in changes.placed]
    if members:
        sights = [one.first_seen_at for one in members]
        assign_stories(connection, changes.placed, (min(sights), max(sights)))
    begin, end = (when.date() for when in _days(candidate_set))
    rename_member_stories(connection, changes.renamed, (begin, end))
    new = {one.article_id for one in new_members[0]}
    assign_members(connection, {key: name for key, name in changes.placed.items() if key not in new}, (begin, end))
    add_member_outlets(connection, outlets, (begin, end))
    changed = [one for one in new_members[0] if one.story_id is not None]
    if changed:
        sights = [one.first_seen_at for one in changed]
        remove_members(connection, [one.article_id for one in changed], (min(sights), max(sights)))
    weights = np.round(new_members[1].weights * WEIGHT_UNIT).astype(np.uint16)
    counts = np.bincount(new_members[1].rows, minlength=len(new_members[0]))
    terms = MemberTerms(counts, new_members[1].terms, weights)
    where = changes.placed | {
        one.article_id: changes.renamed.get(one.story_id, one.story_id)
        for one in changed
        if one.story_id is not None and one.article_id not in changes.placed
    }
    add_members(connection, new_members[0], [where[one.article_id] for one in new_members[0]], terms)


def _story_terms(stories: Sequence[Story], centroids: Vectors) -> pa.Table:
    """The middles of stories as STORY_TERMS, by day; the rows of `centroids` are the numbers of the stories.

    Of a story of one article there are the terms alone by which it is looked for: the others stand with the article.
    """
    is_strong = strong(centroids)
    kept = is_strong | np.array([story.articles > 1 for story in stories], np.bool_)[centroids.rows]
    is_strong = is_strong[kept]
    centroids = Vectors(centroids.rows[kept], centroids.terms[kept], centroids.weights[kept])
    order = sorted(range(len(stories)), key=lambda number: (stories[number].last_at, stories[number].story_id))
    place = np.empty(len(stories), np.int64)
    place[order] = np.arange(len(stories))
    sequence = np.argsort(place[centroids.rows], kind="stable")
    which = pa.array(centroids.rows[sequence])
    days = pa.array([story.last_at.astimezone(UTC).date() for story in stories], pa.date32())
    names = pa.array([story.story_id.bytes for story in stories], pa.binary(16))
    return pa.table(
        [
            days.take(which),
            pa.ExtensionArray.from_storage(pa.uuid(), names.take(which)),
            pa.array(centroids.terms[sequence]),
            pa.array(np.round(centroids.weights[sequence] * WEIGHT_UNIT).astype(np.uint16)),
            pa.array(is_strong[sequence]),
        ],
        schema=STORY_TERMS,
    )


def quiet_since(now: datetime) -> datetime:
    """Stories whose latest article came before are closed."""
    return now - timedelta(days=QUIET_DAYS)
