"""What was written about a search, when and by whom; and the share of several searches."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from flows.dashboard.charts import columns
from flows.dashboard.views.view import Found, Queries, Query, View, number, words
from warehouse.search.query import Search

if TYPE_CHECKING:
    from flows.dashboard.filters import Filters
    from flows.dashboard.published import Facts

MOST_HITS = 100  # in the CSV, unless more are shown


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
        "days": Query(
            "Coverage over time",
            f"""\
SELECT day, CAST(sum(articles) AS BIGINT) AS articles
FROM {search.coverage()}
GROUP BY day
ORDER BY day""",
        ),
        "sources": Query(
            "Coverage by source",
            f"""\
SELECT source, CAST(sum(articles) AS BIGINT) AS articles, min(day) AS first_day, max(day) AS last_day
FROM {search.coverage()}
GROUP BY source
ORDER BY articles DESC, source""",
            filters.rows,
        ),
    }


def _search_context(_filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    if not found:
        return {}
    days = {row["day"]: number(row, "articles") for row in found["days"].rows if isinstance(row["day"], date)}
    return {
        "drawn": columns({"articles": days}),
        "total": int(sum(days.values())),
        "most": max((number(row, "articles") for row in found["sources"].rows), default=0.0),
    }


def _voice(filters: Filters, _facts: Facts) -> Queries:
    if not filters.terms:
        return {}
    first, *others = filters.terms
    voice = _as_search(filters, first).share_of_voice(*others)
    return {
        "terms": Query(
            "Share of each search",
            f"""\
SELECT term, CAST(sum(articles) AS BIGINT) AS articles, sum(articles) / sum(sum(articles)) OVER () AS share
FROM {voice}
GROUP BY term
ORDER BY articles DESC, term""",
        ),
        "days": Query("Shares over time", f"SELECT *\nFROM {voice}\nORDER BY day, articles DESC, term"),
    }


def _voice_context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    series: dict[str, dict[date, float]] = {term: defaultdict(float) for term in filters.terms}
    if found:
        for row in found["days"].rows:
            if isinstance(row["day"], date) and words(row, "term") in series:
                series[words(row, "term")][row["day"]] += number(row, "articles")
    return {"drawn": columns(series, shares=True), "counts": columns(series)}


SEARCH = View("search", "Search", _search, _search_context, ("q", "since", "until", "source", "language", "unique"))
VOICE = View(
    "voice", "Share of voice", _voice, _voice_context, ("terms", "since", "until", "source", "language", "unique")
)
