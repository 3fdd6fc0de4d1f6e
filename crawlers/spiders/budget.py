"""The crawl budget of a source: how many pages and listings a crawl may still request from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.discovery import link_date
from crawlers.plan.model import PlannedRequest
from crawlers.spiders.filters import latest_possible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawlers.archive import FoundListing
    from crawlers.discovery import Link
    from crawlers.plan.model import PlannedSource


class CrawlBudget:
    """The budget of one source. Whatever exceeds it stays in the fetch log and waits for a later run.

    Pages that the listings name for the first time come first. Pages that wait from earlier runs get the rest of the
    budget once all listings have been read, so a long sitemap of old articles does not delay the new ones.
    """

    def __init__(self, source: PlannedSource) -> None:
        self._source = source
        self._pages, self._listings = source.limit, source.listing_limit
        self._open_listings = sum(request.kind is not Kind.PAGE for request in source.requests)

    def listing_opened(self) -> None:
        """Count a listing that is requested in addition to the planned ones."""
        self._open_listings += 1

    def listing_closed(self) -> Iterator[PlannedRequest]:
        """Count a listing that has been read or is not needed. After the last one, yields the waiting pages."""
        self._open_listings -= 1
        yield from self.waiting_pages()

    def waiting_pages(self) -> Iterator[PlannedRequest]:
        """The pages that wait from earlier runs, as many as the budget allows, unless a listing is still open."""
        if self._open_listings == 0:
            chosen = self._source.waiting[: self._pages]
            self._pages -= len(chosen)
            yield from chosen

    def listings(self, found: Iterable[FoundListing]) -> Iterator[PlannedRequest]:
        """The listings to request among those that a listing names: new ones, and those that claim to have changed."""
        for listing in found:
            fetched_at = self._source.last_fetched.get(listing.url)
            if fetched_at is not None and (
                listing.modified_at is None or latest_possible(listing.modified_at) < fetched_at
            ):
                continue
            if self._listings <= 0:
                return
            self._listings -= 1
            yield PlannedRequest(listing.url, listing.kind)

    def pages(self, links: Iterable[Link]) -> Iterator[PlannedRequest]:
        """The pages to request among those that a listing links to."""
        for link in links:
            if self._pages <= 0:
                return
            self._pages -= 1
            yield PlannedRequest(link.url, Kind.PAGE, published_hint=link.published_at, date=link_date(link))
