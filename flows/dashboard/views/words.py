"""What was written about a search, when and by whom; and the share of several searches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from flows.dashboard.charts import columns
from flows.dashboard.views.view import Found, Queries, Query, View, number, words
from warehouse.search.query import Search

if TYPE_CHECKING:
    from flows.dashboard.filters import Filters
    from flows.dashboard.published import Facts

MOST_HITS = 100  # in the CSV, unless more are shown
MOST_COUNTS = 200_000  # of days and sources, or of days and searches


def _as_search(filters: Filters, query: str) -> Search:
    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), UTC)

    return Search(
        query,
        since=midnight(filters.since) if filters.since else None,
        until=midnight(filters.until + timedelta(1)) if filters.until else None,
        sources=(filters.source,) if filters.source else (),
        language=filters.language or None,
        unique=filters.unique,
    )


def _search(filters: Filters, _facts: Facts) -> Queries:
    if not filters.q:
        return {}
    search = _as_search(filters, filters.q)
    return {
        "articles": Query(
            "Best matches", f"SELECT *\nFROM {search.best(max(MOST_HITS, filters.rows + 1))}", filters.rows
        ),
        "coverage": Query("Coverage", f"SELECT *\nFROM {search.coverage()}\nORDER BY day, source", MOST_COUNTS),
    }


@dataclass(frozen=True, slots=True)
class OfSource:
    """What a source has about a search: number of articles, first and last day."""

    source: str
    articles: float
    first_day: date
    last_day: date


def _search_context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    if not found:
        return {}
    # Counted here: to ask for the coverage once by day and once by source takes twice as long.
    days: dict[date, float] = defaultdict(float)
    by_source: dict[str, dict[date, float]] = defaultdict(dict)
    for row in found["coverage"].rows:
        if isinstance(row["day"], date):
            days[row["day"]] += number(row, "articles")
            by_source[words(row, "source")][row["day"]] = number(row, "articles")
    sources = [OfSource(name, sum(counts.values()), min(counts), max(counts)) for name, counts in by_source.items()]
    sources.sort(key=lambda each: (-each.articles, each.source))
    return {
        "drawn": columns({"articles": days}),
        "total": int(sum(days.values())),
        "sources": sources[: filters.rows],
        "number_of_sources": len(sources),
    }


def _voice(filters: Filters, _facts: Facts) -> Queries:
    if not filters.terms:
        return {}
    first, *others = filters.terms
    voice = _as_search(filters, first).share_of_voice(*others)
    return {
        "days": Query("Shares over time", f"SELECT *\nFROM {voice}\nORDER BY day, articles DESC, term", MOST_COUNTS)
    }


def _voice_context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    series: dict[str, dict[date, float]] = {term: defaultdict(float) for term in filters.terms}
    if found:
        for row in found["days"].rows:
            if isinstance(row["day"], date) and words(row, "term") in series:
                series[words(row, "term")][row["day"]] += number(row, "articles")
    totals = {term: sum(days.values()) for term, days in series.items()}
    return {
        "drawn": columns(series, shares=True),
        "counts": columns(series),
        "totals": totals,
        "whole": sum(totals.values()),
    }


SEARCH = View("search", "Search", _search, _search_context, ("q", "since", "until", "source", "language", "unique"))
VOICE = View(
    "voice", "Share of voice", _voice, _voice_context, ("terms", "since", "until", "source", "language", "unique")
)
