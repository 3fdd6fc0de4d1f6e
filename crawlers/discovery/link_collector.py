"""Gathers the links of one listing: absolute, each address once, the unusable ones counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.discovery.listing import Link, Listing, ListingLink
from crawlers.discovery.urls import absolute_url, normalise_url
from crawlers.languages import iso_639_1
from crawlers.limits import MAX_LISTED_URL_CHARS

if TYPE_CHECKING:
    from datetime import datetime


class LinkCollector:
    """What becomes a `Listing`. `base` resolves relative links, `entries` names what the listing consists of."""

    def __init__(self, base: str, entries: str) -> None:
        self._base, self._entries = base, entries
        self._links: dict[str, Link] = {}
        self._listings: dict[str, ListingLink] = {}
        self._notes: list[str] = []
        self._without_link = 0

    def note(self, *problems: str) -> None:
        """Put on record what was broken and survived."""
        self._notes += problems

    def add(
        self,
        href: str | None,
        *,
        title: str | None = None,
        published_at: datetime | None = None,
        modified_at: datetime | None = None,
        language: str | None = None,
    ) -> None:
        """One entry; of several with one address the first one counts."""
        address = self._usable(href)
        if address is not None:
            link = Link(address, title, published_at, modified_at, iso_639_1(language))
            self._links.setdefault(normalise_url(address), link)

    def add_listing(self, href: str | None, modified_at: datetime | None = None) -> None:
        """One further listing."""
        address = self._usable(href)
        if address is not None:
            self._listings.setdefault(address, ListingLink(address, modified_at))

    def listing(self) -> Listing:
        """All of it."""
        if self._without_link:
            self.note(f"{self._entries} without a usable link: {self._without_link}")
        return Listing(tuple(self._links.values()), tuple(self._listings.values()), "; ".join(self._notes) or None)

    def _usable(self, href: str | None) -> str | None:
        if href and len(href) <= MAX_LISTED_URL_CHARS:
            try:
                return absolute_url(href, self._base)
            except ValueError:
                pass
        self._without_link += 1
        return None
