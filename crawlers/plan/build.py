"""Builds the plan of a source from its configuration: pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.archive import Kind
from crawlers.plan.model import DEFAULT_PAGES, PlannedRequest, PlannedSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crawlers.sources.model import CrawlSettings, Source


def entry_points(source: Source) -> tuple[PlannedRequest, ...]:
    """The listings that a source names; its front page only if it names nothing else."""
    named = [
        *((Kind.FEED, url) for url in source.feeds),
        *((Kind.SITEMAP, url) for url in source.sitemaps),
        *((Kind.SECTION, url) for url in source.sections),
    ]
    if not named and source.homepage is not None:
        named = [(Kind.HOMEPAGE, source.homepage)]
    return tuple(PlannedRequest(url, kind) for kind, url in named)


def named_ports(source: Source) -> tuple[int, ...]:
    """The ports in a source's own URLs."""
    urls = [*source.feeds, *source.sitemaps, *source.sections, *([source.homepage] if source.homepage else [])]
    return tuple(sorted({port for url in urls if (port := urlsplit(url).port) is not None}))


def page_limit(source: Source) -> int:
    """The number of new pages that a crawl requests from a source."""
    return DEFAULT_PAGES if source.limit is None else source.limit


def date_range(source: Source, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The date range of the articles that a source is crawled for; `now` is aware."""
    starts = []
    if source.since is not None:
        starts.append(datetime.combine(source.since, time.min, UTC))
    if source.max_age_days is not None:
        starts.append(now - timedelta(days=min(source.max_age_days, 100_000)))
    return max(starts, default=None), None if source.until is None else datetime.combine(source.until, time.max, UTC)


def plan_source(
    source: Source,
    settings: CrawlSettings,
    requests: Iterable[PlannedRequest],
    now: datetime,
    waiting: Sequence[PlannedRequest] = (),
    last_fetched: Mapping[str, datetime] | None = None,
    ignored_parameters: Mapping[str, tuple[str, ...]] | None = None,
) -> PlannedSource:
    """What to request from a source, by its own settings or else the general ones.

    `waiting` are article pages that an earlier run found but did not fetch, newest first. `last_fetched` says when the
    sitemaps that its indexes name were last fetched. `ignored_parameters`, by host, are no part of its URLs. `now` is
    aware.
    """
    since, until = date_range(source, now)
    return PlannedSource(
        name=source.name,
        delay=settings.delay if source.delay is None else source.delay,
        requests=tuple(requests),
        waiting=tuple(waiting[: page_limit(source)]),
        limit=page_limit(source),
        include=tuple(source.include),
        exclude=tuple(source.exclude),
        since=since,
        until=until,
        last_fetched=dict(last_fetched or {}),
        allow_private_addresses=source.allow_private_addresses,
        allow_invalid_certificates=source.allow_invalid_certificates,
        ports=named_ports(source),
        respect_opt_outs=settings.respect_opt_outs if source.respect_opt_outs is None else source.respect_opt_outs,
        ignored_parameters=dict(ignored_parameters or {}),
    )
