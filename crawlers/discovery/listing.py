"""What a listing (a feed, a sitemap, a section page) says: links to articles, and links to further listings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.discovery.dates import day_in_url

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page in a listing, with what the listing states about it.

    `url` is absolute, http or https (see `absolute_url`). Both times are aware and in UTC; None if the listing gives
    none or one that cannot be parsed. `language` is an ISO 639-1 code. None of it is checked against the page.
    """

    url: str
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ListingLink:
    """A further listing that one named, absolute, and when it says that this one changed (aware, UTC)."""

    url: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read from one listing, in the order it stood there, no address twice.

    `listings` are further listings it names (the sitemaps of a sitemap index). `problem` says in words what was broken
    in it and survived; None where it was clean.
    """

    links: tuple[Link, ...]
    listings: tuple[ListingLink, ...] = ()
    problem: str | None = None


class BadListingError(ValueError):
    """Nothing could be read from a listing; the message says what was found and what is expected."""


def link_date(link: Link) -> datetime | None:
    """When a link's page was published, as far as its listing and its address tell.

    The last change comes after the address: some systems change all of their pages every night.
    """
    return link.published_at or day_in_url(link.url) or link.modified_at
