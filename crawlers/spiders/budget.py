"""What is still to be asked of one source in this crawl, within its budgets."""

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
    """Budgets of a source; what is beyond them waits in the archive's log for a later run.

    What its listings name anew comes first, and what waits from earlier runs gets what is left once they are all read:
    a long sitemap of old articles does not keep the fresh ones waiting.
    """

    def __init__(self, source: PlannedSource) -> None:
        self._source = source
        self._pages, self._listings = source.limit, source.listing_limit
        self._open = sum(request.kind is not Kind.PAGE for request in source.requests)

    def opened(self) -> None:
        """A listing beside the planned ones is asked for."""
        self._open += 1

    def closed(self) -> Iterator[PlannedRequest]:
        """A listing had its answer, or needs none; gives what waited for the last one."""
        self._open -= 1
        yield from self.waiting()

    def waiting(self) -> Iterator[PlannedRequest]:
        """The pages that waited, as many as there is room for, if no listing is open."""
        if self._open == 0:
            chosen = self._source.waiting[: self._pages]
            self._pages -= len(chosen)
            yield from chosen

    def listings(self, found: Iterable[FoundListing]) -> Iterator[PlannedRequest]:
        """Those further listings that are to be asked for now: new ones, and those that say they have changed."""
        for listing in found:
            asked = self._source.asked.get(listing.url)
            if asked is not None and (listing.modified_at is None or latest_possible(listing.modified_at) < asked):
                continue
            if self._listings <= 0:
                return
            self._listings -= 1
            yield PlannedRequest(listing.url, listing.kind)

    def pages(self, links: Iterable[Link]) -> Iterator[PlannedRequest]:
        """Those pages that are to be asked for now."""
        for link in links:
            if self._pages <= 0:
                return
            self._pages -= 1
            yield PlannedRequest(link.url, Kind.PAGE, published_hint=link.published_at, date=link_date(link))
