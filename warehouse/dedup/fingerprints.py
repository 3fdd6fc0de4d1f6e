"""Articles that share fingerprints, and common shingles, which are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.dedup.duplicates import Days, IndexedArticle
from warehouse.dedup.statements import statement
from warehouse.temporary import id_table, temporary

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime
    from uuid import UUID

    import duckdb
    import numpy as np
    from numpy.typing import NDArray


class Matches:
    """The articles that share fingerprints with new ones, while the context lasts.

    `articles` are the new ones, which are in the index already; `day_ranges` are the days to search.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        articles: Collection[UUID],
        prints: pa.Table,
        day_ranges: Sequence[Days],
    ) -> None:
        self.connection = connection
        self.day_ranges = day_ranges
        self._tables = [
            temporary(connection, "new_articles", id_table(articles)),
            temporary(connection, "prints", pa.table({"hash": prints["hash"]})),
        ]

    def __enter__(self) -> Matches:
        for table in self._tables:
            table.__enter__()
        self.connection.execute("DELETE FROM prints WHERE hash IN (SELECT hash FROM private.common_fingerprints)")
        self.connection.execute("CREATE OR REPLACE TEMP TABLE matched (hash UBIGINT, article_id UUID, day DATE)")
        for first, last in self.day_ranges:
            self.connection.execute(statement("matched"), {"first": first, "last": last})
        # Fingerprints of a single article are of no use.
        self.connection.execute(
            "DELETE FROM matched WHERE hash IN (SELECT hash FROM matched GROUP BY hash HAVING count(*) = 1)"
        )
        self.connection.execute("CREATE OR REPLACE TEMP TABLE nearby AS FROM private.indexed_articles LIMIT 0")
        for first, last in self.day_ranges:
            self.connection.execute(statement("nearby"), {"first": first, "last": last})
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.connection.execute("DROP TABLE temp.matched; DROP TABLE temp.nearby")
            for table in reversed(self._tables):
                table.__exit__(None, None, None)

    def crowded(self, many: int, days: int, most: int) -> list[list[tuple[date, UUID, bool]]]:
        """The articles of each fingerprint that at least `many` have within so many days, by day.

        As (day, article, whether any article of that day is new); the first `most` of each day by identifier.
        """
        rows = self.connection.execute(statement("crowded"), {"many": many, "days": days, "most": most}).fetchall()
        return [list(zip(*columns, strict=True)) for columns in rows]

    def holders(self, hashes: Collection[int]) -> list[tuple[UUID, date]]:
        """The articles with any of these fingerprints, and their days."""
        with temporary(self.connection, "wanted_hashes", _hashes(hashes)):
            return self.connection.execute(
                "SELECT DISTINCT article_id, day FROM matched WHERE hash IN (SELECT hash FROM wanted_hashes)"
            ).fetchall()

    def ignore(self, hashes: Collection[int]) -> None:
        """Ignore these fingerprints from now on."""
        with temporary(self.connection, "wanted_hashes", _hashes(hashes)):
            self.connection.execute("DELETE FROM matched WHERE hash IN (SELECT hash FROM wanted_hashes)")

    def candidates(self, window: int, least: float, most: int, holders: int) -> list[tuple[UUID, UUID]]:
        """Pairs (new article, other article) at most `window` days apart.

        They share at least `least` of the fingerprints of the article with fewer; an article is in at most `most`
        pairs. Of the articles of one day with a fingerprint, only the first `holders` are such others.
        """
        return self.connection.execute(
            statement("candidates"), {"window": window, "least": least, "most": most, "holders": holders}
        ).fetchall()

    def nearby(self) -> dict[UUID, IndexedArticle]:
        """The index rows of all articles that share fingerprints."""
        rows = self.connection.execute("FROM nearby").fetchall()
        return {row[1]: IndexedArticle(*row) for row in rows}


def _hashes(hashes: Collection[int]) -> pa.Table:
    return pa.table({"hash": pa.array(list(hashes), pa.uint64())})


def add_common_shingles(connection: duckdb.DuckDBPyConnection, hashes: Collection[int], now: datetime) -> None:
    """Add common shingles (fingerprints are some of them)."""
    with temporary(connection, "wanted_hashes", _hashes(hashes)):
        connection.execute(
            """
            INSERT INTO private.common_fingerprints
            SELECT hash, ? FROM wanted_hashes WHERE hash NOT IN (SELECT hash FROM private.common_fingerprints)
            """,
            [now],
        )


def common_shingles_among(connection: duckdb.DuckDBPyConnection, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Those of the shingles that are common, ascending."""
    with temporary(connection, "wanted_hashes", pa.table({"hash": hashes})):
        found = connection.execute(
            """
            SELECT DISTINCT hash FROM private.common_fingerprints
            WHERE hash IN (SELECT hash FROM wanted_hashes) ORDER BY hash
            """
        ).fetchnumpy()
    answer: NDArray[np.uint64] = found["hash"]
    return answer
