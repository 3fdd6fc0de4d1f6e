"""Chains of duplicates: what each article in the end goes back to, set anew where pairs come or go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup import DUPLICATE_METHOD
from flows.dedup.copies.originals import Duplicate, Pair, PublicationTime, order, orient, resolve
from warehouse.dedup.duplicates import add_pairs, drop_pairs, duplicate_states, indexed_articles, pairs_of, set_resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    import duckdb

    from flows.dedup.copies.originals import Order
    from warehouse.dedup.duplicates import DuplicateState, IndexedArticle, StoredPair

WINDOW_DAYS = 7  # between an article and its copy; longer chains come of several steps


@dataclass(frozen=True, slots=True)
class DuplicateChanges:
    """The articles whose duplicate_of was set anew, and the states before of all in their chains."""

    duplicates: dict[UUID, Duplicate | None]
    states: dict[UUID, DuplicateState]


def resolve_without(connection: duckdb.DuckDBPyConnection, gone: Sequence[StoredPair]) -> DuplicateChanges:
    """Set anew what articles go back to, after pairs were deleted; returns what has changed."""
    days = {pair.article_id: pair.day for pair in gone} | {pair.original_id: pair.original_day for pair in gone}
    return resolve_chains(connection, set(days), days, {})


def order_of(row: IndexedArticle) -> Order:
    """Where an article stands in the order of publication."""
    return order(PublicationTime(row.published_at, row.published_precision), row.first_seen_at, row.article_id)


def pair_row(pair: Pair, known: Mapping[UUID, IndexedArticle]) -> dict[str, object]:
    """The row of `duplicates` of a pair."""
    return {
        "article_id": pair.article_id.bytes,
        "original_id": pair.original_id.bytes,
        "kind": pair.kind,
        "similarity": pair.similarity,
        "shared": pair.shared,
        "size": pair.size,
        "original_size": pair.original_size,
        "day": known[pair.article_id].day,
        "original_day": known[pair.original_id].day,
        "method": DUPLICATE_METHOD,
    }


def resolve_chains(
    connection: duckdb.DuckDBPyConnection, touched: set[UUID], days: dict[UUID, date], known: dict[UUID, IndexedArticle]
) -> DuplicateChanges:
    """Follow the pairs of the touched articles to all they hang together with, and set anew what has changed."""
    found: dict[tuple[UUID, UUID], StoredPair] = {}
    chain = set(touched)
    edge = {article: days[article] for article in touched if article in days}
    while edge:
        following: dict[UUID, date] = {}
        for pair in pairs_of(connection, edge, WINDOW_DAYS):
            found[pair.article_id, pair.original_id] = pair
            following |= {pair.article_id: pair.day, pair.original_id: pair.original_day}
        edge = {article: day for article, day in following.items() if article not in chain}
        chain |= edge.keys()
        days |= edge
    missing = {article: days[article] for article in chain if article not in known and article in days}
    if missing:
        known |= indexed_articles(connection, missing, days=(min(missing.values()), max(missing.values())))
    rows = {article: known[article] for article in chain if article in known}
    orders = {article: order_of(row) for article, row in rows.items()}
    pairs = _turned(connection, found, orders, rows)
    answer = resolve(pairs, orders)
    return _set(connection, {article: answer.get(article) for article in rows}, rows)


def _turned(
    connection: duckdb.DuckDBPyConnection,
    found: Mapping[tuple[UUID, UUID], StoredPair],
    orders: Mapping[UUID, Order],
    rows: Mapping[UUID, IndexedArticle],
) -> list[Pair]:
    """The pairs, with those turned round whose later article has become the earlier one."""
    pairs, old, new = [], [], []
    for stored in found.values():
        given = Pair(stored.article_id, stored.original_id, stored.shared, stored.size, stored.original_size)
        pair = orient(given, orders)
        pairs.append(pair)
        if pair.article_id != stored.article_id:
            old.append(stored)
            new.append(pair_row(pair, rows))
    drop_pairs(connection, old)
    add_pairs(connection, new)
    return pairs


def _set(
    connection: duckdb.DuckDBPyConnection,
    answer: Mapping[UUID, Duplicate | None],
    rows: Mapping[UUID, IndexedArticle],
) -> DuplicateChanges:
    """Write what is not as it was."""
    if not answer:
        return DuplicateChanges({}, {})
    sights = [row.first_seen_at for row in rows.values()]
    seen = (min(sights), max(sights))
    states = duplicate_states(connection, answer.keys(), seen)
    changed: dict[UUID, Duplicate | None] = {}
    for article, duplicate in answer.items():
        state = states.get(article)
        if state is None:
            continue
        if _as_it_was(state, duplicate):
            continue
        changed[article] = duplicate
    set_resolved(
        connection,
        [
            {
                "article_id": article.bytes,
                "duplicate_of": duplicate.root.bytes if duplicate else None,
                "duplicate_kind": duplicate.kind if duplicate else None,
                "similarity": duplicate.similarity if duplicate else None,
            }
            for article, duplicate in changed.items()
        ],
        seen,
    )
    return DuplicateChanges(changed, states)


def _as_it_was(state: DuplicateState, duplicate: Duplicate | None) -> bool:
    if duplicate is None or state.duplicate_of is None:
        return duplicate is None and state.duplicate_of is None
    same = (state.duplicate_of, state.duplicate_kind) == (duplicate.root, duplicate.kind)
    return same and state.similarity is not None and abs(state.similarity - duplicate.similarity) < 1e-6
