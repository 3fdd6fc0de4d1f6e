"""What changes for chains of duplicates when pairs come or go."""

from __future__ import annotations

from datetime import timedelta

from flows.dedup.copies.chains import Chains, changed_duplicates, dated_pairs, reorient
from flows.dedup.copies.dating import order_of
from flows.dedup.copies.originals import Duplicate, Pair, resolve
from flows.dedup.records import DatedArticle, Placement
from tests.flows.dedup.copies.test_originals import uuid
from tests.flows.dedup.library import NOON


def article(number: int, hours: float) -> DatedArticle:
    at = NOON + timedelta(hours=hours)
    return DatedArticle(at.date(), uuid(number), uuid(90 + number), NOON, NOON, at, "second", 20)


def placed(number: int, duplicate: Duplicate | None) -> Placement:
    if duplicate is None:
        return Placement(uuid(number), NOON, None, None, None, None)
    return Placement(uuid(number), NOON, duplicate.root, duplicate.kind, duplicate.similarity, None)


ARTICLES = {uuid(1): article(1, 0), uuid(2): article(2, 5), uuid(3): article(3, 9)}
ORDERS = {key: order_of(found) for key, found in ARTICLES.items()}


def test_only_a_pair_whose_later_article_is_now_the_earlier_one_is_turned_round() -> None:
    pairs = dated_pairs([Pair(uuid(1), uuid(2), 50, 60, 100), Pair(uuid(3), uuid(2), 90, 90, 100)], ARTICLES)
    found = reorient(Chains(ARTICLES, pairs), ORDERS)
    turned = Pair(uuid(2), uuid(1), 50, 100, 60)
    assert found.pairs == [turned, pairs[1].pair]
    assert found.dropped == [pairs[0]]
    assert found.added == dated_pairs([turned], ARTICLES)


def test_only_articles_whose_root_kind_or_similarity_differs_change() -> None:
    pairs = [Pair(uuid(2), uuid(1), 90, 100, 100), Pair(uuid(3), uuid(1), 50, 100, 100)]
    resolved = resolve(pairs, ORDERS)
    chains = Chains(ARTICLES, dated_pairs(pairs, ARTICLES))
    stored = {uuid(1): placed(1, None), uuid(2): placed(2, resolved[uuid(2)]), uuid(3): placed(3, None)}
    assert changed_duplicates(chains, resolved, stored) == {uuid(3): resolved[uuid(3)]}
    stored[uuid(3)] = placed(3, resolved[uuid(3)])
    assert changed_duplicates(chains, resolved, stored) == {}
    assert changed_duplicates(chains, {}, stored) == {uuid(2): None, uuid(3): None}
