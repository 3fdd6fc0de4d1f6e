"""Texts of articles that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import duckdb


def current_texts(connection: duckdb.DuckDBPyConnection, article_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The current text of each of the named articles that is held."""
    if not article_ids:
        return {}
    docs = connection.execute(
        "SELECT doc, article_id FROM article_state WHERE article_id IN (SELECT unnest(?::UUID[]))", [list(article_ids)]
    ).fetchall()
    # By literal numbers: row groups that have none of them are not read.
    numbers = ", ".join(str(int(doc)) for doc, _ in docs) or "NULL"
    rows = connection.execute(f"SELECT doc, text FROM article_versions WHERE doc IN ({numbers})").fetchall()  # noqa: S608
    texts = dict(rows)
    return {article_id: texts[doc] for doc, article_id in docs}
