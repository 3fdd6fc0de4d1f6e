"""The daily digest: how the sources are, which stories were biggest, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.reports.artifacts import escape
from warehouse.daily import FEW, MANY_ERRORS, MUCH_DRIFT, SourceCondition, count_day, source_conditions

if TYPE_CHECKING:
    import duckdb

DAY = timedelta(days=1)
STORIES = 10
SOURCES = 20


@dataclass(frozen=True, slots=True)
class Digest:
    """A day, until `until` (UTC).

    `articles` counts new articles, `stories` are the biggest by number of sources (title, articles, sources), `runs`
    counts runs by outcome, and `troubles` states in plain text what needs attention.
    """

    until: datetime
    articles: int
    updated: int
    stories: tuple[tuple[str, int, int], ...]
    runs: tuple[tuple[str, int], ...]
    troubles: tuple[str, ...]


def make_digest(connection: duckdb.DuckDBPyConnection, until: datetime, free_gb: float, least_free_gb: float) -> Digest:
    """Read the day before `until` from the warehouse; `free_gb` is the free space of the disk."""
    since = until - DAY
    day = count_day(connection, since, until, STORIES)
    troubles = [trouble for source in source_conditions(connection) for trouble in _troubles(source)]
    failed = sum(count for outcome, count in day.runs if outcome in ("failed", "crashed"))
    if failed:
        troubles.insert(0, f"{failed} of {sum(count for _, count in day.runs)} runs failed or crashed")
    if free_gb < 2 * least_free_gb:
        troubles.insert(0, f"the disk has {free_gb:.1f} GB free; no crawl starts below {least_free_gb:g} GB")
    return Digest(until, day.articles, day.updated, day.stories, day.runs, tuple(troubles))


def _troubles(source: SourceCondition) -> list[str]:
    """What needs attention: a pause, silence, unusual volume, failing requests, a change in the length of texts."""
    troubles = []
    if source.paused_until is not None:
        until = f"{source.paused_until:%Y-%m-%d %H:%M} UTC"
        troubles.append(f"paused until {until}, because none of its listings can be read: {source.paused_reason}")
    elif source.is_silent:
        last, longest = source.last_article_at, source.longest_silence_hours
        since = "no articles yet" if last is None else f"no new articles since {last:%Y-%m-%d %H:%M} UTC"
        troubles.append(since + (f"; the longest gap before was {longest:.0f} hours" if longest is not None else ""))
    if source.unusual_volume is not None:
        usual = f"{source.articles_last_day} articles on {source.last_day}, usually {source.weekday_mean:.0f}"
        troubles.append(f"unusually {source.unusual_volume} volume: {usual}")
    if source.requests_7d >= FEW and (source.error_rate_7d or 0) >= MANY_ERRORS:
        troubles.append(f"{source.error_rate_7d:.0%} of {source.requests_7d} requests of the last 7 days failed")
    if source.articles_7d >= FEW and abs(source.length_drift or 0) >= MUCH_DRIFT:
        troubles.append(
            f"the length of its articles changed by {source.length_drift:+.0%} compared with the weeks before"
        )
    return [f"{source.source}: {trouble}" for trouble in troubles]


def as_markdown(digest: Digest) -> str:
    """The digest for Prefect's user interface. Text from pages is escaped."""
    lines = [
        f"# newsloom, the day until {digest.until:%Y-%m-%d %H:%M} UTC",
        "",
        f"{digest.articles} new articles, {digest.updated} changed; runs: {_counts(digest)}.",
        "",
    ]
    if digest.troubles:
        lines += ["## Needs attention", "", *(f"- {escape(trouble)}" for trouble in digest.troubles[:SOURCES])]
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
        lines += ["", "Needs attention:", *(f"- {trouble}" for trouble in digest.troubles)]
    if digest.stories:
        lines += ["", "Biggest stories (articles, sources):"]
        lines += [f"- {' '.join(title.split())} ({articles}, {sources})" for title, articles, sources in digest.stories]
    return "\n".join(lines) + "\n"


def _counts(digest: Digest) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in digest.runs) or "none"
