"""Look-ups for explaining why an article is in its story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.results import one_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import duckdb


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article of a story, with its text."""

    article_id: UUID
    url: str
    source: str
    title: str
    text: str
    language: str | None
    published_at: datetime | None
    published_precision: str | None
    first_seen_at: datetime
    duplicate_of: UUID | None
    duplicate_kind: str | None


def story_of_url(connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> tuple[UUID, UUID] | None:
    """The article and the story of a URL in any of these spellings, or of an unchanged text there."""
    row = one_row(
        connection,
        """
        SELECT article_id, story_id FROM article_state WHERE list_contains($urls, url)
        UNION ALL
        SELECT article_id, story_id FROM aliases JOIN article_state USING (article_id)
        WHERE list_contains($urls, aliases.url)
        LIMIT 1
        """,
        {"urls": list(urls)},
    )
    return row and (row[0], row[1])


def story_articles(connection: duckdb.DuckDBPyConnection, story: UUID, article: UUID, most: int) -> list[StoryArticle]:
    """An article, then others of its story, the nearest in time first: `most` in all."""
    rows = connection.execute(
        """
        WITH members AS (
            SELECT *, coalesce(published_at, first_seen_at) AS moment FROM articles
            WHERE story_id = $story OR article_id = $article
        )
        SELECT article_id, url, source, title, text, language, published_at, published_precision, first_seen_at,
               duplicate_of, duplicate_kind
        FROM members, (SELECT moment AS own_moment FROM members WHERE article_id = $article)
        ORDER BY article_id <> $article, abs(epoch(moment) - epoch(own_moment)), article_id LIMIT $most
        """,
        {"story": story, "article": article, "most": most},
    ).fetchall()
    return [StoryArticle(*row) for row in rows]
