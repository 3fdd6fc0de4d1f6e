"""From configured sources to what a crawl asks first: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.archive import Kind
from crawlers.plan import PlannedRequest, PlannedSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawlers.sources import CrawlSettings, Source


def entry_points(source: Source) -> tuple[PlannedRequest, ...]:
    """The listings that a source names; its front page only where it names nothing else."""
    named = [
        *((Kind.FEED, url) for url in source.feeds),
        *((Kind.SITEMAP, url) for url in source.sitemaps),
        *((Kind.SECTION, url) for url in source.sections),
    ]
    if not named and source.homepage is not None:
        named = [(Kind.HOMEPAGE, source.homepage)]
    return tuple(PlannedRequest(url, kind) for kind, url in named)


def named_ports(source: Source) -> tuple[int, ...]:
    """The ports that a source's own addresses name."""
    addresses = [*source.feeds, *source.sitemaps, *source.sections, *([source.homepage] if source.homepage else [])]
    return tuple(sorted({port for url in addresses if (port := urlsplit(url).port) is not None}))


def plan_source(
    source: Source, settings: CrawlSettings, requests: Iterable[PlannedRequest], waiting: Sequence[PlannedRequest] = ()
) -> PlannedSource:
    """What to ask of a source, with its own settings or else those of all.

    `waiting` are article pages that an earlier run found and did not get; they come first in the source's limit.
    """
    waiting = waiting[: source.limit]
    return PlannedSource(
        name=source.name,
        delay=settings.delay if source.delay is None else source.delay,
        requests=(*requests, *waiting),
        limit=None if source.limit is None else source.limit - len(waiting),
        include=tuple(source.include),
        exclude=tuple(source.exclude),
        allow_private_addresses=source.allow_private_addresses,
        ports=named_ports(source),
    )
