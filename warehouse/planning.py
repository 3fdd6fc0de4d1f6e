"""What a plan needs of the warehouse: validators, what is due, what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    import duckdb
    import pyarrow as pa

# An article whose look came due while nothing ran (a machine switched off, a holiday) is still looked at within this.
RECHECK_GRACE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Due:
    """An article address to ask: waiting in the frontier, or known and due for another look (then with validators)."""

    url: str
    source: str
    etag: str | None = None
    last_modified: str | None = None
    published_hint: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListingState:
    """A listing that was asked for before, with the validators of its last full answer."""

    url: str
    source: str
    kind: str
    etag: str | None
    last_modified: str | None


def listing_states(connection: duckdb.DuckDBPyConnection) -> list[ListingState]:
    """Every listing of an active source: first those never asked for, then those that changed last."""
    rows = connection.execute(
        """
        SELECT url, source, kind, etag, last_modified FROM feeds
        WHERE source IN (SELECT source FROM sources WHERE active)
        ORDER BY last_asked_at IS NOT NULL, last_changed_at DESC NULLS LAST, url
        """
    ).fetchall()
    return [ListingState(*row) for row in rows]


def due_frontier(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[Due]:
    """Addresses of active sources that wait for an answer and may be asked now, newest first."""
    rows = connection.execute(
        """
        SELECT url, source, published_hint FROM private.frontier
        WHERE due_at <= ? AND source IN (SELECT source FROM sources WHERE active)
        ORDER BY coalesce(published_hint, discovered_at) DESC, url
        """,
        [now],
    ).fetchall()
    return [Due(url, source, published_hint=hint) for url, source, hint in rows]


def due_rechecks(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[Due]:
    """Articles whose source's schedule has a look between the last look and now, newest first.

    A look is due `hours` after the first sight. Reads the articles first seen within the longest schedule.
    """
    rows = connection.execute(
        f"""
        SELECT state.fetch_url, state.source, state.etag, state.last_modified
        FROM article_state AS state
        JOIN sources USING (source)
        WHERE sources.active
          AND state.first_seen_at >= $now - to_days({RECHECK_GRACE_DAYS})
              - to_seconds((SELECT coalesce(max(list_max(recheck_hours)), 0) * 3600 FROM sources WHERE active))
          AND len(list_filter(sources.recheck_hours, lambda hours:
              state.first_seen_at + to_seconds(hours * 3600) >= state.last_seen_at
              AND state.first_seen_at + to_seconds(hours * 3600) <= $now)) > 0
        ORDER BY state.first_seen_at DESC, state.fetch_url
        """,  # noqa: S608 - a number of our own
        {"now": now},
    ).fetchall()
    return [Due(*row) for row in rows]


def known_keys(connection: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
    """Keys of every address that listings need not name again, ascending and distinct: batches of a uint64 column."""
    yield from connection.execute(
        """
        SELECT address_key FROM private.known_addresses
        UNION SELECT address_key FROM private.frontier
        ORDER BY address_key
        """
    ).fetch_record_batch(1_000_000)


def articles_at(connection: duckdb.DuckDBPyConnection, address_keys: list[int]) -> dict[int, UUID]:
    """Articles by the key of the address they are asked at, for those of `address_keys` that are one."""
    rows = connection.execute(
        "SELECT fetch_key, article_id FROM article_state WHERE fetch_key IN (SELECT unnest(?::UBIGINT[]))",
        [address_keys],
    ).fetchall()
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of an article: hashes of its current title and text, and the key of the address it is asked at."""

    title_hash: UUID
    body_hash: UUID
    fetch_key: int | None
    last_seen_at: datetime


def held_articles(connection: duckdb.DuckDBPyConnection, article_ids: list[UUID]) -> dict[UUID, Held]:
    """Those of the named articles that are held."""
    rows = connection.execute(
        """
        SELECT article_id, title_hash, body_hash, fetch_key, last_seen_at FROM article_state
        WHERE article_id IN (SELECT unnest(?::UUID[]))
        """,
        [article_ids],
    ).fetchall()
    return {article_id: Held(*rest) for article_id, *rest in rows}


def articles_with_text(connection: duckdb.DuckDBPyConnection, text_hashes: list[UUID]) -> dict[UUID, UUID]:
    """The article first seen with each of the named texts (`text_hash`), for those that are held."""
    rows = connection.execute(
        """
        SELECT text_hash, arg_min(article_id, seen_at) FROM article_versions
        WHERE text_hash IN (SELECT unnest(?::UUID[])) GROUP BY text_hash
        """,
        [text_hashes],
    ).fetchall()
    return dict(rows)
