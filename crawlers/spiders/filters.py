"""Filters and sorts the links of a listing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.dates import days_in_url
from crawlers.discovery import is_not_article, link_date, link_dates, normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.archive import FoundListing
    from crawlers.discovery import Link
    from crawlers.plan.model import PlannedSource

_NEVER = datetime.min.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


class LinkFilter:
    """What a source is configured to crawl: URL patterns and a date range."""

    def __init__(self, source: PlannedSource) -> None:
        self._include = [re.compile(pattern) for pattern in source.include]
        self._exclude = [re.compile(pattern) for pattern in source.exclude]
        self._since, self._until = source.since, source.until

    def reason_to_skip(self, link: Link, kind: Kind) -> str | None:
        """Why a link is skipped, in words; None if it is not."""
        if self._include and not any(pattern.search(link.url) for pattern in self._include):
            return "not in include"
        if any(pattern.search(link.url) for pattern in self._exclude):
            return "in exclude"
        if self._since is not None or self._until is not None:
            dates = link_dates(link)
            if dates is not None and self._since is not None and latest_possible(dates[1]) < self._since:
                return f"before {self._since:%Y-%m-%d}"
            if dates is not None and self._until is not None and dates[0] > self._until:
                return f"after {self._until:%Y-%m-%d}"
        # Only plain sitemaps list pages that are not articles; news sitemaps have titles or publication times.
        is_plain = kind is Kind.SITEMAP and link.title is None and link.published_at is None
        return "not articles, judging by their URLs" if is_plain and is_not_article(normalise_url(link.url)) else None

    def is_too_old(self, listing: FoundListing) -> bool:
        """Whether a listing has not changed since the beginning of the date range."""
        changed = listing.modified_at
        return changed is not None and self._since is not None and latest_possible(changed) < self._since


def latest_possible(time: datetime) -> datetime:
    """The latest time that a time in a listing may mean: midnight stands for the whole day."""
    return time + _DAY if (time.hour, time.minute, time.second) == (0, 0, 0) else time


def newest_links(links: Iterable[Link]) -> list[Link]:
    """The links, newest first; those without a date come last, in their order."""
    return sorted(links, key=lambda link: link_date(link) or _NEVER, reverse=True)


def newest_listings(listings: Iterable[FoundListing]) -> list[FoundListing]:
    """The listings, newest first; those without a date come last, in their order."""
    return sorted(listings, key=_listing_date, reverse=True)


def _listing_date(listing: FoundListing) -> datetime:
    days = None if listing.modified_at else days_in_url(listing.url)
    return datetime(days[1].year, days[1].month, days[1].day, tzinfo=UTC) if days else listing.modified_at or _NEVER
