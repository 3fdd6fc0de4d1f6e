"""Dates the text of each article: when it was first published, here or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.dedup.copies.originals import PublicationTime, order, publication_time
from flows.dedup.records import DatedArticle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flows.dedup.copies.originals import Order
    from flows.dedup.records import NewText, OtherPublication


@dataclass(frozen=True, slots=True)
class Dating:
    """The new articles with their dates, and stored articles (`moved`) whose text was published earlier than known."""

    articles: list[DatedArticle]
    moved: dict[UUID, DatedArticle]


def order_of(article: DatedArticle) -> Order:
    """The position of an article in the order of publication."""
    return order(PublicationTime(article.published_at, article.precision), article.first_seen_at, article.article_id)


def date_articles(
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    replaced: Mapping[UUID, DatedArticle],
    elsewhere: Mapping[UUID, DatedArticle],
) -> Dating:
    """Date new articles; `replaced` has earlier versions of them, `elsewhere` other articles that were republished."""
    new = {article.article_id: _date(article, replaced.get(article.article_id)) for article in articles}
    latest = {**new, **elsewhere}
    for one in other_publications:
        known = latest.get(one.article_id)
        if known is not None:
            latest[one.article_id] = _earlier(known, publication_time(one.published_at, one.precision, one.seen_at))
    moved = {key: latest[key] for key, article in elsewhere.items() if latest[key] != article}
    return Dating([latest[key] for key in new], moved)


def _date(article: NewText, before: DatedArticle | None) -> DatedArticle:
    """Date an article. Its day is its own; the time of its text may come from an earlier version or another URL."""
    own = publication_time(article.published_at, article.precision, article.first_seen_at)
    dated = DatedArticle(
        day=own.at.date(),
        article_id=article.article_id,
        version_id=article.version_id,
        seen_at=article.seen_at,
        first_seen_at=article.first_seen_at,
        published_at=own.at,
        precision=own.precision,
        fingerprints=len(article.features.fingerprints),
    )
    return dated if before is None else _earlier(dated, PublicationTime(before.published_at, before.precision))


def _earlier(article: DatedArticle, other: PublicationTime) -> DatedArticle:
    """The article with the other time, if that is earlier."""
    changed = replace(article, published_at=other.at, precision=other.precision)
    return changed if order_of(changed) < order_of(article) else article
