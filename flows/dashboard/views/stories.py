"""The stories of a day, and one story: who had it first, who followed, and all its articles."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flows.dashboard.charts import columns, place_in_time
from flows.dashboard.errors import MissingError
from flows.dashboard.filters import Filters, equals, where
from flows.dashboard.views.view import Found, Queries, Query, View, number, words
from warehouse.literals import literal
from warehouse.source_conditions import FEW, MANY_ERRORS

if TYPE_CHECKING:
    from flows.dashboard.published import Facts, Row

DAYS_SHOWN = 30
WORDS_SHOWN = 12
FOLLOWERS_SHOWN = 4  # of a story in the list


def chosen_day(filters: Filters, facts: Facts) -> date:
    """The day that is asked for, or the last one with a story."""
    return filters.day or facts.last_day or date.today()  # noqa: DTZ011 - of an empty warehouse


def _stories(filters: Filters, facts: Facts) -> Queries:
    day = chosen_day(filters, facts)
    chosen = where(
        f"days.day = DATE '{day}'",
        equals("stories.language", filters.language),
        f"list_contains(stories.outlets, {literal(filters.source)})" if filters.source else None,
    )
    stories = f"""\
SELECT story_id, stories.title, stories.language, days.sources, days.articles, days.reports,
       stories.first_at, stories.last_at, stories.articles AS all_articles, stories.outlets
FROM story_days AS days
JOIN stories USING (story_id)
{chosen}
ORDER BY days.sources DESC, days.reports DESC, days.articles DESC, stories.last_at DESC, story_id"""
    order = f"""\
WITH biggest AS (
{stories}
LIMIT {filters.rows}
)
SELECT story_id, position, source, published_at, published_precision, lag, may_be_first
FROM story_first
WHERE story_id IN (SELECT story_id FROM biggest)
ORDER BY story_id, position"""
    return {
        "stories": Query("Stories", stories, filters.rows),
        "order": Query("Who was first", order, 20_000),
        "days": Query(
            "Articles a day",
            f"""\
SELECT day, CAST(sum(articles) AS BIGINT) AS articles
FROM coverage_daily
{where(f"day BETWEEN DATE '{day - timedelta(DAYS_SHOWN - 1)}' AND DATE '{day}'", equals("source", filters.source))}
GROUP BY day
ORDER BY day""",
        ),
        "now": Query(
            "Last run, and sources that need attention",
            f"""\
SELECT run.run_id, run.outcome, run.started_at, run.finished_at, count(health.source) AS sources,
       count(*) FILTER (
           is_silent OR unusual_volume IS NOT NULL OR (requests_7d >= {FEW} AND error_rate_7d >= {MANY_ERRORS})
       ) AS attention
FROM (FROM runs ORDER BY started_at DESC LIMIT 1) AS run
LEFT JOIN source_health AS health ON health.active
GROUP BY ALL""",
            1,
        ),
        "words": Query(
            "Words that stand out",
            f"""\
SELECT rank, word, articles, daily_before, score
FROM top_terms_between(DATE '{day}', DATE '{day}')
WHERE rank <= {WORDS_SHOWN}
ORDER BY rank""",
        ),
    }


@dataclass(frozen=True, slots=True)
class Order:
    """Who had a story first, and the first of those who followed; `more` counts the other sources."""

    first: Row
    followers: tuple[Row, ...]
    more: int


def _stories_context(filters: Filters, facts: Facts, found: Found) -> dict[str, object]:
    day = chosen_day(filters, facts)
    by_story: dict[object, list[Row]] = defaultdict(list)
    for row in found["order"].rows:
        by_story[row["story_id"]].append(row)
    orders = {
        story: Order(rows[0], tuple(rows[1 : 1 + FOLLOWERS_SHOWN]), max(0, len(rows) - 1 - FOLLOWERS_SHOWN))
        for story, rows in by_story.items()
    }
    counted = {row["day"]: number(row, "articles") for row in found["days"].rows if isinstance(row["day"], date)}
    every = {day - timedelta(before): counted.get(day - timedelta(before), 0.0) for before in range(DAYS_SHOWN)}
    return {
        "day": day,
        "earlier": day - timedelta(1),
        "later": day + timedelta(1) if facts.last_day and day < facts.last_day else None,
        "orders": orders,
        "drawn": columns({"articles": every}) if counted else None,
        "articles_of_day": int(counted.get(day, 0)),
    }


def _story(filters: Filters, _facts: Facts) -> Queries:
    story = f"story_id = '{filters.item}'"
    return {
        "story": Query("The story", f"SELECT *\nFROM stories\nWHERE {story}", 1),
        "order": Query(
            "Who was first",
            f"""\
SELECT position, source, published_at, published_precision, lag, may_be_first, title, url
FROM story_first
WHERE {story}
ORDER BY position""",
        ),
        "articles": Query(
            "All articles",
            f"""\
SELECT published_at, published_precision, source, title, kind, similarity, article_id, original_id, url
FROM appearances
WHERE {story}
ORDER BY published_at, source, url""",
        ),
    }


@dataclass(frozen=True, slots=True)
class Dot:
    """An article on the line of its source: where it stands, in percent, and what it is: report, derived or copy."""

    place: float
    kind: str
    label: str


def _story_context(_filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    if not found["story"].rows:
        raise MissingError(
            "There is no such story in the published file. If it was merged into another one, look for it by its words."
        )
    articles = found["articles"].rows
    times = [row["published_at"] for row in articles if isinstance(row["published_at"], datetime)]
    lines: dict[str, list[Dot]] = {}
    for row in articles:
        moment = row["published_at"]
        if isinstance(moment, datetime):
            kind = words(row, "kind") or "report"
            label = f"{moment:%Y-%m-%d %H:%M} UTC, {kind}: {words(row, 'title')}"
            lines.setdefault(words(row, "source"), []).append(
                Dot(place_in_time(moment, min(times), max(times)), kind, label)
            )
    return {
        "story": found["story"].rows[0],
        "lines": lines,
        "first_at": min(times, default=None),
        "last_at": max(times, default=None),
    }


STORIES = View("stories", "Stories", _stories, _stories_context, ("day", "source", "language"))
STORY = View("story", "Story", _story, _story_context, of_item=True)
