"""The table `source_profiles`: what stands on many pages of a source, and the articles that it is learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from warehouse.writer import Writer

FEWEST_ARTICLES = 8
"""Articles of a source before anything is learned about it."""
GROWTH, MOST_NEW = 1.5, 200
"""A source is learned again when it has grown by this factor, or has so many more articles: comparing articles as often
as extracting them would cost as much."""


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A row: `articles` is how many the source had when they were last compared; `version` is empty if none of its
    lines or titles' parts were found in many."""

    source: str
    version: str
    articles: int
    lines: Sequence[int]
    counts: Sequence[int]
    beginnings: Sequence[str]
    endings: Sequence[str]


def newest_profiles(connection: duckdb.DuckDBPyConnection, source: str | None = None) -> list[StoredProfile]:
    """The newest profile of each source, or of one."""
    rows = connection.execute(
        """
        SELECT source, version, articles, lines, counts, beginnings, endings FROM source_profiles
        WHERE $source IS NULL OR source = $source
        QUALIFY row_number() OVER (PARTITION BY source ORDER BY learned_at DESC) = 1 ORDER BY source
        """,
        {"source": source},
    ).fetchall()
    return [StoredProfile(*row) for row in rows]


def grown_sources(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Sources whose articles are to be compared, with their number of articles; the most grown first."""
    return connection.execute(
        """
        WITH stored AS (SELECT source, count(*) AS articles FROM article_state GROUP BY source),
        compared AS (SELECT source, max(articles) AS articles FROM source_profiles GROUP BY source)
        SELECT stored.source, stored.articles
        FROM stored LEFT JOIN compared ON compared.source = stored.source
        WHERE stored.articles >= $fewest AND (compared.articles IS NULL
            OR stored.articles >= least($growth * compared.articles, compared.articles + $most_new))
        ORDER BY stored.articles - coalesce(compared.articles, 0) DESC, stored.source
        """,
        {"fewest": FEWEST_ARTICLES, "growth": GROWTH, "most_new": MOST_NEW},
    ).fetchall()


def latest_articles(connection: duckdb.DuckDBPyConnection, source: str, most: int) -> list[tuple[str, str]]:
    """Title and text of the articles of a source that were loaded last, newest first."""
    return connection.execute(
        """
        SELECT title, text FROM article_versions
        WHERE doc IN (SELECT doc FROM article_state WHERE source = ? ORDER BY doc DESC LIMIT ?)
        ORDER BY doc DESC
        """,
        [source, most],
    ).fetchall()


def store_profiles(writer: Writer, profiles: Sequence[StoredProfile], now: datetime) -> None:
    """Store profiles. A row stays for each version; one with the version of the newest only says how many articles the
    source has had."""
    with writer.transaction() as connection:
        for profile in profiles:
            newest = newest_profiles(connection, profile.source)
            if newest and newest[0].version == profile.version:
                connection.execute(
                    "UPDATE source_profiles SET articles = ?, counts = ? WHERE source = ? AND version = ?",
                    [profile.articles, list(profile.counts), profile.source, profile.version],
                )
                continue
            connection.execute(
                """
                INSERT INTO source_profiles
                    (source, version, articles, lines, counts, beginnings, endings, learned_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    profile.source,
                    profile.version,
                    profile.articles,
                    list(profile.lines),
                    list(profile.counts),
                    list(profile.beginnings),
                    list(profile.endings),
                    now,
                ],
            )
