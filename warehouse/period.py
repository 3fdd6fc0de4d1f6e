"""What happened in a period: how much was published, the biggest stories, changed headlines, edits and names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - a field

from warehouse.results import one_row

if TYPE_CHECKING:
    import duckdb

DAYS_SHOWN = 30
"""Days in the counts by day, at least: one day alone says little."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A source of a story: when it had it, how precisely that is known, and how long after the first (see
    `story_first`)."""

    source: str
    published_at: datetime
    precision: str
    lag: timedelta | None
    may_be_first: bool


@dataclass(frozen=True, slots=True)
class PeriodStory:
    """A story with its numbers of articles, of articles that are no copies, and of sources within the period.

    `url` is that of the first article; `carriers` are all its sources, also later ones, the first one first.
    """

    title: str
    url: str
    articles: int
    reports: int
    sources: int
    carriers: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedHeadline:
    """A headline that its publisher changed."""

    source: str
    url: str
    before: str
    after: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class EditedArticle:
    """An article that its publisher changed, with the number of changes and of words."""

    source: str
    title: str
    url: str
    edits: int
    words_added: int
    words_removed: int


@dataclass(frozen=True, slots=True)
class PeriodName:
    """A name, with the number of articles that have it, and of those in whose headline it is."""

    name: str
    kind: str | None
    articles: int
    headlines: int
    sources: int


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until` (aware, not included). `published` counts articles by their publication, or by first
    sight where that is unknown, `loaded` those that are new in the warehouse, `changed` further versions of articles.

    `sources` and `days` count articles as `published` does; `days` has at least the last DAYS_SHOWN days until then.
    """

    since: datetime
    until: datetime
    published: int
    loaded: int
    changed: int
    stories: tuple[PeriodStory, ...]
    headlines: tuple[ChangedHeadline, ...]
    edited: tuple[EditedArticle, ...]
    names: tuple[PeriodName, ...]
    sources: tuple[tuple[str, int], ...]
    days: tuple[tuple[date, int], ...]
    runs: tuple[tuple[str, int], ...]


def read_period(connection: duckdb.DuckDBPyConnection, since: datetime, until: datetime, most: int) -> Period:
    """Read a period from the warehouse, with at most so many stories, headlines, articles, names and sources.

    A publication of which only the day is known counts as one at midnight UTC.
    """
    first, last = _day(since), _day(until - timedelta(microseconds=1))
    between = {"since": since, "until": until}
    loaded, changed = connection.execute(
        """
        SELECT count(*) FILTER (change = 'first'), count(*) FILTER (change <> 'first')
        FROM article_versions WHERE seen_at >= $since AND seen_at < $until
        """,
        between,
    ).fetchall()[0]
    sources = connection.execute(
        """
        SELECT source, count(*) AS articles
        FROM (
            SELECT state.source, coalesce(version.published_at, state.first_seen_at) AS published_at
            FROM article_state AS state JOIN article_versions AS version ON version.doc = state.doc
        )
        WHERE published_at >= $since AND published_at < $until
        GROUP BY source ORDER BY articles DESC, source
        """,
        between,
    ).fetchall()
    headlines = connection.execute(
        """
        SELECT source, url, title_before, title_after, changed_at FROM headline_changes
        WHERE changed_at >= $since AND changed_at < $until ORDER BY changed_at DESC, url LIMIT $most
        """,
        {**between, "most": most},
    ).fetchall()
    edited = connection.execute(
        """
        WITH edits AS (
            SELECT
                article_id, count(*) AS edits, sum(words_added)::BIGINT AS added, sum(words_removed)::BIGINT AS removed
            FROM article_versions
            WHERE change IN ('title', 'text', 'both') AND seen_at >= $since AND seen_at < $until
            GROUP BY article_id
        )
        SELECT state.source, version.title, state.url, edits.edits, coalesce(edits.added, 0), coalesce(edits.removed, 0)
        FROM edits JOIN article_state AS state USING (article_id)
        JOIN article_versions AS version ON version.doc = state.doc
        ORDER BY edits.edits DESC, edits.added + edits.removed DESC, state.url LIMIT $most
        """,
        {**between, "most": most},
    ).fetchall()
    names = connection.execute(
        """
        SELECT name, max(kind), sum(articles)::BIGINT AS articles, sum(headlines)::BIGINT, count(DISTINCT source)
        FROM names_between($first, $last)
        GROUP BY name ORDER BY articles DESC, name LIMIT $most
        """,
        {"first": first, "last": last, "most": most},
    ).fetchall()
    days = connection.execute(
        "SELECT day, count(*) FROM article_days WHERE day BETWEEN ? AND ? GROUP BY day ORDER BY day",
        [min(first, last - timedelta(DAYS_SHOWN - 1)), last],
    ).fetchall()
    runs = connection.execute(
        """
        SELECT outcome, count(*) FROM runs WHERE started_at >= $since AND started_at < $until
        GROUP BY outcome ORDER BY outcome
        """,
        between,
    ).fetchall()
    return Period(
        since=since,
        until=until,
        published=sum(articles for _, articles in sources),
        loaded=loaded,
        changed=changed,
        stories=_stories(connection, since, until, most),
        headlines=tuple(ChangedHeadline(*row) for row in headlines),
        edited=tuple(EditedArticle(*row) for row in edited),
        names=tuple(PeriodName(*row) for row in names),
        sources=tuple(sources[:most]),
        days=tuple(days),
        runs=tuple(runs),
    )


def last_publication(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The day of the latest article, which is not in the future; None in an empty warehouse."""
    row = one_row(connection, "SELECT max(day) FROM article_days WHERE day <= day_of(first_seen_at)")
    return None if row is None else row[0]


def _stories(
    connection: duckdb.DuckDBPyConnection, since: datetime, until: datetime, most: int
) -> tuple[PeriodStory, ...]:
    rows = connection.execute(
        """
        SELECT
            story_id, count(*) AS articles, count(*) FILTER (kind IS DISTINCT FROM 'copy') AS reports,
            count(DISTINCT source) AS sources
        FROM appearances
        WHERE story_id IS NOT NULL AND published_at >= ? AND published_at < ?
        GROUP BY story_id HAVING count(DISTINCT source) > 1
        ORDER BY sources DESC, reports DESC, articles DESC, story_id LIMIT ?
        """,
        [since, until, most],
    ).fetchall()
    found: list[UUID] = [row[0] for row in rows]
    titles = dict(
        connection.execute("SELECT story_id, title FROM stories WHERE list_contains(?, story_id)", [found]).fetchall()
    )
    entered: dict[UUID, list[tuple[str, Carrier]]] = {}
    for story, url, *carrier in connection.execute(
        """
        SELECT story_id, url, source, published_at, published_precision, lag, may_be_first
        FROM story_first WHERE list_contains(?, story_id) ORDER BY story_id, position
        """,
        [found],
    ).fetchall():
        entered.setdefault(story, []).append((url, Carrier(*carrier)))
    return tuple(
        PeriodStory(
            title=titles.get(story) or "",
            url=entered[story][0][0] if story in entered else "",
            articles=articles,
            reports=reports,
            sources=sources,
            carriers=tuple(carrier for _, carrier in entered.get(story, [])),
        )
        for story, articles, reports, sources in rows
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
