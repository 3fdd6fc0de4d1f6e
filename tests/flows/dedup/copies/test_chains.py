"""What changes for chains of duplicates when pairs come or go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flows.dedup.copies.chains import Chains, dated_pairs, reorient
from flows.dedup.copies.dating import order_of
from flows.dedup.copies.originals import Duplicate, Pair, resolve
from flows.dedup.records import DatedArticle, Placement
from tests.flows.dedup.copies.test_originals import uuid
from tests.flows.dedup.library import NOON

if TYPE_CHECKING:
    from uuid import UUID

    from flows.dedup.records import DatedPair


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
    found = reorient(pairs, ORDERS, ARTICLES)
    turned = dated_pairs([Pair(uuid(2), uuid(1), 50, 100, 60)], ARTICLES)
    assert found.pairs == [pairs[1], *turned]
    assert found.dropped == [pairs[0]]
    assert found.added == turned


def settle(pairs: list[DatedPair], stored: dict[UUID, Placement], *touched: UUID) -> tuple[Chains, list[set[UUID]]]:
    """Resolve from the touched articles on; returns the chains and the articles of each round."""
    chains = Chains(ARTICLES)
    chains.placements |= stored
    edge = {article: ARTICLES[article].day for article in touched}
    rounds = []
    while edge:
        rounds.append(set(edge))
        edge = chains.resolve(edge, [one for one in pairs if edge.keys() & one.days().keys()])
    return chains, rounds


CHAIN = dated_pairs([Pair(uuid(2), uuid(1), 90, 100, 100), Pair(uuid(3), uuid(2), 50, 100, 100)], ARTICLES)
RESOLVED = resolve([one.pair for one in CHAIN], ORDERS)
SETTLED = {uuid(1): placed(1, None), uuid(2): placed(2, RESOLVED[uuid(2)]), uuid(3): placed(3, RESOLVED[uuid(3)])}


def test_a_chain_is_followed_only_as_far_as_roots_change() -> None:
    chains, rounds = settle(CHAIN, SETTLED, uuid(1))
    assert (chains.changes(), rounds) == ({}, [{uuid(1)}])
    unlinked = SETTLED | {uuid(2): placed(2, None), uuid(3): placed(3, Duplicate(uuid(2), "derived", 0.5))}
    chains, rounds = settle(CHAIN, unlinked, uuid(2))
    assert chains.changes() == {uuid(2): RESOLVED[uuid(2)], uuid(3): RESOLVED[uuid(3)]}
    assert rounds == [{uuid(2)}, {uuid(3)}]


def test_articles_whose_pairs_are_gone_are_originals_again() -> None:
    chains, _ = settle(CHAIN[1:], SETTLED, uuid(2))
    assert chains.changes() == {uuid(2): None, uuid(3): Duplicate(uuid(2), "derived", 0.5)}


def test_a_pair_that_is_turned_round_is_written_once_and_both_articles_are_resolved() -> None:
    stored = dated_pairs([Pair(uuid(1), uuid(2), 90, 100, 100), Pair(uuid(3), uuid(2), 50, 100, 100)], ARTICLES)
    before = {
        uuid(1): placed(1, Duplicate(uuid(2), "copy", 0.9)),
        uuid(2): placed(2, None),
        uuid(3): placed(3, Duplicate(uuid(2), "derived", 0.5)),
    }
    chains, _ = settle(stored, before, uuid(1))
    assert chains.changes() == {uuid(1): None, uuid(2): RESOLVED[uuid(2)], uuid(3): RESOLVED[uuid(3)]}
    assert chains.turned == {stored[0]: CHAIN[0]}
