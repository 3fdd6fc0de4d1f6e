"""The daily flow: how the sources are, what was big, and what somebody should look at."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.artifacts import escape
from flows.layout import DataDirectory
from flows.notices import notify, tell_of_failure
from flows.parameters import Data, SourcesFile
from flows.running import GIGABYTE
from flows.settings import load_settings
from warehouse import connect

DAY = timedelta(days=1)
STORIES = 10
SOURCES = 20


@dataclass(frozen=True, slots=True)
class Digest:
    """A day, until `until` (UTC).

    `articles` are new ones, `stories` (title, articles, sources) the biggest by sources, `runs` how many by outcome,
    `troubles` what somebody should look at, in words, as plain text.
    """

    until: datetime
    articles: int
    updated: int
    stories: tuple[tuple[str, int, int], ...]
    runs: tuple[tuple[str, int], ...]
    troubles: tuple[str, ...]


def make_digest(connection: duckdb.DuckDBPyConnection, until: datetime, free_gb: float, least_free_gb: float) -> Digest:
    """Read the day before `until` from the warehouse; `free_gb` is what the disk has left."""
    since = until - DAY
    first, changed = connection.execute(
        """
        SELECT count(*) FILTER (change = 'first'), count(*) FILTER (change <> 'first')
        FROM article_versions WHERE seen_at >= ? AND seen_at < ?
        """,
        [since, until],
    ).fetchall()[0]
    stories = connection.execute(
        """
        SELECT title, articles, sources FROM stories
        WHERE last_at >= ? AND sources > 1 ORDER BY sources DESC, articles DESC, last_at DESC LIMIT ?
        """,
        [since, STORIES],
    ).fetchall()
    runs = connection.execute(
        "SELECT outcome, count(*) FROM runs WHERE started_at >= ? AND started_at < ? GROUP BY outcome ORDER BY outcome",
        [since, until],
    ).fetchall()
    troubles = [*_silent(connection, until), *_failing(connection, since, until)]
    failed = sum(count for outcome, count in runs if outcome in ("failed", "crashed"))
    if failed:
        troubles.insert(0, f"{failed} of {sum(count for _, count in runs)} runs failed or crashed")
    if free_gb < 2 * least_free_gb:
        troubles.insert(0, f"the disk has {free_gb:.1f} GB free; no crawl starts below {least_free_gb:g} GB")
    return Digest(until, first, changed, tuple(stories), tuple(runs), tuple(troubles))


def _silent(connection: duckdb.DuckDBPyConnection, until: datetime) -> list[str]:
    """Sources that have had nothing new for longer than they ever had in the four weeks before, and for a day."""
    rows = connection.execute(
        """
        WITH seen AS (
            SELECT state.source, state.first_seen_at AS at,
                lead(state.first_seen_at) OVER (PARTITION BY state.source ORDER BY state.first_seen_at) AS next_at
            FROM article_state AS state JOIN sources ON sources.source = state.source AND sources.active
            WHERE state.first_seen_at >= $until - to_days(28)
        )
        SELECT source, max(at), max(next_at - at) FROM seen
        GROUP BY source HAVING count(*) >= 5 AND $until - max(at) > greatest(max(next_at - at), to_days(1))
        ORDER BY max(at), source
        """,
        {"until": until},
    ).fetchall()
    return [
        f"{source}: nothing new since {last:%Y-%m-%d %H:%M} UTC; its longest silence before was {_hours(longest)}"
        for source, last, longest in rows
    ]


def _failing(connection: duckdb.DuckDBPyConnection, since: datetime, until: datetime) -> list[str]:
    """Sources half of whose answers failed."""
    rows = connection.execute(
        """
        SELECT source, count(*) FILTER (outcome = 'failed') AS failed, count(*) AS asked,
            mode(reason) FILTER (outcome = 'failed') AS reason
        FROM fetches WHERE fetched_at >= ? AND fetched_at < ? AND outcome <> 'skipped'
        GROUP BY source HAVING failed * 2 >= asked AND failed >= 3 ORDER BY failed DESC, source
        """,
        [since, until],
    ).fetchall()
    return [f"{source}: {failed} of {asked} requests failed, mostly {reason}" for source, failed, asked, reason in rows]


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} hours"


def as_markdown(digest: Digest) -> str:
    """The digest for Prefect's user interface; what comes from pages is escaped."""
    lines = [
        f"# newsloom, the day until {digest.until:%Y-%m-%d %H:%M} UTC",
        "",
        f"{digest.articles} new articles, {digest.updated} changed; runs: {_counts(digest)}.",
        "",
    ]
    if digest.troubles:
        lines += ["## To look at", "", *(f"- {escape(trouble)}" for trouble in digest.troubles[:SOURCES])]
        if len(digest.troubles) > SOURCES:
            lines.append(f"- and {len(digest.troubles) - SOURCES} more")
        lines.append("")
    if digest.stories:
        lines += ["## Biggest stories", "", "| story | articles | sources |", "|---|---:|---:|"]
        lines += [f"| {escape(title)} | {articles} | {sources} |" for title, articles, sources in digest.stories]
    return "\n".join(lines) + "\n"


def as_text(digest: Digest) -> str:
    """The digest for a mail or a chat."""
    lines = [f"{digest.articles} new articles, {digest.updated} changed; runs: {_counts(digest)}."]
    if digest.troubles:
        lines += ["", "To look at:", *(f"- {trouble}" for trouble in digest.troubles)]
    if digest.stories:
        lines += ["", "Biggest stories (articles, sources):"]
        lines += [f"- {' '.join(title.split())} ({articles}, {sources})" for title, articles, sources in digest.stories]
    return "\n".join(lines) + "\n"


def _counts(digest: Digest) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in digest.runs) or "none"


@flow(name="digest", flow_run_name="digest {data.name}", validate_parameters=True, on_failure=[tell_of_failure])
def digest(sources: SourcesFile, data: Data) -> list[str]:
    """Say once a day how the sources are, which stories were biggest, and what somebody should look at.

    As an artifact of the run, and by webhook and mail where `[alerts]` names them; returns what could not be sent, in
    words. Raises WarehouseError where nothing has been published yet.
    """
    alerts = load_settings(sources).alerts
    directory = DataDirectory(data)
    free = shutil.disk_usage(directory.root).free / GIGABYTE
    with connect(Path(data)) as connection:
        made = make_digest(connection, datetime.now(UTC), free, alerts.least_free_gb)
    create_markdown_artifact(key="digest", markdown=as_markdown(made), description="The day")
    return notify(alerts, f"newsloom: {made.articles} new articles, {len(made.troubles)} troubles", as_text(made))
