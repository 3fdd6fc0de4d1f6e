"""Keeps duplicates and stories accurate over time: runs daily, and more often while a warehouse is young."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flows.dedup import STORY_METHOD
from flows.dedup.copies.boilerplate import MANY, SAMPLE, common_shingles, groups_of
from flows.dedup.link_stories import link_stories
from flows.dedup.load_inputs import load_articles, load_holders
from flows.dedup.recent_terms import recent_terms
from flows.dedup.run import assign_to_stories, drop_unsupported, resolve_chains
from flows.dedup.stories.assign import quiet_since
from flows.dedup.stories.clustering import MAX_DAYS
from flows.dedup.stories.idf import NO_IDF, shares
from flows.dedup.text.terms import UNKNOWN, stop_words, weigh
from warehouse.dedup.fingerprints import add_common_shingles
from warehouse.dedup.stories import close_stories, link_chains, story_months
from warehouse.dedup.story_links import drop_vectors_before
from warehouse.dedup.story_members import drop_members_before
from warehouse.dedup.upkeep import (
    count_stories,
    frequent_fingerprints,
    holders_of_common,
    last_upkeep,
    record_upkeep,
    set_document_frequencies,
    story_sample,
)

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    import duckdb

CROWDS_AT_ONCE = 500  # fingerprints whose articles are compared at a time
COMMON_DAYS = 90  # a site that publishes an article a week has shown its frame twelve times by then
MIN_STORIES = 500  # of a language, before its terms are weighted by idf: with fewer, its stop list does better
MIN_UNLISTED = 50  # the same without a stop list; many texts of unknown language are tables
MAX_STORIES = 2000  # in the sample of a language: a term that one article in a hundred has is found 20 times
GROWTH = 4  # the idf is counted again before its day once there are so many times the stories
CHAIN_DAYS = 90  # a story continues one that ended so many days before at most
# Cosine of strong terms. On events told over months, a third of the pairs of one event's stories reach 0.5;
# of 400 pairs of other events, whatever their days, one reaches 0.5. On a wire, links below 0.45 are half wrong.
CHAIN_SIMILARITY = 0.5
RECENT = timedelta(days=3)  # stories with an article in these days may have changed since the last nightly refresh
DAY = timedelta(days=1)


def refresh_common_shingles(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> int:
    """Find shingles that have become common over months; returns how many are new.

    Deletes the pairs of duplicates that rested on these or on others that were found since the last time, and updates
    the articles and stories that this affects. The transaction is the caller's. Costs a count over the fingerprints of
    three months.
    """
    now = now or datetime.now(UTC)
    since = (now - timedelta(days=COMMON_DAYS)).date()
    last = last_upkeep(connection, "common fingerprints")
    found = 0
    crowds = [crowd[:SAMPLE] for crowd in frequent_fingerprints(connection, since, MANY)]
    for begin in range(0, len(crowds), CROWDS_AT_ONCE):
        some = crowds[begin : begin + CROWDS_AT_ONCE]
        days = {article: day for crowd in some for day, article, _ in crowd}
        groups = groups_of(some, COMMON_DAYS)
        common = common_shingles(groups, load_holders(connection, load_articles(connection, days).values()))
        found += len(common)
        if common:
            add_common_shingles(connection, common, now)
    holders = holders_of_common(connection, since, last[0] if last else datetime.min.replace(tzinfo=UTC))
    touched: dict[UUID, date] = {}
    for pair in drop_unsupported(connection, holders):
        touched |= pair.days()
    changes = resolve_chains(connection, touched, {})
    if changes.duplicates:
        link_stories(connection, assign_to_stories(connection, [], [], changes, NO_IDF), ())
    record_upkeep(connection, "common fingerprints", now)
    return found


def refresh_idf(
    connection: duckdb.DuckDBPyConnection,
    now: datetime | None = None,
) -> int:
    """Count again how many articles have each term; returns for how many languages. The transaction is the caller's."""
    now = now or datetime.now(UTC)
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    articles: Counter[str] = Counter()
    recent = recent_terms(connection)
    for version_id, language, title, text in story_sample(connection, min(MIN_UNLISTED, MIN_STORIES), MAX_STORIES):
        terms = recent.get(version_id) or weigh(title, text, language)
        counts[language or UNKNOWN].update(terms.hashes.tolist())
        articles[language or UNKNOWN] += 1
    enough = {
        language: shares(found, articles[language])
        for language, found in counts.items()
        if articles[language] >= MIN_STORIES or not stop_words(language)
    }
    set_document_frequencies(connection, enough)
    record_upkeep(connection, _idf_task(), now)
    return len(enough)


def close_quiet_stories(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> int:
    """Close the stories that have been quiet for so long that no new article joins them; returns how many.

    Deletes what articles that only closed stories can have are about: three quarters of an article's space in the
    index; and what such stories are compared by with those of other languages. An article that is imported later joins
    such a story as a whole.
    """
    now = now or datetime.now(UTC)
    quiet = quiet_since(now)
    ended = (quiet - timedelta(days=MAX_DAYS)).date()
    drop_members_before(connection, ended)
    drop_vectors_before(connection, ended)
    return close_stories(connection, quiet, now)


def refresh_chains(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> None:
    """Find which stories with recent articles continue which; all stories, if `now` is None."""
    spans = story_months(connection) if now is None else [(now - RECENT, now + DAY)]
    for span in spans:
        link_chains(connection, span, days=CHAIN_DAYS, least=CHAIN_SIMILARITY, method=STORY_METHOD)


def refresh_after_recompute(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> None:
    """Run the upkeep that is due after a recomputation, in the caller's transaction.

    The stored idf is kept if it is of the present method: then the same articles give the same stories again.
    """
    refresh_common_shingles(connection, now)
    if last_upkeep(connection, _idf_task()) is None:
        refresh_idf(connection, now)
    close_quiet_stories(connection, now)
    refresh_chains(connection)


def _idf_task() -> str:
    """The name of the task in `private.upkeep`: terms of another method are of no use to this one."""
    return f"document frequencies {STORY_METHOD}"


def refresh_idf_if_grown(
    connection: duckdb.DuckDBPyConnection,
    now: datetime | None = None,
) -> bool:
    """Refresh the idf if the warehouse has grown too much to wait until the daily upkeep; returns whether it did.

    Call it after every segment: nearly always there is nothing to do.
    """
    stories = count_stories(connection)
    last = last_upkeep(connection, _idf_task())
    if stories < MIN_STORIES or (last is not None and stories < GROWTH * max(last[1], 1)):
        return False
    refresh_idf(connection, now)
    return True
