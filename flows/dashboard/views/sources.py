"""How sources relate and how they are: overlap, who copies whom, changed headlines, health."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flows.dashboard.charts import flows
from flows.dashboard.differences import differences
from flows.dashboard.filters import Filters, between, equals, where
from flows.dashboard.views.view import Found, Queries, Query, View, number, words
from warehouse.literals import literal
from warehouse.source_conditions import FEW, MANY_ERRORS, MUCH_DRIFT

if TYPE_CHECKING:
    from flows.dashboard.published import Facts

SOURCES_IN_MATRIX = 10
BANDS = 24
VOLUME_DAYS = 28


def _overlap(filters: Filters, _facts: Facts) -> Queries:
    days = between("day_of(last_at)", filters.since, filters.until)
    order = "<>" if filters.source else ">"  # each pair once, or all pairs of one source
    pairs = f"""\
WITH carried AS (
    SELECT story_id, sources, unnest(outlets) AS source
    FROM stories
    {where(days)}
),
totals AS (SELECT source, count(*) AS stories FROM carried GROUP BY source)
SELECT one.source, any_value(totals.stories) AS stories,
       other.source AS other, any_value(others.stories) AS other_stories, count(*) AS shared,
       count(*) / any_value(totals.stories) AS share, count(*) / any_value(others.stories) AS other_share
FROM carried AS one
JOIN carried AS other ON other.story_id = one.story_id AND other.source {order} one.source
JOIN totals ON totals.source = one.source
JOIN totals AS others ON others.source = other.source
{where("one.sources > 1", "other.sources > 1", equals("one.source", filters.source))}
GROUP BY one.source, other.source
ORDER BY shared DESC, one.source, other.source"""
    queries = {"pairs": Query("Stories that two sources share", pairs)}
    if filters.source and filters.other:
        for name, title, has, lacks in (
            ("both", "Stories of both", [filters.source, filters.other], []),
            ("first", f"Only {filters.source}", [filters.source], [filters.other]),
            ("second", f"Only {filters.other}", [filters.other], [filters.source]),
        ):
            conditions = [f"list_contains(outlets, {literal(source)})" for source in has]
            conditions += [f"NOT list_contains(outlets, {literal(source)})" for source in lacks]
            queries[name] = Query(
                title,
                f"""\
SELECT story_id, title, sources, articles, first_at, last_at
FROM stories
{where(days, *conditions)}
ORDER BY sources DESC, articles DESC, last_at DESC, story_id""",
                min(filters.rows, 20),
            )
    return queries


def _overlap_context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    rows = found["pairs"].rows
    stories: dict[str, float] = {}
    shares: dict[tuple[str, str], float] = {}
    for row in rows:
        source, other = words(row, "source"), words(row, "other")
        stories |= {source: number(row, "stories"), other: number(row, "other_stories")}
        shares |= {(source, other): number(row, "share"), (other, source): number(row, "other_share")}
    largest = sorted(stories, key=lambda source: (-stories[source], source))[:SOURCES_IN_MATRIX]
    shown = {(one, other): shares.get((one, other), 0.0) for one in largest for other in largest}
    highest = max(shown.values(), default=0.0)
    return {
        "matrix": [] if filters.source else largest,
        "shares": shown,
        "shades": {pair: _shade(share, highest) for pair, share in shown.items()},
        "most": max((number(row, "shared") for row in rows), default=0.0),
        "pairs": rows[: filters.rows],
    }


def _shade(share: float, highest: float) -> int:
    """One of the shades 0 to 5 of the stylesheet."""
    return round(5 * share / highest) if highest else 0


def _syndication(filters: Filters, _facts: Facts) -> Queries:
    source = literal(filters.source)
    either = f"(original_source = {source} OR source = {source})" if filters.source else None
    return {
        "edges": Query(
            "Who takes reports from whom",
            f"SELECT *\nFROM syndication_edges\n{where(either)}\nORDER BY articles DESC, original_source, source",
        ),
        "sources": Query(
            "Sources",
            "SELECT *\nFROM wire_share\n"
            f"{where(equals('source', filters.source))}\nORDER BY taken_by_others DESC, wire_share DESC, source",
            filters.rows,
        ),
    }


def _syndication_context(filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    rows = found["edges"].rows
    edges = ((words(row, "original_source"), words(row, "source"), number(row, "articles")) for row in rows)
    return {"drawn": flows(edges, BANDS), "edges": rows[: filters.rows], "bands": min(BANDS, len(rows))}


def _headlines(filters: Filters, _facts: Facts) -> Queries:
    chosen = where(between("day_of(changed_at)", filters.since, filters.until), equals("source", filters.source))
    return {
        "changes": Query(
            "Changed headlines",
            f"SELECT *\nFROM headline_changes\n{chosen}\nORDER BY changed_at DESC, article_id",
            filters.rows,
        ),
        "sources": Query(
            "By source",
            f"""\
SELECT source, count(*) AS changes, count(DISTINCT article_id) AS articles,
       median(hours_after_first_sight) AS median_hours
FROM headline_changes
{chosen}
GROUP BY source
ORDER BY changes DESC, source""",
            filters.rows,
        ),
    }


def _headlines_context(_filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    rows = found["changes"].rows
    compared = [differences(words(row, "title_before"), words(row, "title_after")) for row in rows]
    return {
        "changes": list(zip(rows, compared, strict=True)),
        "most": max((number(row, "changes") for row in found["sources"].rows), default=0.0),
    }


def _health(filters: Filters, facts: Facts) -> Queries:
    last = facts.last_day or date.today()  # noqa: DTZ011 - of an empty warehouse
    return {
        "sources": Query(
            "Sources",
            f"""\
SELECT source_health.*, paused.until AS paused_until, paused.reason AS paused_reason, paused.detail AS paused_detail
FROM source_health
LEFT JOIN paused_sources AS paused USING (source)
{where(equals("source", filters.source))}
ORDER BY active DESC, paused_until IS NULL, NOT is_silent, unusual_volume IS NULL, error_rate_7d DESC NULLS LAST,
         source""",
            max(filters.rows, 200),
        ),
        "volume": Query(
            "Articles a day",
            f"""\
SELECT source, day, articles
FROM coverage_daily
{where(f"day > DATE '{last - timedelta(VOLUME_DAYS)}'", f"day <= DATE '{last}'", equals("source", filters.source))}
ORDER BY source, day""",
            20_000,
        ),
    }


def _health_context(_filters: Filters, facts: Facts, found: Found) -> dict[str, object]:
    last = facts.last_day or date.today()  # noqa: DTZ011 - of an empty warehouse
    counted: dict[str, dict[date, float]] = defaultdict(dict)
    for row in found["volume"].rows:
        if isinstance(row["day"], date):
            counted[words(row, "source")][row["day"]] = number(row, "articles")
    days = [last - timedelta(before) for before in range(VOLUME_DAYS - 1, -1, -1)]
    volumes = {
        source: [round(100 * series.get(day, 0.0) / (max(series.values()) or 1), 1) for day in days]
        for source, series in counted.items()
    }
    return {
        "volumes": volumes,
        "volume_days": VOLUME_DAYS,
        "few": FEW,
        "many_errors": MANY_ERRORS,
        "much_drift": MUCH_DRIFT,
    }


OVERLAP = View("overlap", "Overlap", _overlap, _overlap_context, ("source", "other", "since", "until"))
SYNDICATION = View("syndication", "Syndication", _syndication, _syndication_context, ("source",))
HEADLINES = View("headlines", "Headline changes", _headlines, _headlines_context, ("source", "since", "until"))
HEALTH = View("health", "Source health", _health, _health_context, ("source",))
