"""What a plan needs of the warehouse: validators, what is due, what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import duckdb

# An article whose look came due while nothing ran (a machine switched off, a holiday) is still looked at within this.
RECHECK_GRACE_DAYS = 7
KEY_PARTS = 8
KEYS_AT_ONCE = 100_000
KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """What the archive holds last of an address: where it came from, when, and its payload's digest if known."""

    url: str
    at: datetime
    digest: str | None


@dataclass(frozen=True, slots=True)
class DueUrl:
    """An article address to ask: waiting in the frontier, or known and due for another look (then with validators).

    `date` is when it was published or changed, as far as a listing or its address has said so.
    """

    url: str
    source: str
    etag: str | None = None
    last_modified: str | None = None
    published_hint: datetime | None = None
    date: datetime | None = None
    stored: StoredCopy | None = None


@dataclass(frozen=True, slots=True)
class ListingState:
    """A listing that is known, with the validators of its last full answer, and whether it is to be asked for now."""

    url: str
    source: str
    kind: str
    etag: str | None
    last_modified: str | None
    last_asked_at: datetime | None
    is_due: bool
    stored: StoredCopy | None


def listing_states(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[ListingState]:
    """Every listing of an active source: first those never asked for, then those that changed last.

    One that an index gives a time of change for is due only if that is later than the last request; midnight stands for
    the whole day. Bounds that were narrowed since hold at once.
    """
    rows = connection.execute(
        """
        SELECT feeds.url, feeds.source, feeds.kind, feeds.etag, feeds.last_modified, feeds.last_asked_at,
               coalesce(feeds.due_at <= $now
                   OR feeds.last_asked_at + to_seconds(sources.poll_minutes[2] * 60) <= $now, true)
               AND (feeds.listed_modified_at IS NULL OR feeds.last_asked_at IS NULL OR feeds.failures > 0
                   OR feeds.listed_modified_at
                       + CASE WHEN feeds.listed_modified_at = date_trunc('day', feeds.listed_modified_at)
                              THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END >= feeds.last_asked_at) AS is_due,
               feeds.stored_url, feeds.stored_at, feeds.stored_digest
        FROM feeds
        JOIN sources USING (source)
        WHERE sources.active
        ORDER BY last_asked_at IS NOT NULL, coalesce(listed_modified_at, last_changed_at) DESC NULLS LAST, url
        """,
        {"now": now},
    ).fetchall()
    return [ListingState(*row[:-3], _stored(*row[-3:])) for row in rows]  # type: ignore[call-arg]


def _stored(url: str | None, at: datetime | None, digest: str | None) -> StoredCopy | None:
    return None if url is None or at is None else StoredCopy(url, at, digest)


@dataclass(frozen=True, slots=True)
class FrontierQuery:
    """What is wanted of what waits for a source: at most so many pages, of those in a window of time (aware)."""

    source: str
    most: int
    since: datetime | None = None
    until: datetime | None = None


def due_frontier(
    connection: duckdb.DuckDBPyConnection, now: datetime, windows: Sequence[FrontierQuery]
) -> list[DueUrl]:
    """Addresses of these sources that wait for an answer and may be asked now: the newest of each.

    What has no date is in every window. Midnight stands for the whole day.
    """
    rows = connection.execute(
        """
        WITH windows AS (
            SELECT unnest(?::VARCHAR[]) AS source, unnest(?::BIGINT[]) AS most,
                   unnest(?::TIMESTAMPTZ[]) AS since, unnest(?::TIMESTAMPTZ[]) AS until
        )
        SELECT url, source, published_hint, coalesce(published_hint, modified_hint) AS date
        FROM private.frontier
        JOIN windows USING (source)
        WHERE due_at <= ?
          AND (date IS NULL OR since IS NULL
              OR date + CASE WHEN date = date_trunc('day', date) THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END >= since)
          AND (date IS NULL OR until IS NULL OR date <= until)
        QUALIFY row_number() OVER (PARTITION BY source ORDER BY coalesce(date, discovered_at) DESC, url) <= most
        ORDER BY coalesce(date, discovered_at) DESC, url
        """,
        [
            [window.source for window in windows],
            [window.most for window in windows],
            [window.since for window in windows],
            [window.until for window in windows],
            now,
        ],
    ).fetchall()
    return [DueUrl(url, source, published_hint=hint, date=date) for url, source, hint, date in rows]


def due_rechecks(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[DueUrl]:
    """Articles whose source's schedule has a look between the last look and now, newest first.

    A look is due `hours` after the first sight. Reads the articles first seen within the longest schedule.
    """
    rows = connection.execute(
        f"""
        SELECT state.fetch_url, state.source, state.etag, state.last_modified, state.first_seen_at,
               state.stored_url, state.stored_at, state.stored_digest
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
    return [
        DueUrl(url, source, etag, last_modified, date=first_seen_at, stored=_stored(*stored))
        for url, source, etag, last_modified, first_seen_at, *stored in rows
    ]


def known_keys(connection: duckdb.DuckDBPyConnection, also: Sequence[int] = ()) -> Iterator[memoryview]:
    """Keys of every address that listings need not name again: unsigned 64-bit numbers in pieces, ascending over all.

    `also` are keys that the warehouse does not have: what was forgotten for good.

    A key may come twice. Sorted by a part of the numbers at a time: for ten million that takes 1.2 s and 170 MB, half
    of it what DuckDB keeps of the table, where all at once takes 310 MB and no less time.
    """
    for part in range(KEY_PARTS):
        first, after = (part << 64) // KEY_PARTS, (part + 1 << 64) // KEY_PARTS
        batches = connection.execute(
            """
            SELECT url_key
            FROM (
                SELECT url_key FROM private.known_urls UNION ALL SELECT url_key FROM private.frontier
                UNION ALL SELECT unnest(?::UBIGINT[])
            )
            WHERE url_key BETWEEN ?::UBIGINT AND ?::UBIGINT
            ORDER BY url_key
            """,
            [list(also), first, after - 1],
        ).to_arrow_reader(KEYS_AT_ONCE)
        for batch in batches:
            column = batch.column(0)
            start = column.offset * KEY_BYTES
            yield memoryview(column.buffers()[1])[start : start + len(column) * KEY_BYTES]
