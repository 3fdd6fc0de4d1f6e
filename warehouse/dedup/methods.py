"""Counts rows by the method that found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def count_other_methods(
    connection: duckdb.DuckDBPyConnection, *, stories: str, links: str, duplicates: str
) -> dict[str, int]:
    """How many stories, links between stories, and pairs of duplicates each method has found but these three."""
    rows = connection.execute(
        """
        SELECT method, count(*) FROM stories WHERE method <> $stories GROUP BY method
        UNION ALL
        SELECT method, count(*) FROM story_links WHERE method <> $links GROUP BY method
        UNION ALL
        SELECT method, count(*) FROM duplicates WHERE method <> $duplicates GROUP BY method
        ORDER BY method
        """,
        {"stories": stories, "links": links, "duplicates": duplicates},
    ).fetchall()
    return dict(rows)
