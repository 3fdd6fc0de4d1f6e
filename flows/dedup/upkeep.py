"""What keeps duplicates and stories good over time: done daily, and more often while a warehouse is young."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from flows.dedup import STORY_METHOD
from flows.dedup.copies.boilerplate import MANY
from flows.dedup.run import assign_to_stories, drop_unsupported, resolve_chains
from flows.dedup.stories.assign import quiet_since
from flows.dedup.stories.clustering import MAX_DAYS
from flows.dedup.stories.idf import NO_IDF, shares
from flows.dedup.text.terms import UNKNOWN, weigh
from warehouse.dedup.fingerprints import add_common_fingerprints
from warehouse.dedup.stories import close_stories
from warehouse.dedup.story_members import drop_members_before
from warehouse.dedup.upkeep import (
    count_stories,
    frequent_fingerprints,
    last_upkeep,
    record_upkeep,
    set_document_frequencies,
    story_sample,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    import duckdb
    import numpy as np
    from numpy.typing import NDArray

MONTHS_DAYS = 90  # a site that publishes an article a week has shown its frame twelve times by then
MIN_STORIES = 500  # that a language needs to have a background; before, its stop list does better
MAX_STORIES = 2000  # that are looked at: a term that one article in a hundred has is found 20 times
GROWTH = 4  # so many times the stories make a new background worth its while before a day has passed
DAY = timedelta(days=1)
NOTHING_KNOWN: Mapping[UUID, NDArray[np.uint32]] = MappingProxyType({})


def refresh_common_fingerprints(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> int:
    """Find fingerprints that have become common over months; returns how many are new.

    Pairs of duplicates that rested on these are deleted, and what follows from that for articles and stories is set
    anew. The transaction is the caller's. Costs a count over the fingerprints of three months.
    """
    now = now or datetime.now(UTC)
    found = frequent_fingerprints(connection, (now - timedelta(days=MONTHS_DAYS)).date(), MANY)
    if found:
        add_common_fingerprints(connection, found.keys(), now)
        holders = {article: day for articles in found.values() for article, day in articles.items()}
        touched: dict[UUID, date] = {}
        for pair in drop_unsupported(connection, holders):
            touched |= pair.days()
        changes = resolve_chains(connection, touched, {})
        if changes.duplicates:
            assign_to_stories(connection, [], [], changes, NO_IDF)
    record_upkeep(connection, "common fingerprints", now)
    return len(found)


def refresh_idf(
    connection: duckdb.DuckDBPyConnection,
    now: datetime | None = None,
    known: Mapping[UUID, NDArray[np.uint32]] = NOTHING_KNOWN,
) -> int:
    """Count anew which terms say little; returns for how many languages. The transaction is the caller's.

    `known` are the terms of articles that need not be read again.
    """
    now = now or datetime.now(UTC)
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    articles: Counter[str] = Counter()
    for article_id, language, title, text in story_sample(connection, MIN_STORIES, MAX_STORIES):
        terms = known[article_id] if article_id in known else weigh(title, text, language)[0]
        counts[language or UNKNOWN].update(terms.tolist())
        articles[language or UNKNOWN] += 1
    set_document_frequencies(
        connection, {language: shares(found, articles[language]) for language, found in counts.items()}
    )
    record_upkeep(connection, _idf_task(), now)
    return len(counts)


def close_quiet_stories(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> int:
    """Close the stories that have been quiet for so long that nothing new joins them; returns how many.

    Of articles that only closed stories can have, it is forgotten what each is about: three quarters of what an
    article takes in the index. What is imported later joins such a story as a whole.
    """
    now = now or datetime.now(UTC)
    quiet = quiet_since(now)
    drop_members_before(connection, (quiet - timedelta(days=MAX_DAYS)).date())
    return close_stories(connection, quiet, now)


def refresh_after_recompute(connection: duckdb.DuckDBPyConnection, now: datetime | None = None) -> None:
    """What follows when all was found anew, in the caller's transaction.

    The background stays where it is of the present method: the same articles give the same stories again then.
    """
    refresh_common_fingerprints(connection, now)
    if last_upkeep(connection, _idf_task()) is None:
        refresh_idf(connection, now)
    close_quiet_stories(connection, now)


def _idf_task() -> str:
    """Its name in the book: terms of another method say nothing to this one."""
    return f"document frequencies {STORY_METHOD}"


def refresh_idf_if_grown(
    connection: duckdb.DuckDBPyConnection,
    now: datetime | None = None,
    known: Mapping[UUID, NDArray[np.uint32]] = NOTHING_KNOWN,
) -> bool:
    """Make a new background where the warehouse has grown so much since the last one that it cannot wait for its day.

    Meant to be called after every segment, with the terms of its articles: nearly always it finds that there is nothing
    to do. Says whether there was.
    """
    held = count_stories(connection)
    last = last_upkeep(connection, _idf_task())
    if held < MIN_STORIES or (last is not None and held < GROWTH * max(last[1], 1)):
        return False
    refresh_idf(connection, now, known)
    return True
