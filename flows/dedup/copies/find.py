"""The second level: who repeats whom. Finds the duplicates of new articles, and what changes for held ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from flows.dedup.copies.boilerplate import MANY, SAMPLE, common_fingerprints
from flows.dedup.copies.chains import WINDOW_DAYS, DuplicateChanges, order_of, pair_row, resolve_chains
from flows.dedup.copies.containment import comparable_text, overlap
from flows.dedup.copies.originals import Pair, PublicationTime, orient, publication_time
from flows.dedup.day_ranges import day_ranges
from flows.dedup.text.shingles import distinct, fingerprints, shingles
from warehouse.dedup.duplicates import (
    FINGERPRINTS,
    INDEXED_ARTICLES,
    DuplicateState,
    IndexedArticle,
    StoredPair,
    add_pairs,
    add_to_index,
    drop_pairs,
    duplicate_states,
    indexed_articles,
    indexed_texts,
    pairs_of,
    remove_from_index,
    set_publication,
)
from warehouse.dedup.fingerprints import Matches, add_common_fingerprints, common_fingerprints_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    import duckdb

    from flows.dedup.articles import NewText, OtherPublication
    from flows.dedup.text.shingles import Hashes

# Of the fewer fingerprints that two articles have, the part they must share to be compared in full. A pair with the
# least containment of 0.3 and 25 fingerprints falls below it in one case of a hundred; set phrases rarely reach it.
LEAST_FINGERPRINTS = 0.1
MOST_CANDIDATES = 64  # that one article is compared with


def find_duplicates(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[NewText],
    other_publications: Sequence[OtherPublication],
    now: datetime,
) -> DuplicateChanges:
    """Find what the articles repeat and what repeats them.

    Reads a window of days around the articles, writes `duplicates`, the index and `article_state`. The caller's
    transaction holds the rows of the articles already.
    """
    before = _forget(connection, articles)
    rows = [_compared(article, before.rows.get(article.article_id)) for article in articles]
    rows, moved, states = _publish_earlier(connection, rows, other_publications)
    known = {row.article_id: row for row in rows} | moved
    touched = {row.article_id for row in rows} | set(moved)
    for pair in before.pairs:
        touched |= {pair.article_id, pair.original_id}
    days = {row.article_id: row.day for row in rows} | {row.article_id: row.day for row in moved.values()}
    days |= {pair.article_id: pair.day for pair in before.pairs}
    days |= {pair.original_id: pair.original_day for pair in before.pairs}
    if rows:
        prints = _prints(articles, rows)
        add_to_index(connection, _table(rows), prints)
        around = timedelta(days=WINDOW_DAYS)
        near_days = [
            (first - around, last + around) for first, last in day_ranges((row.day for row in rows), 2 * WINDOW_DAYS)
        ]
        with Matches(connection, [row.article_id for row in rows], prints, near_days) as matches:
            known = matches.nearby() | known
            for pair in _ignore_common(connection, matches, articles, known, now):
                days |= {pair.article_id: pair.day, pair.original_id: pair.original_day}
                touched |= {pair.article_id, pair.original_id}
            pairs = _compare(connection, matches, articles, known)
        add_pairs(connection, [pair_row(pair, known) for pair in pairs])
        days |= {one: known[one].day for pair in pairs for one in (pair.article_id, pair.original_id)}
    duplicate_changes = resolve_chains(connection, touched, days, known)
    return DuplicateChanges(duplicate_changes.duplicates, states | duplicate_changes.states)


class _Before:
    """What was known of articles whose text has changed."""

    def __init__(self, rows: dict[UUID, IndexedArticle], pairs: list[StoredPair]) -> None:
        self.rows = rows
        self.pairs = pairs


def _forget(connection: duckdb.DuckDBPyConnection, articles: Sequence[NewText]) -> _Before:
    changed = [article for article in articles if not article.new]
    if not changed:
        return _Before({}, [])
    seen = (min(one.first_seen_at for one in changed), max(one.first_seen_at for one in changed))
    rows = indexed_articles(connection, [one.article_id for one in changed], seen=seen)
    return _Before(rows, remove_from_index(connection, list(rows.values()), WINDOW_DAYS))


def _compared(article: NewText, before: IndexedArticle | None) -> IndexedArticle:
    """The row of an article. Its day is its own; when its text was published first may have been learned elsewhere."""
    own = publication_time(article.published_at, article.precision, article.first_seen_at)
    row = IndexedArticle(
        day=own.at.date(),
        article_id=article.article_id,
        version_id=article.version_id,
        seen_at=article.seen_at,
        first_seen_at=article.first_seen_at,
        published_at=own.at,
        published_precision=own.precision,
        fingerprints=len(article.features.fingerprints),
    )
    return row if before is None else _earlier(row, PublicationTime(before.published_at, before.published_precision))


def _earlier(row: IndexedArticle, other: PublicationTime) -> IndexedArticle:
    """The row with the other moment, where that comes first."""
    changed = replace(row, published_at=other.at, published_precision=other.precision)
    return changed if order_of(changed) < order_of(row) else row


def _publish_earlier(
    connection: duckdb.DuckDBPyConnection, rows: list[IndexedArticle], other_publications: Sequence[OtherPublication]
) -> tuple[list[IndexedArticle], dict[UUID, IndexedArticle], dict[UUID, DuplicateState]]:
    """The rows; the held ones whose text turns out to have been published earlier elsewhere; the held ones' states."""
    if not other_publications:
        return rows, {}, {}
    here = {row.article_id: row for row in rows}
    others = {one.article_id for one in other_publications} - here.keys()
    held: dict[UUID, IndexedArticle] = {}
    states = duplicate_states(connection, others)
    if states:
        sights = [state.first_seen_at for state in states.values()]
        held = indexed_articles(connection, others, seen=(min(sights), max(sights)))
    latest = here | held
    for one in other_publications:
        row = latest.get(one.article_id)
        if row is not None:
            latest[one.article_id] = _earlier(row, publication_time(one.published_at, one.precision, one.seen_at))
    moved = {key: latest[key] for key in held if latest[key] != held[key]}
    set_publication(connection, list(moved.values()))
    return [latest[row.article_id] for row in rows], moved, states


