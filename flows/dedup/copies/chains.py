"""Chains of duplicates: which article each one goes back to in the end, and what changes when pairs come or go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup.copies.dating import order_of
from flows.dedup.copies.originals import orient, resolve
from flows.dedup.records import DatedPair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from flows.dedup.copies.originals import Duplicate, Order, Pair
    from flows.dedup.records import DatedArticle, Placement


@dataclass(frozen=True, slots=True)
class DuplicateChanges:
    """The articles whose root has changed, with the new one, and the earlier placements of these and of their roots."""

    duplicates: dict[UUID, Duplicate | None]
    placements: dict[UUID, Placement]


@dataclass(frozen=True, slots=True)
class Reoriented:
    """Pairs, the later article first, and the rows to drop and to add for those that had to be turned round."""

    pairs: list[DatedPair]
    dropped: list[DatedPair]
    added: list[DatedPair]


class Chains:
    """Finds the roots of articles again, from some that have changed to those that go back to them.

    An article's root depends on its own pairs and on its parent's root. So each round takes the articles whose own
    pairs or whose parent's root may have changed, and leads to those that depend on the ones whose root has. A chain is
    followed as far as roots change, however many articles it has. `turned` are the stored pairs whose later article has
    become the earlier one, with what they are now.
    """

    def __init__(self, articles: Mapping[UUID, DatedArticle]) -> None:
        self.articles = dict(articles)
        self.placements: dict[UUID, Placement] = {}
        self.turned: dict[DatedPair, DatedPair] = {}
        self._resolved: dict[UUID, Duplicate | None] = {}

    def resolve(self, edge: Mapping[UUID, date], pairs: Sequence[DatedPair]) -> dict[UUID, date]:
        """Find the roots of the articles in `edge`, all of whose pairs are given; returns the next ones, with days.

        The rows and the placements of both articles of each pair are known.
        """
        orders = {key: order_of(self.articles[key]) for one in pairs for key in one.days()}
        reoriented = reorient(pairs, orders, self.articles)
        following: dict[UUID, date] = {}
        for stored, turned in zip(reoriented.dropped, reoriented.added, strict=True):
            if stored not in self.turned:  # rows are written at the end, so a later round meets them again
                self.turned[stored] = turned
                following |= {key: day for key, day in turned.days().items() if key not in edge}
        before = {article: self._root(article) for article in edge}
        own = [one.pair for one in reoriented.pairs if one.pair.article_id in edge]
        roots = {pair.original_id: self._root(pair.original_id) for pair in own if pair.original_id not in edge}
        found = resolve(own, orders, roots)
        self._resolved |= {article: found.get(article) for article in edge}
        changed = {article for article in edge if self._root(article) != before[article]}
        for one in reoriented.pairs:
            if one.pair.original_id in changed and one.pair.article_id not in edge:
                following[one.pair.article_id] = one.day
        return following

    def changes(self) -> dict[UUID, Duplicate | None]:
        """The articles whose stored placement differs from what was found, with the latter."""
        return {
            article: found
            for article, found in self._resolved.items()
            if article in self.placements and not _agrees(self.placements[article], found)
        }

    def _root(self, article: UUID) -> UUID:
        if article in self._resolved:
            found = self._resolved[article]
            return found.root if found else article
        placement = self.placements.get(article)
        return placement.duplicate_of if placement and placement.duplicate_of else article


def dated_pairs(pairs: Iterable[Pair], articles: Mapping[UUID, DatedArticle]) -> list[DatedPair]:
    """Pairs with the days of their articles."""
    return [DatedPair(pair, articles[pair.article_id].day, articles[pair.original_id].day) for pair in pairs]


def reorient(
    pairs: Iterable[DatedPair], orders: Mapping[UUID, Order], articles: Mapping[UUID, DatedArticle]
) -> Reoriented:
    """Turn round the pairs whose later article has become the earlier one."""
    kept, dropped, turned = [], [], []
    for stored in pairs:
        pair = orient(stored.pair, orders)
        if pair.article_id == stored.pair.article_id:
            kept.append(stored)
        else:
            dropped.append(stored)
            turned.append(pair)
    added = dated_pairs(turned, articles)
    return Reoriented([*kept, *added], dropped, added)


def _agrees(stored: Placement, duplicate: Duplicate | None) -> bool:
    if duplicate is None or stored.duplicate_of is None:
        return duplicate is None and stored.duplicate_of is None
    same = (stored.duplicate_of, stored.duplicate_kind) == (duplicate.root, duplicate.kind)
    return same and stored.similarity is not None and abs(stored.similarity - duplicate.similarity) < 1e-6
