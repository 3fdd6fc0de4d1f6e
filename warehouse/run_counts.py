"""What the pages and listings of a run came to, counted by outcome and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

OUTCOMES = ("loaded", "updated", "unchanged", "duplicate", "rejected", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """The pages of one source by outcome (in the order of OUTCOMES).

    `listings` is the number of feeds, sitemaps, section pages and home pages that were requested, `ms` the time of all
    responses in milliseconds, `reasons` why pages and listings were not loaded, with their number, most frequent first.
    """

    source: str
    counts: tuple[int, ...]
    listings: int = 0
    ms: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The requests of a run: by source, pages by outcome and reason, listings by outcome.

    `articles` is the number of articles in the warehouse.
    """

    sources: tuple[SourceCounts, ...]
    reasons: tuple[tuple[str, str, int], ...]
    listings: tuple[tuple[str, int], ...]
    articles: int


def read_run_counts(connection: duckdb.DuckDBPyConnection, run_id: str) -> RunCounts:
    """Count the requests of a run."""
    sources = connection.execute(_SOURCES, [run_id]).fetchall()
    return RunCounts(
        sources=tuple(
            SourceCounts(source, tuple(counts), listings, int(ms), tuple(tuple(pair) for pair in reasons or ()))
            for source, listings, ms, reasons, *counts in sources
        ),
        reasons=tuple(connection.execute(_REASONS, [run_id]).fetchall()),
        listings=tuple(connection.execute(_LISTINGS, [run_id]).fetchall()),
        articles=count_articles(connection),
    )


def count_articles(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of articles in the warehouse."""
    return int(connection.execute("SELECT count(*) FROM article_state").fetchall()[0][0])


_COUNTS = ", ".join(f"count(*) FILTER (page AND outcome = '{outcome}')" for outcome in OUTCOMES)
_SOURCES = f"""
WITH asked AS (SELECT *, kind IN ('page', 'record') AS page FROM fetches WHERE run_id = ?),
reasons AS (
    SELECT source, list((reason, pages) ORDER BY pages DESC, reason) AS reasons
    FROM (SELECT source, reason, count(*) AS pages FROM asked WHERE reason IS NOT NULL GROUP BY ALL)
    GROUP BY source
)
SELECT source, count(*) FILTER (NOT page), sum(ms), any_value(reasons), {_COUNTS}
FROM asked LEFT JOIN reasons USING (source) GROUP BY source ORDER BY source
"""  # noqa: S608 - outcomes from OUTCOMES
_REASONS = """
SELECT outcome, reason, count(*) FROM fetches
WHERE run_id = ? AND kind IN ('page', 'record') AND reason IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_LISTINGS = """
SELECT outcome, count(*) FROM fetches
WHERE run_id = ? AND kind NOT IN ('page', 'record') GROUP BY outcome ORDER BY outcome
"""