def _table(rows: Sequence[IndexedArticle]) -> pa.Table:
    columns = {
        name: pa.array(
            [value.bytes if name.endswith("_id") else value for value in (getattr(row, name) for row in rows)],
            INDEXED_ARTICLES.field(name).type,
        )
        for name in INDEXED_ARTICLES.names
    }
    return pa.table(columns, schema=INDEXED_ARTICLES)


def _prints(articles: Sequence[NewText], rows: Sequence[IndexedArticle]) -> pa.Table:
    counts = [row.fingerprints for row in rows]
    which = np.repeat(np.arange(len(rows)), counts)
    hashes = np.concatenate([article.features.fingerprints for article in articles])
    days = pa.array([row.day for row in rows], pa.date32())
    names = pa.array([row.article_id.bytes for row in rows], pa.binary(16)).take(pa.array(which))
    identifiers = pa.ExtensionArray.from_storage(pa.uuid(), names)
    return pa.table([days.take(pa.array(which)), pa.array(hashes, pa.uint64()), identifiers], schema=FINGERPRINTS)


def _ignore_common(
    connection: duckdb.DuckDBPyConnection,
    matches: Matches,
    articles: Sequence[NewText],
    known: Mapping[UUID, IndexedArticle],
    now: datetime,
) -> list[StoredPair]:
    """Find fingerprints that have become common, and go on without; returns pairs that rested on these and are gone."""
    crowded = matches.crowded(MANY, SAMPLE)
    if not crowded:
        return []
    wanted = {article for holders in crowded.values() for article in holders}
    own = {one.article_id: one.features.shingles for one in articles if one.article_id in wanted}
    held = _texts(connection, [known[article] for article in wanted - own.keys()])
    common = common_fingerprints(crowded, {article: distinct(found) for article, found in (own | held).items()})
    if not common:
        return []
    holders = dict(matches.holders(common))
    matches.ignore(common)
    add_common_fingerprints(connection, common, now)
    return drop_unsupported(connection, holders)


def drop_unsupported(connection: duckdb.DuckDBPyConnection, holders: dict[UUID, date]) -> list[StoredPair]:
    """Delete pairs among articles (with their days) that would not be pairs, now that more fingerprints are common."""
    pairs = [
        pair
        for pair in pairs_of(connection, holders, WINDOW_DAYS)
        if pair.article_id in holders and pair.original_id in holders
    ]
    if not pairs:
        return []
    days = [day for pair in pairs for day in (pair.day, pair.original_day)]
    wanted = {article for pair in pairs for article in (pair.article_id, pair.original_id)}
    rows = indexed_articles(connection, wanted, days=(min(days), max(days)))
    partners: dict[UUID, list[UUID]] = {}
    for pair in pairs:
        partners.setdefault(pair.article_id, []).append(pair.original_id)
    held = _texts(connection, [rows[article] for article in wanted])
    still = {(pair.article_id, pair.original_id) for pair in _overlaps(connection, partners, held)}
    gone = [pair for pair in pairs if (pair.article_id, pair.original_id) not in still]
    drop_pairs(connection, gone)
    return gone


def _compare(
    connection: duckdb.DuckDBPyConnection,
    matches: Matches,
    articles: Sequence[NewText],
    known: Mapping[UUID, IndexedArticle],
) -> list[Pair]:
    """The candidates whose texts do overlap."""
    own = {article.article_id: article.features.shingles for article in articles}
    partners: dict[UUID, list[UUID]] = {}
    for mine, other in matches.candidates(WINDOW_DAYS, LEAST_FINGERPRINTS, MOST_CANDIDATES):
        partners.setdefault(other, []).append(mine)
    held = _texts(connection, [known[other] for other in partners if other not in own])
    ends = partners.keys() | {mine for found in partners.values() for mine in found}
    orders = {article: order_of(known[article]) for article in ends}
    return [orient(pair, orders) for pair in _overlaps(connection, partners, own | held)]


def _texts(connection: duckdb.DuckDBPyConnection, rows: Sequence[IndexedArticle]) -> dict[UUID, Hashes]:
    """The shingles of held articles."""
    return {article: shingles(text) for article, text in indexed_texts(connection, rows)}


def _overlaps(
    connection: duckdb.DuckDBPyConnection, partners: Mapping[UUID, Sequence[UUID]], found: Mapping[UUID, Hashes]
) -> Iterator[Pair]:
    """Those pairs (an article and its partner, as they are given) whose texts overlap enough."""
    ends = partners.keys() | {other for others in partners.values() for other in others}
    if not ends:
        return
    prints = np.concatenate([fingerprints(distinct(found[article])) for article in ends])
    common = common_fingerprints_among(connection, prints)
    texts = {article: comparable_text(found[article], common) for article in ends}
    for one, others in partners.items():
        for other in others:
            shared = overlap(texts[one], texts[other])
            if shared is not None:
                yield Pair(one, other, shared, len(texts[one].shingles), len(texts[other].shingles))
