"""What the duplicate and story steps take: the articles of a segment whose text is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from flows.dedup.text.features import Features


@dataclass(frozen=True, slots=True)
class NewText:
    """An article with its current text: new to the warehouse, or with a new version of its text.

    `seen_at` is when this version was fetched, `first_seen_at` when the article was; `published_at` and `precision` are
    as the publisher says. Times are aware, in UTC.
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

    Its text, unchanged, at another address (all but `article_id` is of that address), or an earlier version of it.
    """

    article_id: UUID
    source: str
    published_at: datetime | None
    precision: str | None
    seen_at: datetime
