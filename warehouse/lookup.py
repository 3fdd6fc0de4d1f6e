"""Look-ups of stored articles, texts and requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.results import one_row
from warehouse.temporary import id_table, temporary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import duckdb


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What decides whether a page changes a stored article.

    The hashes are of its current title and text; `fetch_key` is the key of the URL that it is fetched from.
    """

    title_hash: UUID
    body_hash: UUID
    fetch_key: int | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFetch:
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


def stored_articles(connection: duckdb.DuckDBPyConnection, article_ids: Sequence[UUID]) -> dict[UUID, StoredArticle]:
    """Those of the articles that are stored."""
    with temporary(connection, "wanted", id_table(article_ids)):
        rows = connection.execute(
            """
            SELECT article_id, title_hash, body_hash, fetch_key, last_seen_at FROM article_state
            WHERE article_id IN (SELECT id FROM wanted)
            """
        ).fetchall()
    return {article_id: StoredArticle(*rest) for article_id, *rest in rows}


def articles_by_fetch_key(connection: duckdb.DuckDBPyConnection, keys: list[int]) -> dict[int, UUID]:
    """The stored articles that are fetched from these URLs, by the key of the URL."""
    rows = connection.execute(
        "SELECT fetch_key, article_id FROM article_state WHERE fetch_key IN (SELECT unnest(?::UBIGINT[]))", [keys]
    ).fetchall()
    return dict(rows)


def articles_by_text(connection: duckdb.DuckDBPyConnection, text_hashes: Sequence[UUID]) -> dict[UUID, UUID]:
    """The article first seen with each of these texts (`text_hash`), where one is stored."""
    with temporary(connection, "wanted", id_table(text_hashes)):
        rows = connection.execute(
            """
            SELECT text_hash, arg_min(article_id, seen_at) FROM article_versions
            WHERE text_hash IN (SELECT id FROM wanted) GROUP BY text_hash
            """
        ).fetchall()
    return dict(rows)


def current_texts(connection: duckdb.DuckDBPyConnection, article_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Current title and text of those of the articles that are stored."""
    if not article_ids:
        return {}
    rows = connection.execute(
        "SELECT doc, article_id FROM article_state WHERE article_id IN (SELECT unnest(?::UUID[]))", [list(article_ids)]
    ).fetchall()
    # One query per text: for several at once, DuckDB reads all texts of every row group that has one of them.
    query = "SELECT title, text FROM article_versions WHERE doc = ?"
    texts = ((article_id, one_row(connection, query, [doc])) for doc, article_id in rows)
    return {article_id: (row[0], row[1]) for article_id, row in texts if row is not None}


def last_fetch(connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> StoredFetch | None:
    """The last fetch of any of these spellings of a URL whose response is stored, or else the last fetch of any.

    A fetch of the URL itself comes before one that a redirect led there, and that before a fetch of another URL of the
    same article. For an article whose requests were removed, this is the page that its text came from.
    """
    row = one_row(connection, _LAST_FETCH, {"urls": list(urls)})
    if row is None:
        row = one_row(connection, _PAGE_OF_ARTICLE, {"urls": list(urls)})
    return None if row is None else StoredFetch(*row)


_LAST_FETCH = """
SELECT url, final_url, kind, source, segment, warc_offset, fetched_at, status, outcome, reason, detail
FROM fetches
WHERE list_contains($urls, url) OR list_contains($urls, final_url) OR article_id IN (
    SELECT article_id FROM article_state WHERE list_contains($urls, url)
    UNION ALL SELECT article_id FROM aliases WHERE list_contains($urls, url))
ORDER BY warc_offset IS NOT NULL DESC, list_contains($urls, url) DESC,
         coalesce(list_contains($urls, final_url), false) DESC, fetched_at DESC
LIMIT 1
"""
_PAGE_OF_ARTICLE = """
SELECT state.url, NULL, 'page', state.source, version.segment, version.warc_offset, version.seen_at,
       NULL, 'loaded', NULL, NULL
FROM article_state AS state
JOIN article_versions AS version ON version.doc = state.doc
WHERE list_contains($urls, state.url) OR state.article_id IN (
    SELECT article_id FROM aliases WHERE list_contains($urls, url))
LIMIT 1
"""
