"""Explains why an article is in its story: the terms it shares, how similar it is, and which story came second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.copies.originals import publication_time
from flows.dedup.load_inputs import load_candidate_stories, load_centroids, load_idf, load_vectors
from flows.dedup.records import MemberRecord, NewText, StoryRecord
from flows.dedup.rows import new_text
from flows.dedup.stories import vectors
from flows.dedup.stories.assign import article_vectors, compare, is_dated
from flows.dedup.stories.candidates import only_outlet, search_span, searches
from flows.dedup.stories.clustering import decay
from flows.dedup.text.features import features_of
from flows.dedup.text.terms import term_words
from warehouse.dedup.explained import StoryArticle, story_articles, story_of_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb
    from numpy.typing import NDArray

MOST_ARTICLES = 200  # of a story that are compared, the nearest in time
LEAST = 1e-6  # similarities below it are not told apart from none


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A word of an article, and its part of the mean similarity to the others of its story."""

    word: str
    part: float


@dataclass(frozen=True, slots=True)
class StoryExplanation:
    """An article, the others of its story with their similarity to it (the closest first), and the second-best story.

    `mean` is the mean similarity to the others but copies, or None without any. Similarities are those after decay.
    `terms` are the shared ones, the heaviest first: their parts add up to the mean similarity of the words alone,
    before headlines and decay.
    """

    article: StoryArticle
    others: list[tuple[StoryArticle, float]]
    mean: float | None
    terms: list[SharedTerm]
    runner_up: tuple[StoryRecord, float] | None


def explain_story(connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> StoryExplanation | None:
    """Explain the story of the article at any of these URLs; None if there is no such article.

    Texts are compared by the vectors that they are stored with; those of 60 days ago and more as they would be if they
    came in now, with the present idf.
    """
    found = story_of_url(connection, urls)
    if found is None:
        return None
    rows = story_articles(connection, found[1], found[0], MOST_ARTICLES)
    texts = [new_text(row, features_of(row.title, row.text, row.language), new=False) for row in rows]
    every = _vectors(connection, texts)
    times = np.array([_midpoint(text).timestamp() for text in texts])
    similar = np.zeros(len(rows))
    dated = np.array([is_dated(text) for text in texts], np.bool_)
    pairs = compare(every, [(text.title, text.language) for text in texts], dated, LEAST)
    own = pairs.one == 0
    similar[pairs.other[own]] = pairs.products[own]
    similar *= decay(times - times[0], np.array([text.source == texts[0].source for text in texts], np.bool_))
    order = sorted(range(1, len(rows)), key=lambda number: -similar[number])
    reports = np.array([number > 0 and row.duplicate_kind != "copy" for number, row in enumerate(rows)], np.bool_)
    return StoryExplanation(
        article=rows[0],
        others=[(rows[number], float(similar[number])) for number in order],
        mean=float(similar[reports].mean()) if reports.any() else None,
        terms=_shared_terms(rows[0], every, reports),
        runner_up=_runner_up(connection, texts[0], every.where(every.rows == 0), found[1].bytes),
    )


def _vectors(connection: duckdb.DuckDBPyConnection, texts: Sequence[NewText]) -> vectors.Vectors:
    """The vectors of texts, as stored if they are."""
    stored = load_vectors(connection, texts)
    now = article_vectors(texts, load_idf(connection)[1])
    every = vectors.together(stored, now.where(~np.isin(now.rows, stored.rows)))
    return every.some(np.arange(len(texts)))


def _shared_terms(article: StoryArticle, every: vectors.Vectors, reports: NDArray[np.bool_]) -> list[SharedTerm]:
    words = term_words(article.title, article.text, article.language)
    own = {
        term: weight
        for row, term, weight in zip(every.rows.tolist(), every.terms.tolist(), every.weights.tolist(), strict=True)
        if row == 0
    }
    parts: dict[int, float] = {}
    for row, term, weight in zip(every.rows.tolist(), every.terms.tolist(), every.weights.tolist(), strict=True):
        if reports[row] and term in own:
            parts[term] = parts.get(term, 0.0) + weight * own[term] / int(reports.sum())
    ordered = sorted(parts.items(), key=lambda each: (-each[1], each[0]))
    return [SharedTerm(words.get(term, "?"), part) for term, part in ordered]


def _runner_up(
    connection: duckdb.DuckDBPyConnection, text: NewText, own: vectors.Vectors, story: bytes
) -> tuple[StoryRecord, float] | None:
    at = _midpoint(text)
    member = MemberRecord(
        text.article_id, None, text.first_seen_at, at, at, text.title, text.language, frozenset(), None, False
    )
    stories = [
        one
        for one in load_candidate_stories(connection, set(), searches([member], own), search_span([member]))
        if one.story_id.bytes != story
    ]
    if not stories:
        return None
    headlines = [(text.title, text.language), *((one.title, one.language) for one in stories)]
    dated = np.array([is_dated(text)] + [True] * len(stories), np.bool_)
    pairs = compare(vectors.together(own, load_centroids(connection, stories).shifted(1)), headlines, dated, LEAST)
    similar = np.zeros(len(headlines))
    similar[pairs.other[pairs.one == 0]] = pairs.products[pairs.one == 0]
    midpoints = np.array([(one.first_at.timestamp() + one.last_at.timestamp()) / 2 for one in stories])
    one_outlet = np.array([only_outlet(one.outlets) == text.source for one in stories], np.bool_)
    decayed = similar[1:] * decay(midpoints - at.timestamp(), one_outlet)
    best = int(decayed.argmax())
    return stories[best], float(decayed[best])


def _midpoint(text: NewText) -> datetime:
    when = publication_time(text.published_at, text.precision, text.first_seen_at)
    return when.at + timedelta(hours=12) if when.precision == "day" else when.at
