"""Pages classified by URL and exact text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flows.dedup.exact import Classification, PageIdentity, Verdict, classify_all
from warehouse.lookup import StoredArticle

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def identity(article: int, body: int, title: int = 1, key: int | None = None, *, plain: bool = True) -> PageIdentity:
    return PageIdentity(
        article_id=UUID(int=article),
        fetch_key=article if key is None else key,
        title_hash=UUID(int=title),
        body_hash=UUID(int=body),
        text_hash=UUID(int=body),
        fetched_at=NOON,
        plain=plain,
    )


def stored(body: int, title: int = 1, key: int = 1, seen: datetime = NOON - timedelta(hours=1)) -> StoredArticle:
    return StoredArticle(UUID(int=title), UUID(int=body), key, seen)


ONE = UUID(int=1)
TWO = UUID(int=2)


@pytest.mark.parametrize(
    ("found", "known", "texts", "expected"),
    [
        (identity(1, 10), {}, {}, Classification(Verdict.LOADED, ONE, change="first")),
        (identity(1, 10), {ONE: stored(10)}, {}, Classification(Verdict.UNCHANGED, ONE)),
        (identity(1, 10, key=7), {ONE: stored(10)}, {}, Classification(Verdict.DUPLICATE, ONE, reason="same_address")),
        (identity(1, 11), {ONE: stored(10)}, {}, Classification(Verdict.UPDATED, ONE, change="text")),
        (identity(1, 10, title=2), {ONE: stored(10)}, {}, Classification(Verdict.UPDATED, ONE, change="title")),
        (identity(1, 11, title=2), {ONE: stored(10)}, {}, Classification(Verdict.UPDATED, ONE, change="both")),
        (
            identity(1, 11),
            {ONE: stored(10, seen=NOON + timedelta(days=1))},
            {},
            Classification(Verdict.DUPLICATE, ONE, reason="older_version"),
        ),
        (identity(2, 10), {}, {UUID(int=10): ONE}, Classification(Verdict.DUPLICATE, ONE, reason="same_text")),
        (identity(1, 10), {ONE: stored(9)}, {UUID(int=10): TWO}, Classification(Verdict.UPDATED, ONE, change="text")),
    ],
)
def test_one_page_is_classified_by_the_stored_articles(
    found: PageIdentity, known: dict[UUID, StoredArticle], texts: dict[UUID, UUID], expected: Classification
) -> None:
    assert classify_all([found], known, texts) == [expected]


def test_earlier_pages_of_a_batch_count_as_stored() -> None:
    later = replace(identity(1, 11), fetched_at=NOON + timedelta(minutes=1))
    classified = classify_all([identity(1, 10), identity(1, 10, key=7), later, later, identity(2, 10)], {}, {})
    assert [
        (classification.verdict, classification.reason or classification.change) for classification in classified
    ] == [
        (Verdict.LOADED, "first"),
        (Verdict.DUPLICATE, "same_address"),
        (Verdict.UPDATED, "text"),
        (Verdict.UNCHANGED, None),
        (Verdict.DUPLICATE, "same_text"),
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_urls_with_one_text_the_plain_one_is_the_article_in_any_order(turned: bool) -> None:
    pair = [identity(1, 10, plain=False), identity(2, 10)]
    classified = classify_all(pair[::-1] if turned else pair, {}, {})
    assert {(classification.verdict, classification.article_id) for classification in classified} == {
        (Verdict.LOADED, TWO),
        (Verdict.DUPLICATE, TWO),
    }


def test_classifying_does_not_change_the_stored_articles() -> None:
    known = {ONE: stored(10)}
    texts: dict[UUID, UUID] = {}
    classify_all([identity(1, 11), identity(2, 12)], known, texts)
    assert known == {ONE: stored(10)}
    assert texts == {}
