"""Texts of articles that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import duckdb


ONE = "SELECT text FROM article_versions WHERE doc = ?"


def current_texts(connection: duckdb.DuckDBPyConnection, article_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The current text of each of the named articles that is held."""
    if not article_ids:
        return {}
    rows = connection.execute(
        "SELECT doc, article_id FROM article_state WHERE article_id IN (SELECT unnest(?::UUID[]))", [list(article_ids)]
    ).fetchall()
    # One by one: asked for several, DuckDB reads all texts of the row groups that have one of them.
    texts = ((article_id, connection.execute(ONE, [doc]).fetchone()) for doc, article_id in rows)
    return {article_id: row[0] for article_id, row in texts if row is not None}
