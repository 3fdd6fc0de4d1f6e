"""Recomputes all duplicates and stories from the stored articles, after a change of method."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.dedup.records import OtherPublication
from flows.dedup.rows import new_text
from flows.dedup.run import deduplicate
from flows.dedup.text.features import features_of
from flows.dedup.upkeep import refresh_after_recompute
from warehouse.dedup.recompute_queue import (
    count_duplicates_and_stories,
    queue_all_articles,
    queue_length,
    take_queued_articles,
)

if TYPE_CHECKING:
    from flows.progress import Reporter
    from warehouse import Writer

BATCH_SIZE = 1000  # articles: as many as a segment has


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The result: articles assigned, duplicates among them, stories."""

    articles: int
    duplicates: int
    stories: int


def recompute_all(writer: Writer, reporter: Reporter) -> Recomputed:
    """Delete all duplicates and stories and find them again in the order of publication, a thousand articles at a time.

    Each thousand is one transaction: after an interruption, the next call resumes. Memory is bounded as in a run.
    """
    if not queue_length(writer.connection):
        with writer.transaction() as connection:
            queue_all_articles(connection)
    done = process_queue(writer, reporter)
    with writer.transaction() as connection:
        refresh_after_recompute(connection)
    return Recomputed(done, *count_duplicates_and_stories(writer.connection))


def process_queue(writer: Writer, reporter: Reporter) -> int:
    """Find the duplicates and stories of the queued articles; returns how many articles there were."""
    total = queue_length(writer.connection)
    done = 0
    while True:
        now = datetime.now(UTC)
        with writer.transaction() as connection:
            rows, others = take_queued_articles(connection, BATCH_SIZE)
            if not rows:
                break
            new_articles = [new_text(row, features_of(row.title, row.text, row.language), new=True) for row in rows]
            other_publications = [
                OtherPublication(
                    article_id=other.article_id,
                    source=other.source,
                    published_at=other.published_at,
                    precision=other.published_precision,
                    seen_at=other.seen_at,
                )
                for other in others
            ]
            deduplicate(connection, new_articles, other_publications, now)
        done += len(rows)
        reporter.step(f"{done} of {total} articles")
    return done
