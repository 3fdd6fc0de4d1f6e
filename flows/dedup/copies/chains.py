"""Chains of duplicates: which article each one goes back to in the end, and what changes when pairs come or go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup.copies.originals import orient
from flows.dedup.records import DatedPair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from flows.dedup.copies.originals import Duplicate, Order, Pair
    from flows.dedup.records import DatedArticle, Placement


@dataclass(frozen=True, slots=True)
class Chains:
    """The stored pairs that are connected to some articles, and the articles of these pairs."""

    articles: dict[UUID, DatedArticle]
    pairs: list[DatedPair]


@dataclass(frozen=True, slots=True)
class DuplicateChanges:
    """The articles whose root has changed, with the new one, and the earlier placements of all in their chains."""

    duplicates: dict[UUID, Duplicate | None]
    placements: dict[UUID, Placement]


@dataclass(frozen=True, slots=True)
class Reoriented:
    """Pairs, the later article first, and the rows to drop and to add for those that had to be turned round."""

    pairs: list[Pair]
    dropped: list[DatedPair]
    added: list[DatedPair]


def dated_pairs(pairs: Iterable[Pair], articles: Mapping[UUID, DatedArticle]) -> list[DatedPair]:
    """Pairs with the days of their articles."""
    return [DatedPair(pair, articles[pair.article_id].day, articles[pair.original_id].day) for pair in pairs]


def reorient(chains: Chains, orders: Mapping[UUID, Order]) -> Reoriented:
    """Turn round the pairs whose later article has become the earlier one."""
    pairs, dropped, turned = [], [], []
    for stored in chains.pairs:
        pair = orient(stored.pair, orders)
        pairs.append(pair)
        if pair.article_id != stored.pair.article_id:
            dropped.append(stored)
            turned.append(pair)
    return Reoriented(pairs, dropped, dated_pairs(turned, chains.articles))


def changed_duplicates(
    chains: Chains, resolved: Mapping[UUID, Duplicate], placements: Mapping[UUID, Placement]
) -> dict[UUID, Duplicate | None]:
    """The articles whose stored placement differs from what was resolved, with the latter."""
    return {
        article: resolved.get(article)
        for article in chains.articles
        if article in placements and not _agrees(placements[article], resolved.get(article))
    }


def _agrees(stored: Placement, duplicate: Duplicate | None) -> bool:
    if duplicate is None or stored.duplicate_of is None:
        return duplicate is None and stored.duplicate_of is None
    same = (stored.duplicate_of, stored.duplicate_kind) == (duplicate.root, duplicate.kind)
    return same and stored.similarity is not None and abs(stored.similarity - duplicate.similarity) < 1e-6
