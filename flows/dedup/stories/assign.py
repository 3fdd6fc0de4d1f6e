"""Assigns articles to stories: what a step knows of its new articles, and how it clusters its candidates."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.copies.originals import publication_time
from flows.dedup.records import MemberRecord
from flows.dedup.stories import vectors
from flows.dedup.stories.candidates import MIN_STRONG_PRODUCT, Members, strong
from flows.dedup.stories.clustering import MIN_SIMILARITY, THRESHOLD, cluster, components
from flows.dedup.stories.headlines import read_headlines
from flows.dedup.stories.idf import NO_IDF
from flows.dedup.stories.reconcile import Corrections
from flows.dedup.stories.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from numpy.typing import NDArray

    from flows.dedup.copies.chains import DuplicateChanges
    from flows.dedup.records import NewText, OtherPublication
    from flows.dedup.stories.candidates import CandidateSet
    from flows.dedup.stories.idf import Idf
    from flows.dedup.stories.vectors import Pairs

# The threshold for two articles that are compared by names: chosen on ECB+, which has no dates and two events of each
# kind. Where the dates are known, days tell events of one kind apart.
NAMES_THRESHOLD = 0.35
NAME_WEIGHT = 2.5
FEW_TERMS = 15
# Vectors have a length of 1 at most. With 0.02 to 0.2, a wire that comes in ten at a time ends in the same stories; the
# less is written again, the smaller the file.
NOTICEABLE = 0.1
QUIET_DAYS = 30  # a story without a new article for so long is closed: nothing new is close enough, copies included
_WHOLE_DAY = timedelta(days=1) - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class StoryStep:
    """What a step starts from.

    `new` are the new articles; those with a story were edited. `stories_of` has the stories of stored articles,
    `sources` further sources of new and stored articles. `linked` are stories with articles whose root has changed, or
    whose text is at another URL too.
    """

    changes: DuplicateChanges
    new: Members
    stories_of: Mapping[UUID, UUID]
    sources: Mapping[UUID, set[str]]
    linked: set[UUID]

    def needed(self) -> set[UUID]:
        """The stories of edited articles."""
        return {one.story_id for one in self.new.members if one.story_id is not None}


def quiet_since(now: datetime) -> datetime:
    """Stories whose latest article is older are closed."""
    return now - timedelta(days=QUIET_DAYS)


def stories_of(changes: DuplicateChanges) -> dict[UUID, UUID]:
    """The stories of the stored articles in the chains of duplicates."""
    return {one.article_id: one.story_id for one in changes.placements.values() if one.story_id is not None}


def begin_step(
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    changes: DuplicateChanges,
    stored_outlets: Mapping[UUID, frozenset[str]],
    idf: Idf,
    undated: Idf = NO_IDF,
) -> StoryStep:
    """Gather what a step starts from; `stored_outlets` are the known sources of edited articles.

    `idf` and `undated` are what damps the terms of dated and of undated articles.
    """
    sources: defaultdict[UUID, set[str]] = defaultdict(set)
    for one in other_publications:
        sources[one.article_id].add(one.source)
    # An edited article keeps the sources that have its earlier text.
    for key, outlets in stored_outlets.items():
        sources[key] |= outlets
    known = stories_of(changes)
    new = [_member(article, changes, known, sources) for article in articles]
    ends = {found.root for found in changes.duplicates.values() if found is not None} | changes.duplicates.keys()
    ends |= {one.article_id for one in other_publications}
    linked = {known[article] for article in ends if article in known}
    return StoryStep(changes, Members(new, article_vectors(articles, idf, undated)), known, dict(sources), linked)


def _member(
    article: NewText, changes: DuplicateChanges, known: Mapping[UUID, UUID], sources: Mapping[UUID, set[str]]
) -> MemberRecord:
    """A new article. If only the day of its publication is known, its time is that whole day."""
    when = publication_time(article.published_at, article.precision, article.first_seen_at)
    key = article.article_id
    if key in changes.duplicates:
        duplicate = changes.duplicates[key]
        root, kind = (duplicate.root, duplicate.kind) if duplicate else (None, None)
    else:
        placement = changes.placements.get(key)
        root, kind = (placement.duplicate_of, placement.duplicate_kind) if placement else (None, None)
    return MemberRecord(
        article_id=key,
        story_id=known.get(key),
        first_seen_at=article.first_seen_at,
        first_at=when.at,
        last_at=when.at + _WHOLE_DAY if when.precision == "day" else when.at,
        title=article.title,
        language=article.language,
        outlets=frozenset({article.source, *sources.get(key, ())}),
        root=root,
        copy=kind == "copy",
    )


def article_vectors(articles: Sequence[NewText], idf: Idf, undated: Idf = NO_IDF) -> Vectors:
    """What each of the articles is about, as a vector of length 1; some have shorter ones, and need more in common.

    Terms weigh by their rarity in wide text. But where the date is unknown, or the text is of a sentence or two, only
    names and numbers tell two events of one kind apart: they weigh NAME_WEIGHT times as much as other words, and such
    vectors are shorter. What many dated articles have (`idf`) is damped in these, what many undated ones have in those.
    """
    if not articles:
        return vectors.NONE
    every = [article.features.terms for article in articles]
    counts = np.array([len(found.hashes) for found in every])
    rows = np.repeat(np.arange(len(articles)), counts)
    terms = np.concatenate([found.hashes for found in every])
    dated = np.array([is_dated(article) for article in articles], np.bool_)
    by_names = ~dated | (counts < FEW_TERMS)
    names = np.where(np.concatenate([found.names for found in every]), NAME_WEIGHT, 1.0)
    rare = np.sqrt(np.concatenate([found.rarity for found in every]))
    plain = np.concatenate([found.weights for found in every]) * np.where(by_names[rows], names, rare)
    weights = plain * np.where(dated[rows], idf.factors(terms), undated.factors(terms))
    most = np.where(by_names, vectors.MANY_TERMS, vectors.TERMS)
    kept = vectors.choose_heaviest(rows, terms, weights, most)
    chosen = Vectors(rows[kept], terms[kept], weights[kept].astype(np.float32))
    return vectors.unit(chosen, plain[kept], np.where(by_names, math.sqrt(THRESHOLD / NAMES_THRESHOLD), 1.0))


def reweighed(articles: Sequence[NewText], stored: Vectors, idf: Idf, undated: Idf = NO_IDF) -> list[NewText]:
    """Those of stored articles whose vectors are noticeably different by what damps terms now.

    `stored` are the vectors that they are stored with.
    """
    far = vectors.distances(article_vectors(articles, idf, undated), stored, len(articles)) > NOTICEABLE
    return [article for article, is_far in zip(articles, far.tolist(), strict=True) if is_far]


def compare(
    found: Vectors,
    headlines: Sequence[tuple[str, str | None]],
    dated: NDArray[np.bool_],
    least: float,
    part: NDArray[np.int64] | None = None,
) -> Pairs:
    """The similarities of the rows of vectors, from `least` on: of the same part, if `part` gives one for each row.

    Headlines (text and language) count unless the date of a text is unknown or it is of a sentence or two: then its
    headline is the better part of it, or its first sentence.
    """
    long = np.bincount(found.rows, minlength=len(headlines)) >= FEW_TERMS
    return vectors.products(found, least, part, read_headlines(found, headlines, dated & long))


def is_dated(article: NewText) -> bool:
    """Whether its publisher says when it was published."""
    return publication_time(article.published_at, article.precision, article.first_seen_at).precision != "seen"


def cluster_candidates(step: StoryStep, candidates: CandidateSet) -> list[list[int]]:
    """Cluster the nodes of a step: an article and what it repeats belong together, whatever they are about."""
    nodes = candidates.nodes()
    voices = np.array([node.size > 0 for node in nodes], np.bool_)[candidates.vectors.rows]
    spoken = candidates.vectors.where(voices)
    same = _linked_nodes(step, candidates)
    # Nodes with few strong terms in common stay apart: all terms are compared between the others only.
    rough = vectors.products(spoken.where(strong(spoken)), MIN_STRONG_PRODUCT)
    part = components(len(nodes), *np.concatenate([np.stack([rough.one, rough.other], axis=1), same]).T)
    alone = np.bincount(part)[part] == 1  # its headline need not be read
    pairs = compare(spoken, candidates.headlines(), candidates.dated() & ~alone, MIN_SIMILARITY, part)
    return cluster(nodes, pairs, same)


def _linked_nodes(step: StoryStep, candidates: CandidateSet) -> NDArray[np.int64]:
    """Pairs of nodes that belong together because one repeats the other."""
    articles, collapsed = candidates.numbers()

    def node(article: UUID) -> int | None:
        number = articles.get(article)
        return collapsed.get(step.stories_of[article]) if number is None and article in step.stories_of else number

    links = {one.article_id: one.root for one in candidates.members if one.root is not None}
    for article, found in step.changes.duplicates.items():
        if found is None:
            links.pop(article, None)
        else:
            links[article] = found.root
    pairs = [(node(article), node(root)) for article, root in links.items()]
    linked = [(one, other) for one, other in pairs if one is not None and other is not None and one != other]
    return np.array(linked, np.int64).reshape(-1, 2)


def corrections(step: StoryStep, candidates: CandidateSet) -> Corrections:
    """What a step has learned about stored articles. Those that are no candidates belong to a collapsed story."""
    there = {one.article_id for one in candidates.members}
    new = {one.article_id for one in step.new.members}
    outlets: defaultdict[UUID, set[str]] = defaultdict(set)
    for article, sources in step.sources.items():
        if (article not in new or article not in there) and article in step.stories_of:
            outlets[step.stories_of[article]] |= sources
    reports: Counter[UUID] = Counter()
    for article, duplicate in step.changes.duplicates.items():
        placement = step.changes.placements[article]
        if placement.story_id is not None and article not in there:
            is_copy = duplicate is not None and duplicate.kind == "copy"
            reports[placement.story_id] += int(placement.duplicate_kind == "copy") - int(is_copy)
    return Corrections(
        outlets=dict(outlets),
        reports={story: count for story, count in reports.items() if count},
        edited={one.article_id for one in step.new.members if one.story_id is not None},
    )
