"""Look-ups for explaining why an article is in its story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.dedup.current_texts import CurrentText
from warehouse.results import one_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import duckdb


@dataclass(frozen=True, slots=True)
class StoryArticle(CurrentText):
    """An article of a story, with its text."""

    url: str
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
            SELECT state.article_id, state.version_id, source, title, language, published_at, published_precision,
                   seen_at, first_seen_at, text, url, duplicate_of, duplicate_kind,
                   coalesce(published_at, first_seen_at) AS moment
            FROM article_state AS state JOIN article_versions AS version ON version.doc = state.doc
            WHERE story_id = $story OR state.article_id = $article
        )
        SELECT members.* EXCLUDE (moment)
        FROM members, (SELECT moment AS own_moment FROM members WHERE article_id = $article)
        ORDER BY article_id <> $article, abs(epoch(moment) - epoch(own_moment)), article_id LIMIT $most
        """,
        {"story": story, "article": article, "most": most},
    ).fetchall()
    return [StoryArticle(*row) for row in rows]
