"""What the warehouse contributes to a crawl plan: validators, due listings and URLs, known URLs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import duckdb

# An article that was due while nothing ran (a machine switched off, a holiday) is still fetched again within this time.
RECHECK_GRACE_DAYS = 7
# After the last failure but one; see loading/frontier.sql.
LONGEST_WAIT_MINUTES = 15 * 4**4
# A URL of the frontier may be requested now. One that was found in the future, or waits for longer than any failure
# makes it, got its times while the clock was wrong.
_IS_DUE = (
    f"(due_at <= $now OR discovered_at > $now + INTERVAL 1 HOUR OR due_at > $now + to_minutes({LONGEST_WAIT_MINUTES}))"
)
KEY_PARTS = 8
KEYS_AT_ONCE = 100_000
KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """The latest response to a URL in the archive: its own URL, its time, and the digest of its payload if known."""

    url: str
    at: datetime
    digest: str | None


@dataclass(frozen=True, slots=True)
class DueUrl:
    """An article URL to request: waiting in the frontier, or known and due again (then with validators).

    `date` is when it was published or changed, according to a listing or the URL, if known.
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
    """A known listing with the validators of its last full response; `is_due` says whether to request it now."""

    url: str
    source: str
    kind: str
    etag: str | None
    last_modified: str | None
    last_asked_at: datetime | None
    is_due: bool
    stored: StoredCopy | None


def listing_states(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[ListingState]:
    """Every listing of an active source: first those never requested, then those that changed most recently.

    A listing for which an index states the time of the last change is due only if that is later than the last request;
    midnight stands for the whole day. A lowered upper bound for polling takes effect immediately. A last request in the
    future was made while the clock was wrong, and counts as none.
    """
    rows = connection.execute(
        """
        SELECT feeds.url, feeds.source, feeds.kind, feeds.etag, feeds.last_modified,
               CASE WHEN feeds.last_asked_at <= $now THEN feeds.last_asked_at END AS asked_at,
               coalesce(asked_at IS NULL OR feeds.due_at <= $now
                   OR asked_at + to_seconds(sources.poll_minutes[2] * 60) <= $now, true)
               AND (feeds.listed_modified_at IS NULL OR asked_at IS NULL OR feeds.failures > 0
                   OR feeds.listed_modified_at
                       + CASE WHEN feeds.listed_modified_at = date_trunc('day', feeds.listed_modified_at)
                              THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END >= asked_at) AS is_due,
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
    """Which waiting URLs of a source to request: at most `most`, with dates from `since` to `until` (aware)."""

    source: str
    most: int
    since: datetime | None = None
    until: datetime | None = None


def due_frontier(
    connection: duckdb.DuckDBPyConnection, now: datetime, windows: Sequence[FrontierQuery]
) -> list[DueUrl]:
    """Waiting URLs of these sources that may be requested now, the newest of each source.

    URLs without a date are in every date range. Midnight stands for the whole day. URLs that got their times while the
    clock was wrong are due now.
    """
    rows = connection.execute(
        f"""
        WITH windows AS (
            SELECT unnest($sources::VARCHAR[]) AS source, unnest($most::BIGINT[]) AS most,
                   unnest($since::TIMESTAMPTZ[]) AS since, unnest($until::TIMESTAMPTZ[]) AS until
        )
        SELECT url, source, published_hint, coalesce(published_hint, modified_hint) AS date
        FROM private.frontier
        JOIN windows USING (source)
        WHERE {_IS_DUE}
          AND (date IS NULL OR since IS NULL
              OR date + CASE WHEN date = date_trunc('day', date) THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END >= since)
          AND (date IS NULL OR until IS NULL OR date <= until)
        QUALIFY row_number() OVER (PARTITION BY source ORDER BY coalesce(date, discovered_at) DESC, url) <= most
        ORDER BY coalesce(date, discovered_at) DESC, url
        """,  # noqa: S608 - our own text
        {
            "sources": [window.source for window in windows],
            "most": [window.most for window in windows],
            "since": [window.since for window in windows],
            "until": [window.until for window in windows],
            "now": now,
        },
    ).fetchall()
    return [DueUrl(url, source, published_hint=hint, date=date) for url, source, hint, date in rows]


def waiting_keys(connection: duckdb.DuckDBPyConnection, now: datetime, keys: Sequence[int]) -> set[int]:
    """Those of these keys whose URLs wait in the frontier and may be requested now, as in `due_frontier`."""
    if not keys:
        return set()
    rows = connection.execute(
        f"SELECT url_key FROM private.frontier WHERE {_IS_DUE} AND url_key IN (SELECT unnest($keys::UBIGINT[]))",  # noqa: S608
        {"now": now, "keys": list(keys)},
    ).fetchall()
    return {key for (key,) in rows}


def due_rechecks(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[DueUrl]:
    """Articles that are due to be fetched again, newest first.

    They are due at each number of hours in `recheck_hours` of their source after they were first seen. Reads the
    articles first seen within the longest schedule.
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
    """Keys of all known URLs as unsigned 64-bit numbers, in chunks, in ascending order; a key can occur twice.

    `also` are keys that the warehouse does not have: those of forgotten URLs.

    Sorted one eighth of the range at a time: ten million keys take 1.2 s and 170 MB, half of it DuckDB's cache of the
    table; sorting all at once takes 310 MB and as long.
    """
    for part in range(KEY_PARTS):
        first, after = (part << 64) // KEY_PARTS, (part + 1 << 64) // KEY_PARTS
        # Without parameters, for which DuckDB would hold all rows.
        batches = connection.sql(
            f"""
            SELECT url_key
            FROM (
                SELECT url_key FROM private.known_urls UNION ALL SELECT url_key FROM private.frontier
                UNION ALL SELECT url_key FROM private.shorter_urls SEMI JOIN (FROM url_parameters WHERE is_ignored)
                    USING (source, host, parameter)
                UNION ALL SELECT unnest({list(map(int, also))}::UBIGINT[])
            )
            WHERE url_key BETWEEN {first}::UBIGINT AND {after - 1}::UBIGINT
            ORDER BY url_key
            """  # noqa: S608 - numbers
        ).to_arrow_reader(KEYS_AT_ONCE)
        for batch in batches:
            column = batch.column(0)
            start = column.offset * KEY_BYTES
            yield memoryview(column.buffers()[1])[start : start + len(column) * KEY_BYTES]
