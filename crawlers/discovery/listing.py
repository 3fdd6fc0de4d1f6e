"""The content of a listing (feed, sitemap, section page): links to articles and links to further listings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from crawlers.dates import days_in_url


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page in a listing, with what the listing states about it.

    `url` is absolute, http or https (see `absolute_url`). Both times are aware and in UTC; None if the listing gives
    none or one that cannot be parsed. `language` is an ISO 639-1 code. None of it is checked against the page.
    A clock time without a zone counts as UTC: formats of listings have their times in it unless they say otherwise.
    """

    url: str
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ListingLink:
    """A link to a further listing, absolute, with the time of its last change as stated by this one (aware, UTC)."""

    url: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The links of one listing, in its order, without duplicates.

    `listings` are further listings that it names (the sitemaps of a sitemap index). `problem` describes what is broken
    in the listing but did not prevent reading it; None if nothing is.
    """

    links: tuple[Link, ...]
    listings: tuple[ListingLink, ...] = ()
    problem: str | None = None


class BadListingError(ValueError):
    """Nothing can be read from a listing. The message says what was found and what was expected."""


def link_dates(link: Link) -> tuple[datetime, datetime] | None:
    """The earliest and the latest time that a listing and a URL give for the publication of a page.

    They differ if the URL gives only a month, as in `/2026/01/title`. The last change is used only if the URL has no
    date: some systems change all of their pages every night.
    """
    if link.published_at is not None:
        return link.published_at, link.published_at
    if days := days_in_url(link.url):
        first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days)
        return first, last
    return (link.modified_at, link.modified_at) if link.modified_at is not None else None


def link_date(link: Link) -> datetime | None:
    """When a page was published at the latest, judging by its listing and its URL (see `link_dates`)."""
    dates = link_dates(link)
    return dates[1] if dates else None
