"""The digest of a day or a longer period: the biggest stories and who was first, changed headlines, names, and what
needs attention. As text for a mail or a chat, as Markdown, and as a page of HTML that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawlers.counts import counted
from flows.dashboard.charts import columns
from flows.dashboard.rendering import count, day, lag, plural, render, when
from flows.reports.escaping import escape_markdown, markdown_link, one_line
from warehouse.period import Period, read_period
from warehouse.source_conditions import FEW, MANY_ERRORS, MUCH_DRIFT, SourceCondition, source_conditions

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from warehouse.period import PeriodStory

DAY = timedelta(days=1)
MOST = 10
"""Stories, headlines, edited articles, names and sources that are shown."""
TROUBLES = 20
FOLLOWERS = 4
"""Sources of a story that are shown after the first."""
NOW = timedelta(days=2)
"""A period that ended longer ago is one of the past, for which the present condition of the sources says nothing."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A period, and what needs attention, in plain text."""

    period: Period
    troubles: tuple[str, ...]


def make_digest(
    connection: duckdb.DuckDBPyConnection,
    since: datetime,
    until: datetime,
    now: datetime,
    free_gb: float,
    least_free_gb: float,
) -> Digest:
    """Read the time from `since` to `until` from the warehouse; all times are aware. `free_gb` is the free space of the
    disk. The condition of sources and disk is left out of a digest of the past."""
    period = read_period(connection, since, until, MOST)
    troubles = []
    failed = sum(number for outcome, number in period.runs if outcome in ("failed", "crashed"))
    if failed:
        troubles.append(f"{failed} of {sum(number for _, number in period.runs)} runs failed or crashed")
    if now - until <= NOW:
        troubles += [trouble for source in source_conditions(connection) for trouble in _troubles(source)]
        if free_gb < 2 * least_free_gb:
            troubles.insert(0, f"the disk has {free_gb:.1f} GB free; no crawl starts below {least_free_gb:g} GB")
    return Digest(period, tuple(troubles))


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
        usual = (
            f"{counted(source.articles_last_day, 'article')} on {source.last_day}, usually {source.weekday_mean:.0f}"
        )
        troubles.append(f"unusually {source.unusual_volume} volume: {usual}")
    if source.requests_7d >= FEW and (source.error_rate_7d or 0) >= MANY_ERRORS:
        troubles.append(f"{source.error_rate_7d:.0%} of {source.requests_7d} requests of the last 7 days failed")
    if source.articles_7d >= FEW and abs(source.length_drift or 0) >= MUCH_DRIFT:
        troubles.append(
            f"the length of its articles changed by {source.length_drift:+.0%} compared with the weeks before"
        )
    return [f"{source.source}: {trouble}" for trouble in troubles]


def subject(digest: Digest) -> str:
    """The digest in a few words."""
    return f"newsloom: {counted(digest.period.loaded, 'new article')}, {counted(len(digest.troubles), 'problem')}"


def as_text(digest: Digest) -> str:
    """The digest for a mail, a chat or a terminal."""
    period = digest.period
    lines = [f"{_title(period)}", _summary(period)]
    if digest.troubles:
        lines += ["", "Needs attention:", *(f"- {one_line(trouble)}" for trouble in _shown(digest))]
    if period.stories:
        lines += ["", "Biggest stories:"]
        for story in period.stories:
            lines += [f"- {one_line(story.title or 'Untitled')} ({_size(story)})"]
            lines += [f"    {one_line(order)}" for order in _order(story)]
    if period.headlines:
        lines += ["", "Changed headlines:"]
        for headline in period.headlines:
            lines += [
                f"- {one_line(headline.source)}, {when(headline.changed_at)}",
                f"    was: {one_line(headline.before)}",
                f"    now: {one_line(headline.after)}",
            ]
    if period.edited:
        lines += ["", "Most edited:"]
        lines += [
            f"- {one_line(one.title)} ({one_line(one.source)}; {plural(one.edits, 'edit', 'edits')}, "
            f"+{one.words_added} −{one.words_removed} words)"
            for one in period.edited
        ]
    if period.names:
        lines += ["", "Names (articles):"]
        lines += [f"- {one_line(name.name)} ({name.articles})" for name in period.names]
    return "\n".join(lines) + "\n"


