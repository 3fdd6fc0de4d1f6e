"""Which of the links of a listing are to be asked for, and in which order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.discovery import day_in_url, is_not_article, link_date, normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.archive import FoundListing
    from crawlers.discovery import Link
    from crawlers.plan.model import PlannedSource

_NEVER = datetime.min.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


class LinkFilter:
    """What a source wants: patterns on addresses, and a window of time."""

    def __init__(self, source: PlannedSource) -> None:
        self._include = [re.compile(pattern) for pattern in source.include]
        self._exclude = [re.compile(pattern) for pattern in source.exclude]
        self._since, self._until = source.since, source.until

    def reason_to_skip(self, link: Link, kind: Kind) -> str | None:
        """What speaks against asking for a link of a listing, in words; None where nothing does."""
        if self._include and not any(pattern.search(link.url) for pattern in self._include):
            return "not in include"
        if any(pattern.search(link.url) for pattern in self._exclude):
            return "in exclude"
        if self._since is not None or self._until is not None:
            date = link_date(link)
            if date is not None and self._since is not None and latest_possible(date) < self._since:
                return f"before {self._since:%Y-%m-%d}"
            if date is not None and self._until is not None and date > self._until:
                return f"after {self._until:%Y-%m-%d}"
        # Only plain sitemaps name pages that are no articles; one for news gives titles or times of publication.
        is_bare = kind is Kind.SITEMAP and link.title is None and link.published_at is None
        return "no articles by their addresses" if is_bare and is_not_article(normalise_url(link.url)) else None

    def is_too_old(self, listing: FoundListing) -> bool:
        """Whether a listing has not changed since the window of time opened."""
        changed = listing.modified_at
        return changed is not None and self._since is not None and latest_possible(changed) < self._since


def latest_possible(moment: datetime) -> datetime:
    """The last moment that a time may mean: midnight stands for the whole day, as far as listings go."""
    return moment + _DAY if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else moment


def newest_links(links: Iterable[Link]) -> list[Link]:
    """The newest first; what has no date keeps its order and comes last."""
    return sorted(links, key=lambda link: link_date(link) or _NEVER, reverse=True)


def newest_listings(listings: Iterable[FoundListing]) -> list[FoundListing]:
    """The same for listings."""
    return sorted(listings, key=lambda listing: listing.modified_at or day_in_url(listing.url) or _NEVER, reverse=True)
