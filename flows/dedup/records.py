"""The records that deduplication computes with: new texts, and what is stored about articles, pairs and stories.

`load_inputs` makes them from rows of the warehouse, `write_results` turns them back into rows. Times are aware, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from flows.dedup.copies.originals import Pair
    from flows.dedup.text.features import Features


@dataclass(frozen=True, slots=True)
class NewText:
    """An article with its current text: new to the warehouse, or with a new version of its text.

    `seen_at` is when this version was fetched, `first_seen_at` when the article was first fetched. `published_at` and
    `precision` are as the publisher states them.
    """

    article_id: UUID
    version_id: UUID
    source: str
    title: str
    language: str | None
    published_at: datetime | None
    precision: str | None
    seen_at: datetime
    first_seen_at: datetime
    new: bool
    features: Features


@dataclass(frozen=True, slots=True)
class OtherPublication:
    """Where and when else an article was published.

    Either the same text at another URL (all fields but `article_id` describe that URL), or an earlier version of it.
    """

    article_id: UUID
    source: str
    published_at: datetime | None
    precision: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class DatedArticle:
    """An article in the index of fingerprints, with the time its text was first published.

    It is indexed under `day`. `published_at` and `precision` may come from another URL that published the text earlier.
    """

    day: date
    article_id: UUID
    version_id: UUID
    seen_at: datetime
    first_seen_at: datetime
    published_at: datetime
    precision: str
    fingerprints: int


@dataclass(frozen=True, slots=True)
class DatedPair:
    """A pair of articles whose texts overlap, with the days that both are indexed under."""

    pair: Pair
    day: date
    original_day: date

    def days(self) -> dict[UUID, date]:
        """The days of both articles."""
        return {self.pair.article_id: self.day, self.pair.original_id: self.original_day}


@dataclass(frozen=True, slots=True)
class Placement:
    """What is stored about a stored article: which article it duplicates, and its story."""

    article_id: UUID
    first_seen_at: datetime
    duplicate_of: UUID | None
    duplicate_kind: str | None
    similarity: float | None
    story_id: UUID | None


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """An article as a member of a story, or about to become one (`story_id` is None).

    `first_at` and `last_at` are the earliest and latest time it may have been published at. `root` is the article at
    the root of its chain of duplicates, `copy` whether it is a copy.
    """

    article_id: UUID
    story_id: UUID | None
    first_seen_at: datetime
    first_at: datetime
    last_at: datetime
    title: str
    language: str | None
    outlets: frozenset[str]
    root: UUID | None
    copy: bool


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """A story: its time, its size, and the article that gives it its title.

    `reports` counts the articles that are not copies. `similarity` is that of the title's article to the centroid.
    """

    story_id: UUID
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    reports: int
    outlets: tuple[str, ...]
    language: str | None
    article_id: UUID
    similarity: float
    closed_at: datetime | None


def seen_range(articles: Iterable[NewText | Placement | DatedArticle | MemberRecord]) -> tuple[datetime, datetime]:
    """When the first and the last of the articles were first seen."""
    times = [one.first_seen_at for one in articles]
    return min(times), max(times)
