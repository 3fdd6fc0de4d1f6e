"""Reads a fetched listing with the parser for its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers.archive import FoundListing, Kind
from crawlers.discovery import Link, absolute_url, find_feeds, parse_feed, parse_section, parse_sitemap
from crawlers.discovery.feed_entry import join_url
from crawlers.discovery.usual_locations import COMMON_FEEDS, COMMON_SITEMAPS

if TYPE_CHECKING:
    from collections.abc import Iterable


_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListingContent:
    """What a listing contains: links to articles, further listings, and a description of what is broken in it."""

    links: tuple[Link, ...] = ()
    listings: tuple[FoundListing, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FetchedListing:
    """A listing as it was fetched, with the sitemaps that the robots.txt of its host names (absolute)."""

    kind: Kind
    url: str
    body: bytes
    content_type: str | None
    sitemaps: tuple[str, ...] = ()


def read_listing(fetched: FetchedListing) -> ListingContent:
    """Read a fetched listing. Raises BadListingError if nothing can be read from it.

    A front page leads to its feeds and to the news sitemaps of its host. If it has neither, it leads to all of these
    sitemaps, which list everything a publisher ever had. If there are none, it leads to the usual locations of feeds
    and sitemaps.
    """
    kind, url, body = fetched.kind, fetched.url, fetched.body
    if kind is Kind.FEED:
        listing = parse_feed(body, url, fetched.content_type)
        return ListingContent(listing.links, problem=listing.problem)
    if kind is Kind.SITEMAP:
        listing = parse_sitemap(body, url)
        return ListingContent(
            listing.links,
            tuple(FoundListing(child.url, Kind.SITEMAP, child.modified_at) for child in listing.listings),
            listing.problem,
        )
    declared = _CHARSET.search(fetched.content_type or "")
    listing = parse_section(body, url, declared[1] if declared else None)
    if kind is not Kind.HOMEPAGE:
        return ListingContent(listing.links, problem=listing.problem)
    feeds = [FoundListing(feed, Kind.FEED) for feed in find_feeds(body, url)]
    everything = [FoundListing(sitemap, Kind.SITEMAP) for sitemap in fetched.sitemaps]
    news = [sitemap for sitemap in everything if "news" in sitemap.url.rpartition("/")[2].lower()]
    return ListingContent(listing.links, tuple(feeds + news or everything or usual_locations(url)), listing.problem)


_SEVERAL = re.compile(r"[\s,;]+(?=https?://)")
_QUOTES = " \t\"'<>,;"


def sitemaps_in_robots(named: Iterable[str], robots_url: str) -> tuple[str, ...]:
    """The absolute URLs of the sitemaps that a robots.txt names, without what is no URL and without itself.

    The protocol asks for absolute URLs (RFC 9309 leaves it to sitemaps.org), but relative ones are common, and so are
    URLs in quotes, without a scheme, and several on one line.
    """
    sitemaps: dict[str, None] = {}
    for name in (one for text in named for one in _SEVERAL.split(text)):
        try:
            url = absolute_url(join_url(robots_url, name.strip(_QUOTES)))
        except ValueError:
            continue
        if urlsplit(url).path != "/robots.txt":
            sitemaps.setdefault(url)
    return tuple(sitemaps)


def usual_locations(url: str) -> list[FoundListing]:
    """Where a website that names no feed or sitemap usually has them."""
    return [
        *(FoundListing(urljoin(url, path), Kind.FEED) for path in COMMON_FEEDS),
        *(FoundListing(urljoin(url, path), Kind.SITEMAP) for path in COMMON_SITEMAPS),
    ]
