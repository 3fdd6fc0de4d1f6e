"""Where a page stands in the archive, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of `fetches`."""

    url: str
    final_url: str | None
    kind: str
    source: str
    segment: str
    warc_offset: int | None
    fetched_at: datetime
    status: int | None
    outcome: str
    reason: str | None
    detail: str | None


def last_answer(connection: duckdb.DuckDBPyConnection, addresses: Sequence[str]) -> Answer | None:
    """The last stored answer for any of these spellings of an address, or else the last time it was asked for.

    An address counts where it was asked for, where a redirect led to it, and where an article goes by it. Of an article
    whose requests are no longer kept it is the page that its text came from.
    """
    row = connection.execute(
        """
        SELECT url, final_url, kind, source, segment, warc_offset, fetched_at, status, outcome, reason, detail
        FROM fetches
        WHERE list_contains($addresses, url) OR list_contains($addresses, final_url) OR article_id IN (
            SELECT article_id FROM article_state WHERE list_contains($addresses, url)
            UNION ALL SELECT article_id FROM aliases WHERE list_contains($addresses, url))
        ORDER BY warc_offset IS NOT NULL DESC, fetched_at DESC
        LIMIT 1
        """,
        {"addresses": list(addresses)},
    ).fetchone()
    row = (
        row
        or connection.execute(
            """
        SELECT state.url, NULL, 'page', state.source, version.segment, version.warc_offset, version.seen_at,
               NULL, 'loaded', NULL, NULL
        FROM article_state AS state
        JOIN article_versions AS version ON version.doc = state.doc
        WHERE list_contains($addresses, state.url) OR state.article_id IN (
            SELECT article_id FROM aliases WHERE list_contains($addresses, url))
        LIMIT 1
        """,
            {"addresses": list(addresses)},
        ).fetchone()
    )
    return None if row is None else Answer(*row)
