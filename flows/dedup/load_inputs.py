"""Loads what deduplication needs from the warehouse, as the records that it computes with."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup.copies.boilerplate import Holder, holder
from flows.dedup.copies.find import (
    MAX_CANDIDATES,
    MAX_HOLDERS,
    MIN_SHARED_FINGERPRINTS,
    WINDOW_DAYS,
    group_partners,
)
from flows.dedup.copies.originals import publication_time
from flows.dedup.copies.readings import Reading, read_closely
from flows.dedup.day_ranges import ALL_DAYS, day_ranges
from flows.dedup.recent_terms import recent_terms
from flows.dedup.records import seen_range
from flows.dedup.rows import (
    dated_article,
    dated_pair,
    indexed_article,
    member_record,
    new_text,
    placement,
    story_record,
    story_row,
)
from flows.dedup.stories.candidates import MIN_REOPENED, MIN_STRONG_PRODUCT, Members, scale_centroids
from flows.dedup.stories.clustering import MAX_DAYS
from flows.dedup.stories.idf import Idf
from flows.dedup.stories.templates import MANY_ARTICLES
from flows.dedup.stories.vectors import NONE, WEIGHT_UNIT, Vectors
from flows.dedup.text.features import Features
from flows.dedup.text.shingles import shingles
from flows.dedup.text.terms import weigh
from warehouse.dedup.current_texts import latest_of_sources
from warehouse.dedup.duplicates import duplicate_states, indexed_articles, indexed_texts, pairs_of
from warehouse.dedup.fingerprints import Matches, common_shingles_among
from warehouse.dedup.stories import CandidateStories, known_stories, read_centroids, read_document_frequencies
from warehouse.dedup.story_members import member_outlets, read_members, terms_of_members

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
    from datetime import date, datetime
    from uuid import UUID

    import duckdb

    from flows.dedup.copies.find import Partners
    from flows.dedup.records import (
        DatedArticle,
        DatedPair,
        NewText,
        OtherPublication,
        Placement,
        StoryRecord,
    )
    from flows.dedup.stories.candidates import StorySearch
    from flows.dedup.text.hashes import Hashes
    from warehouse.dedup.duplicates import IndexedArticle
    from warehouse.dedup.story_members import MemberTerms


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """What is stored of texts that are edited (`replaced`, with the `pairs` they are in) or published elsewhere too."""

    replaced: dict[UUID, DatedArticle]
    pairs: list[DatedPair]
    elsewhere: dict[UUID, DatedArticle]
    placements: dict[UUID, Placement]


def load_stored_texts(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
) -> StoredTexts:
    """Load earlier versions of the articles, and the stored articles that have been published elsewhere."""
    edited = [article for article in articles if not article.new]
    replaced = _seen_between(connection, edited)
    pairs = load_pairs(connection, {key: article.day for key, article in replaced.items()})
    others = {one.article_id for one in other_publications} - {article.article_id for article in articles}
    placements = _placements(connection, others)
    return StoredTexts(replaced, pairs, _seen_between(connection, placements.values()), placements)


def _seen_between(
    connection: duckdb.DuckDBPyConnection, articles: Collection[NewText | Placement]
) -> dict[UUID, DatedArticle]:
    """The rows of articles in the index, found by when they were first seen."""
    if not articles:
        return {}
    wanted = [one.article_id for one in articles]
    return _dated(indexed_articles(connection, wanted, seen=seen_range(articles)))


def load_pairs(connection: duckdb.DuckDBPyConnection, articles: Mapping[UUID, date]) -> list[DatedPair]:
    """The pairs that any of the articles (with their days) is in."""
    return [dated_pair(row) for row in pairs_of(connection, dict(articles), WINDOW_DAYS)]


def load_articles(connection: duckdb.DuckDBPyConnection, articles: Mapping[UUID, date]) -> dict[UUID, DatedArticle]:
    """The rows of articles in the index, found by their days."""
    if not articles:
        return {}
    return _dated(indexed_articles(connection, articles, days=(min(articles.values()), max(articles.values()))))


def load_shingles(connection: duckdb.DuckDBPyConnection, articles: Iterable[DatedArticle]) -> dict[UUID, Hashes]:
    """The shingles of the texts of stored articles."""
    rows = [indexed_article(article) for article in articles]
    return {row.article_id: shingles(row.text) for row in indexed_texts(connection, rows)}


def load_readings(
    connection: duckdb.DuckDBPyConnection, articles: Iterable[DatedArticle], common: Hashes
) -> dict[UUID, Reading]:
    """The texts of stored articles, read closely; `common` are the common shingles."""
    rows = [indexed_article(article) for article in articles]
    return {row.article_id: read_closely(row.text, common) for row in indexed_texts(connection, rows)}


def load_holders(connection: duckdb.DuckDBPyConnection, articles: Iterable[DatedArticle]) -> dict[UUID, Holder]:
    """Stored articles, to be compared as holders of fingerprints that may be common."""
    rows = [indexed_article(article) for article in articles]
    return {
        row.article_id: holder(row.source, row.title, shingles(row.text)) for row in indexed_texts(connection, rows)
    }


@contextmanager
def matching_articles(
    connection: duckdb.DuckDBPyConnection, articles: Sequence[DatedArticle], fingerprints: pa.Table
) -> Iterator[Matches]:
    """The indexed articles that share fingerprints with these, within the days around them."""
    around = timedelta(days=WINDOW_DAYS)
    days = day_ranges((article.day for article in articles), 2 * WINDOW_DAYS)
    near = [(first - around, last + around) for first, last in days]
    with Matches(connection, [article.article_id for article in articles], fingerprints, near) as matches:
        yield matches


def load_matching(matches: Matches) -> dict[UUID, DatedArticle]:
    """All articles that share fingerprints."""
    return _dated(matches.nearby())


def load_partners(matches: Matches) -> Partners:
    """For each article, the new ones that share enough fingerprints with it."""
    candidates = matches.candidates(WINDOW_DAYS, MIN_SHARED_FINGERPRINTS, MAX_CANDIDATES, MAX_HOLDERS)
    return group_partners((other, new) for new, other in candidates)


def load_common(connection: duckdb.DuckDBPyConnection, shingles: Hashes) -> Hashes:
    """Those of the shingles (as the index stores them) that are common, ascending."""
    return common_shingles_among(connection, shingles)


def load_placements(
    connection: duckdb.DuckDBPyConnection, articles: Mapping[UUID, DatedArticle | NewText]
) -> dict[UUID, Placement]:
    """The duplicates and stories of articles."""
    return _placements(connection, articles, seen_range(articles.values())) if articles else {}


def _placements(
    connection: duckdb.DuckDBPyConnection, articles: Collection[UUID], seen: tuple[datetime, datetime] | None = None
) -> dict[UUID, Placement]:
    return {key: placement(row) for key, row in duplicate_states(connection, articles, seen).items()}


def load_outlets(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> dict[UUID, frozenset[str]]:
    """The sources that have the earlier texts of edited articles."""
    if not articles:
        return {}
    return member_outlets(connection, [article.article_id for article in articles], seen_range(articles))


def load_candidate_stories(
    connection: duckdb.DuckDBPyConnection,
    linked: Set[UUID],
    searches: Iterable[StorySearch],
    span: tuple[date, date],
) -> list[StoryRecord]:
    """The stories that articles may belong to, the oldest first; `linked` are always among them."""
    with CandidateStories(connection) as candidates:
        candidates.add(linked)
        for search in searches:
            table = pa.table(
                {
                    "node": pa.array(search.terms.rows),
                    "term": pa.array(search.terms.terms),
                    "weight": pa.array(np.round(search.terms.weights * WEIGHT_UNIT).astype(np.uint16)),
                }
            )
            candidates.search(table, search.days, MIN_STRONG_PRODUCT)
        stories = candidates.read(span)
        if not linked <= stories.keys():  # a text of long ago was published again, beside articles of today
            stories = candidates.read(ALL_DAYS)
        return [story_record(row) for row in stories.values()]


def load_members(connection: duckdb.DuckDBPyConnection, stories: Collection[StoryRecord]) -> Members:
    """The stored members of stories."""
    if not stories:
        return Members([], NONE)
    days = (min(story.first_at.date() for story in stories), max(story.last_at.date() for story in stories))
    rows, terms = read_members(connection, [story.story_id for story in stories], days)
    return Members([member_record(row) for row in rows], _vectors(terms))


def load_earlier(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> tuple[list[NewText], Vectors]:
    """The latest stored articles by the sources of new ones, and the vectors that they are stored with.

    Their texts are read for their terms, unless a step has done it lately.
    """
    if not articles:
        return [], NONE
    days = [publication_time(one.published_at, one.precision, one.first_seen_at).at.date() for one in articles]
    around = timedelta(days=MAX_DAYS)
    recent = recent_terms(connection)
    rows, texts, stored = latest_of_sources(
        connection,
        {one.source for one in articles},
        (min(days) - around, max(days) + around),
        (MANY_ARTICLES, MIN_REOPENED),
        recent,
    )
    own = {one.article_id for one in articles}
    kept = [number for number, row in enumerate(rows) if row.article_id not in own]
    places = np.full(len(rows), -1)
    places[kept] = np.arange(len(kept))
    none = np.empty(0, np.uint64)
    earlier = []
    for row in (rows[number] for number in kept):
        terms = recent.get(row.version_id) or weigh(row.title, texts[row.version_id], row.language)
        earlier.append(new_text(row, Features(none, none, terms), new=False))
    recent.add(earlier)
    return earlier, _vectors(stored).some(places)


def load_vectors(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> Vectors:
    """The vectors that articles are stored with; those of old ones are not stored any more."""
    numbers = {article.article_id: number for number, article in enumerate(articles)}
    found, terms = terms_of_members(connection, numbers, seen_range(articles))
    places = np.array([numbers[article] for article in found], np.int64)
    stored = _vectors(terms)
    return Vectors(places[stored.rows], stored.terms, stored.weights)


def _vectors(terms: MemberTerms) -> Vectors:
    numbers = np.repeat(np.arange(len(terms.counts)), terms.counts)
    return Vectors(numbers, terms.terms, (terms.weights / WEIGHT_UNIT).astype(np.float32))


def load_centroids(connection: duckdb.DuckDBPyConnection, stories: Sequence[StoryRecord]) -> Vectors:
    """The centroids of stories, a row for each."""
    stored = Vectors(*read_centroids(connection, [story_row(story) for story in stories]))
    return scale_centroids(stored, stories)


def load_taken_names(
    connection: duckdb.DuckDBPyConnection, names: Collection[UUID], span: tuple[datetime, datetime]
) -> set[UUID]:
    """Those of the identifiers that are stories already, near a span of time."""
    return known_stories(connection, names, span) if names else set()


def load_idf(connection: duckdb.DuckDBPyConnection) -> tuple[set[str], Idf]:
    """The stored document frequencies of terms, and the languages that have any."""
    languages, terms, shares = read_document_frequencies(connection)
    return languages, Idf(terms, shares)


def _dated(rows: Mapping[UUID, IndexedArticle]) -> dict[UUID, DatedArticle]:
    return {key: dated_article(row) for key, row in rows.items()}
