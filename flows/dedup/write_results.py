"""Writes what deduplication has computed to the warehouse."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup import DUPLICATE_METHOD, STORY_METHOD
from flows.dedup.records import seen_range
from flows.dedup.rows import indexed_article, stored_pair, story_member, story_row
from flows.dedup.stories.candidates import strong
from flows.dedup.stories.vectors import WEIGHT_UNIT
from warehouse.dedup.duplicates import (
    FINGERPRINTS,
    NewPair,
    Resolution,
    add_pairs,
    add_to_index,
    drop_pairs,
    remove_from_index,
    set_publication,
    set_resolved,
)
from warehouse.dedup.fingerprints import add_common_shingles
from warehouse.dedup.stories import STORY_TERMS, add_stories, assign_stories, remove_stories, rename_stories
from warehouse.dedup.story_members import (
    MemberTerms,
    add_member_outlets,
    add_members,
    assign_members,
    remove_members,
    rename_member_stories,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    import duckdb

    from flows.dedup.copies.chains import Chains
    from flows.dedup.copies.dating import Dating
    from flows.dedup.copies.originals import Duplicate
    from flows.dedup.load_inputs import StoredTexts
    from flows.dedup.records import DatedArticle, DatedPair, NewText, StoryRecord
    from flows.dedup.stories.assign import StoryStep
    from flows.dedup.stories.candidates import CandidateSet
    from flows.dedup.stories.reconcile import StoryChanges
    from flows.dedup.stories.vectors import Vectors
    from warehouse.dedup.fingerprints import Matches


def write_index(
    connection: duckdb.DuckDBPyConnection, stored: StoredTexts, dating: Dating, fingerprints: pa.Table
) -> None:
    """Replace edited articles in the index, add new ones, and set when stored texts were first published."""
    remove_from_index(connection, [indexed_article(article) for article in stored.replaced.values()])
    write_dropped_pairs(connection, stored.pairs)
    set_publication(connection, [indexed_article(article) for article in dating.moved.values()])
    if dating.articles:
        add_to_index(connection, [indexed_article(article) for article in dating.articles], fingerprints)


def fingerprint_rows(articles: Sequence[NewText], dated: Sequence[DatedArticle]) -> pa.Table:
    """The fingerprints of articles, as rows of the index."""
    which = np.repeat(np.arange(len(dated)), [article.fingerprints for article in dated])
    hashes = np.concatenate([np.empty(0, np.uint64), *(article.features.fingerprints for article in articles)])
    days = pa.array([article.day for article in dated], pa.date32())
    names = pa.array([article.article_id.bytes for article in dated], pa.binary(16)).take(pa.array(which))
    identifiers = pa.ExtensionArray.from_storage(pa.uuid(), names)
    return pa.table([days.take(pa.array(which)), pa.array(hashes, pa.uint64()), identifiers], schema=FINGERPRINTS)


def write_common(
    connection: duckdb.DuckDBPyConnection, matches: Matches, common: Collection[int], now: datetime
) -> None:
    """Remember shingles as common, and leave them out of the matches at hand."""
    matches.ignore(common)
    add_common_shingles(connection, common, now)


def write_pairs(connection: duckdb.DuckDBPyConnection, pairs: Sequence[DatedPair]) -> None:
    """Add pairs of duplicates."""
    add_pairs(
        connection,
        [
            NewPair(
                article_id=one.pair.article_id,
                original_id=one.pair.original_id,
                shared=one.pair.shared,
                size=one.pair.size,
                original_size=one.pair.original_size,
                day=one.day,
                original_day=one.original_day,
                kind=one.pair.kind,
                similarity=one.pair.similarity,
                method=DUPLICATE_METHOD,
            )
            for one in pairs
        ],
    )


def write_dropped_pairs(connection: duckdb.DuckDBPyConnection, pairs: Sequence[DatedPair]) -> None:
    """Delete pairs of duplicates."""
    drop_pairs(connection, [stored_pair(one) for one in pairs])


def write_duplicates(
    connection: duckdb.DuckDBPyConnection,
    chains: Chains,
    changed: Mapping[UUID, Duplicate | None],
) -> None:
    """Write the pairs that were turned round, and the root of each article whose root has changed."""
    write_dropped_pairs(connection, list(chains.turned))
    write_pairs(connection, list(chains.turned.values()))
    if changed:
        set_resolved(
            connection,
            [
                Resolution(article, duplicate.root, duplicate.kind, duplicate.similarity)
                if duplicate
                else Resolution(article, None, None, None)
                for article, duplicate in changed.items()
            ],
            seen_range(chains.articles[article] for article in changed),
        )


def write_stories(
    connection: duckdb.DuckDBPyConnection, step: StoryStep, candidates: CandidateSet, changes: StoryChanges
) -> None:
    """Write the stories that have changed, and which articles they have."""
    remove_stories(connection, [story_row(story) for story in changes.gone])
    if changes.stories:
        rows = [story_row(story) for story in changes.stories]
        add_stories(connection, rows, STORY_METHOD, _story_terms(changes.stories, changes.centroids))
    rename_stories(connection, changes.renamed)
    placed = [one for one in candidates.members if one.article_id in changes.placed]
    if placed:
        assign_stories(connection, changes.placed, seen_range(placed))
    begin, end = (when.date() for when in candidates.span())
    rename_member_stories(connection, changes.renamed, (begin, end))
    new = {one.article_id for one in step.new.members}
    moved = {key: name for key, name in changes.placed.items() if key not in new}
    assign_members(connection, moved, (begin, end))
    add_member_outlets(connection, {key: found for key, found in step.sources.items() if key not in new}, (begin, end))
    _write_new_members(connection, step, changes)


def _write_new_members(connection: duckdb.DuckDBPyConnection, step: StoryStep, changes: StoryChanges) -> None:
    members, texts = step.new.members, step.new.vectors
    edited = [one for one in members if one.story_id is not None]
    if edited:
        remove_members(connection, [one.article_id for one in edited], seen_range(edited))
    stories = changes.placed | {
        one.article_id: changes.renamed.get(one.story_id, one.story_id)
        for one in edited
        if one.story_id is not None and one.article_id not in changes.placed
    }
    terms = MemberTerms(
        np.bincount(texts.rows, minlength=len(members)),
        texts.terms,
        np.round(texts.weights * WEIGHT_UNIT).astype(np.uint16),
    )
    add_members(connection, [story_member(one) for one in members], [stories[one.article_id] for one in members], terms)


def _story_terms(stories: Sequence[StoryRecord], centroids: Vectors) -> pa.Table:
    """The centroids of stories as STORY_TERMS, by day; the rows of `centroids` are the numbers of the stories.

    Of a story of one article only the strong terms are written: the others are stored with the article.
    """
    is_strong = strong(centroids)
    several = np.array([story.articles > 1 for story in stories], np.bool_)[centroids.rows]
    kept = is_strong | several
    is_strong = is_strong[kept]
    centroids = centroids.where(kept)
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
