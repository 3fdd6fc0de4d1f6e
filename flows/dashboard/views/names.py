"""Who and what is named: most often, when, by whom, together with whom; and which countries sources write about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from flows.dashboard.charts import columns
from flows.dashboard.filters import Filters, between, equals, where
from flows.dashboard.views.view import Found, Queries, Query, View, number
from warehouse.literals import literal

if TYPE_CHECKING:
    from flows.dashboard.published import Facts

DAYS = 30  # where no range is asked for
KINDS = ("person", "organisation", "place", "country")
COUNTRIES_SHOWN = 20
NAMES_ALIKE = 8


def _range(filters: Filters, facts: Facts) -> tuple[date, date]:
    """The days that are asked for, or the last thirty."""
    last = filters.until or facts.last_day or date.today()  # noqa: DTZ011 - of an empty warehouse
    return filters.since or last - timedelta(DAYS - 1), last


def _names(filters: Filters, facts: Facts) -> Queries:
    first, last = _range(filters, facts)
    named = f"names_between(DATE '{first}', DATE '{last}')"
    if filters.name:
        return _one(filters, named, first, last)
    chosen = where(equals("source", filters.source), equals("kind", filters.kind))
    return {
        "names": Query(
            "Most named",
            f"""\
SELECT name, any_value(kind) AS kind, CAST(sum(articles) AS BIGINT) AS articles,
       CAST(sum(headlines) AS BIGINT) AS headlines, count(DISTINCT source) AS sources
FROM {named}
{chosen}
GROUP BY name
ORDER BY articles DESC, headlines DESC, name""",
            filters.rows,
        ),
        "countries": Query(
            "Countries that articles are about",
            f"""\
SELECT country, any_value(name) AS name, CAST(sum(articles) AS BIGINT) AS articles,
       CAST(sum(mentioned) AS BIGINT) AS mentioned, count(*) FILTER (articles > 0) AS sources
FROM country_coverage
{where(equals("source", filters.source))}
GROUP BY country
ORDER BY articles DESC, mentioned DESC, country""",
            COUNTRIES_SHOWN,
        ),
    }


def _one(filters: Filters, named: str, first: date, last: date) -> Queries:
    chosen = where(f"lower(name) = lower({literal(filters.name)})", equals("source", filters.source))
    of_days = where(
        f"lower(mentions.name) = lower({literal(filters.name)})",
        between("day_of(coalesce(articles.published_at, articles.first_seen_at))", first, last),
        equals("mentions.source", filters.source),
    )
    return {
        "days": Query(
            "Articles a day",
            f"""\
SELECT day, CAST(sum(articles) AS BIGINT) AS articles
FROM {named}
{chosen}
GROUP BY day
ORDER BY day""",
        ),
        "sources": Query(
            "By source",
            f"""\
SELECT source, CAST(sum(articles) AS BIGINT) AS articles, CAST(sum(headlines) AS BIGINT) AS headlines
FROM {named}
{chosen}
GROUP BY source
ORDER BY articles DESC, source""",
            filters.rows,
        ),
        "alike": Query(
            "Similar names",
            f"""\
SELECT name, count(*) AS articles
FROM mentions
WHERE contains(lower(name), lower({literal(filters.name)})) AND lower(name) <> lower({literal(filters.name)})
GROUP BY name
ORDER BY articles DESC, name""",
            NAMES_ALIKE,
        ),
        "with": Query("Named together", f"FROM named_with({literal(filters.name)})", filters.rows),
        "articles": Query(
            "Articles",
            f"""\
SELECT articles.published_at, articles.published_precision, articles.first_seen_at, articles.source, articles.title,
       mentions.times, mentions.in_headline, article_id
FROM mentions
JOIN articles USING (article_id)
{of_days}
ORDER BY coalesce(articles.published_at, articles.first_seen_at) DESC, article_id""",
            filters.rows,
        ),
    }


def _context(filters: Filters, facts: Facts, found: Found) -> dict[str, object]:
    first, last = _range(filters, facts)
    context: dict[str, object] = {"first": first, "last": last, "kinds": KINDS, "drawn": None}
    for part in found.keys() - {"articles"}:
        rows = found[part].rows
        context[f"most_{part}"] = max((number(row, "articles") for row in rows), default=0.0)
    if "days" in found:
        days = {row["day"]: number(row, "articles") for row in found["days"].rows if isinstance(row["day"], date)}
        context["drawn"] = columns({"articles": days})
    return context


NAMES = View("names", "Names", _names, _context, ("name", "kind", "source", "since", "until"))
