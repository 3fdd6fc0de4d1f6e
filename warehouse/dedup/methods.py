"""Counts rows by the method that found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def count_other_methods(connection: duckdb.DuckDBPyConnection, *, stories: str, duplicates: str) -> dict[str, int]:
    """How many stories and pairs of duplicates each method has found but these two."""
    rows = connection.execute(
        """
        SELECT method, count(*) FROM stories WHERE method <> $stories GROUP BY method
        UNION ALL
        SELECT method, count(*) FROM duplicates WHERE method <> $duplicates GROUP BY method
        ORDER BY method
        """,
        {"stories": stories, "duplicates": duplicates},
    ).fetchall()
    return dict(rows)