def as_markdown(digest: Digest) -> str:
    """The digest in Markdown. Text from pages is escaped."""
    period = digest.period
    lines = [f"# {_title(period)}", "", escape_markdown(_summary(period)), ""]
    if digest.troubles:
        lines += ["## Needs attention", "", *(f"- {escape_markdown(trouble)}" for trouble in _shown(digest)), ""]
    if period.stories:
        lines += [
            "## Biggest stories",
            "",
            "| story | sources | articles | first, and who followed |",
            "|---|--:|--:|---|",
        ]
        lines += [
            f"| {markdown_link(story.title or 'Untitled', story.url)} | {story.sources} | {story.articles} "
            f"| {escape_markdown('; '.join(_order(story)))} |"
            for story in period.stories
        ]
        lines.append("")
    if period.headlines:
        lines += ["## Changed headlines", "", "| source | when | was | is now |", "|---|---|---|---|"]
        lines += [
            f"| {escape_markdown(one.source)} | {when(one.changed_at)} | {escape_markdown(one.before)} "
            f"| {markdown_link(one.after, one.url)} |"
            for one in period.headlines
        ]
        lines.append("")
    if period.edited:
        lines += ["## Most edited", "", "| article | source | edits | words |", "|---|---|--:|--:|"]
        lines += [
            f"| {markdown_link(one.title, one.url)} | {escape_markdown(one.source)} | {one.edits} "
            f"| \\+{one.words_added} −{one.words_removed} |"
            for one in period.edited
        ]
        lines.append("")
    if period.names:
        lines += ["## Names", "", "| name | kind | articles | in headlines |", "|---|---|--:|--:|"]
        lines += [
            f"| {escape_markdown(one.name)} | {one.kind or ''} | {one.articles} | {one.headlines} |"
            for one in period.names
        ]
        lines.append("")
    return "\n".join(lines)


def as_html(digest: Digest) -> str:
    """The digest as a page that loads nothing: its style is in it, its plots are inline SVG, and it has no scripts."""
    period = digest.period
    counted = dict(period.days)
    last = period.days[-1][0] if period.days else None
    return render(
        "digest.html",
        {
            "title": _title(period),
            "summary": _summary(period),
            "period": period,
            "troubles": list(_shown(digest)),
            "orders": [_order(story) for story in period.stories],
            "sizes": [_size(story) for story in period.stories],
            "drawn": columns({"articles": {one: float(number) for one, number in counted.items()}}) if last else None,
            "style": _style(),
        },
    )


@cache
def _style() -> str:
    return (files("flows.dashboard") / "static" / "dashboard.css").read_text(encoding="utf-8")


def _title(period: Period) -> str:
    midnight = period.since.hour == period.since.minute == period.until.hour == period.until.minute == 0
    if not midnight:
        return f"News from {when(period.since)} to {when(period.until)} UTC"
    last = period.until - DAY
    return f"News of {day(period.since)}" + (f" to {day(last)}" if last.date() > period.since.date() else "")


def _summary(period: Period) -> str:
    runs = ", ".join(f"{number} {outcome}" for outcome, number in period.runs) or "none"
    return (
        f"{plural(period.published, 'article', 'articles')} published; {count(period.loaded)} new in the warehouse, "
        f"{count(period.changed)} changed; runs: {runs}."
    )


def _shown(digest: Digest) -> Iterator[str]:
    yield from digest.troubles[:TROUBLES]
    if len(digest.troubles) > TROUBLES:
        yield f"and {len(digest.troubles) - TROUBLES} more"


def _size(story: PeriodStory) -> str:
    return f"{plural(story.sources, 'source', 'sources')}, {plural(story.articles, 'article', 'articles')}"


def _order(story: PeriodStory) -> list[str]:
    """Who was first, and who followed; nothing of a story whose sources are not known."""
    if not story.carriers:
        return []
    first, *others = story.carriers
    verb = "may have been first" if others and others[0].may_be_first else "was first"
    lines = [f"{first.source} {verb}, {when(first.published_at, first.precision)}"]
    if others:
        followed = [one.source + (f" +{lag(one.lag)}" if one.lag else "") for one in others[:FOLLOWERS]]
        more = f", {len(others) - FOLLOWERS} more" if len(others) > FOLLOWERS else ""
        lines.append(f"then {', '.join(followed)}{more}")
    return lines
