"""When the text of an article was first published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np

from flows.dedup.copies.dating import date_articles
from flows.dedup.records import NewText, OtherPublication
from flows.dedup.text.features import Features
from flows.dedup.text.terms import NO_TERMS
from tests.flows.dedup.library import NOON

ONE = UUID(int=1)
NEW = NewText(
    article_id=ONE,
    version_id=UUID(int=2),
    source="a.example",
    title="A title",
    language="en",
    published_at=NOON,
    precision="minute",
    seen_at=NOON + timedelta(hours=3),
    first_seen_at=NOON + timedelta(hours=3),
    new=True,
    features=Features(np.empty(0, np.uint64), np.arange(9, dtype=np.uint64), NO_TERMS),
)


def elsewhere(hours: float) -> OtherPublication:
    return OtherPublication(ONE, "b.example", NOON + timedelta(hours=hours), "second", NEW.seen_at)


def test_an_article_without_other_publications_has_its_own_time() -> None:
    dating = date_articles([NEW], [], {}, {})
    (dated,) = dating.articles
    assert (dated.published_at, dated.precision, dated.fingerprints) == (NOON, "minute", 9)
    assert dating.moved == {}


def test_an_earlier_publication_elsewhere_counts_and_a_later_one_does_not() -> None:
    (dated,) = date_articles([NEW], [elsewhere(-26), elsewhere(-1), elsewhere(1)], {}, {}).articles
    assert dated.published_at == NOON - timedelta(hours=26)
    assert dated.day == NOON.date(), "its day is that of the article"


def test_an_edited_article_keeps_the_time_of_its_earlier_version() -> None:
    (before,) = date_articles([NEW], [elsewhere(-5)], {}, {}).articles
    edited = replace(NEW, new=False, published_at=NOON + timedelta(hours=1))
    (dated,) = date_articles([edited], [], {ONE: before}, {}).articles
    assert dated.published_at == NOON - timedelta(hours=5)


def test_a_stored_article_is_moved_only_by_an_earlier_publication() -> None:
    (stored,) = date_articles([NEW], [], {}, {}).articles
    assert date_articles([], [elsewhere(1)], {}, {ONE: stored}).moved == {}
    moved = date_articles([], [elsewhere(-1)], {}, {ONE: stored}).moved
    assert moved == {ONE: replace(stored, published_at=NOON - timedelta(hours=1), precision="second")}
