"""What was written about a search, when and by whom; and the share of several searches."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from flows.dashboard.charts import columns
from flows.dashboard.filters import Filters, between, equals, text, where
from flows.dashboard.views.view import Found, Queries, Query, View, number, words

if TYPE_CHECKING:
    from flows.dashboard.published import Facts

MOST_HITS = 1000  # that the conditions on source and last day choose from


def _search(filters: Filters, _facts: Facts) -> Queries:
    if not filters.q:
        return {}
    query = text(filters.q)
    options = [f"top := {MOST_HITS}"]
    options += [f"in_language := {text(filters.language)}"] if filters.language else []
    options += [f"since := TIMESTAMPTZ '{filters.since} 00:00:00+00'"] if filters.since else []
    chosen = where(between("day_of(published_at)", None, filters.until), equals("source", filters.source))
    covered = where(between("day", filters.since, filters.until), equals("source", filters.source))
    return {
        "articles": Query(
            "Articles", f"SELECT *\nFROM search({query}, {', '.join(options)})\n{chosen}".rstrip(), filters.rows
        ),
        "days": Query(
            "Articles a day",
            f"""\
SELECT day, CAST(sum(articles) AS BIGINT) AS articles, CAST(sum(of_articles) AS BIGINT) AS of_articles
FROM coverage({query})
{covered}
GROUP BY day
ORDER BY day""",
        ),
        "sources": Query(
            "By source",
            f"""\
SELECT source, CAST(sum(articles) AS BIGINT) AS articles, min(day) AS first_day, max(day) AS last_day
FROM coverage({query})
{covered}
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
    terms = ", ".join(map(text, filters.terms))
    chosen = where(between("day", filters.since, filters.until))
    return {
        "terms": Query(
            "Share of each search",
            f"""\
SELECT term, CAST(sum(articles) AS BIGINT) AS articles, sum(articles) / sum(sum(articles)) OVER () AS share
FROM share_of_voice([{terms}])
{chosen}
GROUP BY term
ORDER BY articles DESC, term""",
        ),
        "days": Query(
            "Day by day",
            f"""\
SELECT day, term, articles, share
FROM share_of_voice([{terms}])
{chosen}
ORDER BY day, articles DESC, term""",
        ),
    }


def _voice_context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    series: dict[str, dict[date, float]] = {term: defaultdict(float) for term in filters.terms}
    if found:
        for row in found["days"].rows:
            if isinstance(row["day"], date) and words(row, "term") in series:
                series[words(row, "term")][row["day"]] += number(row, "articles")
    return {"drawn": columns(series, shares=True), "counts": columns(series)}


SEARCH = View("search", "Search", _search, _search_context, ("q", "since", "until", "source", "language"))
VOICE = View("voice", "Share of voice", _voice, _voice_context, ("terms", "since", "until"))
