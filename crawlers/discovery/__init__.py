"""Finds the links in feeds, sitemaps and section pages: no network, no clock, no rules for single sites."""

from crawlers.discovery.feeds import parse_feed
from crawlers.discovery.known_urls import KnownUrls, write_keys, write_sorted_keys
from crawlers.discovery.listing import BadListingError, Link, Listing, ListingLink, link_date, link_dates
from crawlers.discovery.sections import find_feeds, parse_section
from crawlers.discovery.sitemaps import parse_sitemap
from crawlers.discovery.url_evidence import is_not_article
from crawlers.discovery.urls import absolute_url, article_id, normalise_url, same_site, url_key, url_key_or_none

__all__ = [
    "BadListingError",
    "KnownUrls",
    "Link",
    "Listing",
    "ListingLink",
    "absolute_url",
    "article_id",
    "find_feeds",
    "is_not_article",
    "link_date",
    "link_dates",
    "normalise_url",
    "parse_feed",
    "parse_section",
    "parse_sitemap",
    "same_site",
    "url_key",
    "url_key_or_none",
    "write_keys",
    "write_sorted_keys",
]
