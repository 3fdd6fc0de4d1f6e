"""Collects the links of one listing: absolute, without duplicates, unusable ones counted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from crawlers.discovery.listing import Link, Listing, ListingLink
from crawlers.discovery.urls import absolute_url, normalise_url
from crawlers.languages import iso_639_1
from crawlers.limits import MAX_LISTED_URL_CHARS

if TYPE_CHECKING:
    from datetime import datetime

    from crawlers.dates import ParsedDate


class LinkCollector:
    """Builds a `Listing`. `base` is the URL for relative links, `entries` the word for the parts of the listing."""

    def __init__(self, base: str, entries: str) -> None:
        self._base, self._entries = base, entries
        self._links: dict[str, Link] = {}
        self._listings: dict[str, ListingLink] = {}
        self._notes: list[str] = []
        self._without_link = 0

    def note(self, *problems: str | None) -> None:
        """Record problems that did not prevent reading the listing; None stands for no problem."""
        self._notes += filter(None, problems)

    def add(
        self,
        *hrefs: str | None,
        title: str | None = None,
        published: ParsedDate | None = None,
        modified: ParsedDate | None = None,
        language: str | None = None,
    ) -> None:
        """Add a link: the first of `hrefs` that is usable. Of several links with the same URL the first one counts."""
        url = self._usable_url(*hrefs)
        if url is not None:
            link = Link(
                url,
                title,
                None if published is None else published.instant,
                None if modified is None else modified.instant,
                iso_639_1(language),
            )
            self._links.setdefault(normalise_url(url), link)

    def add_listing(self, href: str | None, modified_at: datetime | None = None) -> None:
        """Add a link to a further listing."""
        url = self._usable_url(href)
        if url is not None:
            self._listings.setdefault(url, ListingLink(url, modified_at))

    def listing(self) -> Listing:
        """The listing with everything that was added."""
        if self._without_link:
            self.note(f"{self._entries} without a usable link: {self._without_link}")
        return Listing(tuple(self._links.values()), tuple(self._listings.values()), "; ".join(self._notes) or None)

    def _usable_url(self, *hrefs: str | None) -> str | None:
        for href in hrefs:
            if href and len(href) <= MAX_LISTED_URL_CHARS:
                with suppress(ValueError):
                    return absolute_url(href, self._base)
        self._without_link += 1
        return None
