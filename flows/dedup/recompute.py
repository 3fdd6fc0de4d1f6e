"""All duplicates and stories anew, from the articles that the warehouse holds: after a change of method."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.dedup.articles import Elsewhere, Looked
from flows.dedup.run import deduplicate
from flows.dedup.text.features import traits_of
from flows.dedup.upkeep import after_restory
from warehouse.dedup.recompute_queue import (
    count_duplicates_and_stories,
    queue_all_articles,
    queue_length,
    take_queued_articles,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from warehouse import Writer

AT_ONCE = 1000  # articles: as much as a segment has


@dataclass(frozen=True, slots=True)
class Restoried:
    """What came of it: articles placed, those that repeat others, stories."""

    articles: int
    duplicates: int
    stories: int


def restory(writer: Writer, told: Callable[[int, int], None] = lambda done, whole: None) -> Restoried:
    """Forget all duplicates and stories and find them anew, in the order of publication, a thousand articles at a time.

    Each thousand is a transaction: what was interrupted goes on where it stopped, with the next call. `told` hears how
    many articles are done, of how many. Memory is bounded as in a run.
    """
    if not queue_length(writer.connection):
        with writer.transaction() as connection:
            queue_all_articles(connection)
    done = place_waiting(writer, told)
    with writer.transaction() as connection:
        after_restory(connection)
    return Restoried(done, *count_duplicates_and_stories(writer.connection))


def place_waiting(writer: Writer, told: Callable[[int, int], None] = lambda done, whole: None) -> int:
    """Find duplicates and stories of the articles that are in the queue; returns how many those were."""
    whole = queue_length(writer.connection)
    done = 0
    while True:
        now = datetime.now(UTC)
        with writer.transaction() as connection:
            rows, others = take_queued_articles(connection, AT_ONCE)
            if not rows:
                break
            looked = [
                Looked(
                    article_id=row.article_id,
                    version_id=row.version_id,
                    source=row.source,
                    title=row.title,
                    language=row.language,
                    published_at=row.published_at,
                    precision=row.published_precision,
                    seen_at=row.seen_at,
                    first_seen_at=row.first_seen_at,
                    new=True,
                    traits=traits_of(row.title, row.text, row.language),
                )
                for row in rows
            ]
            deduplicate(connection, looked, [Elsewhere(*other) for other in others], now)
        done += len(rows)
        told(done, whole)
    return done
