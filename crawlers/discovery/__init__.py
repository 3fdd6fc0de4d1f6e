"""From the bytes of a feed, a sitemap or a section page to links: no network, no clock, no rules for single sites."""

from crawlers.discovery.dates import day_in_address
from crawlers.discovery.feeds import parse_feed
from crawlers.discovery.known_urls import KnownAddresses, write_known, write_sorted
from crawlers.discovery.listing import BadListing, Child, Link, Listing, dated
from crawlers.discovery.sections import find_feeds, parse_section
from crawlers.discovery.sitemaps import parse_sitemap
from crawlers.discovery.url_evidence import is_no_article
from crawlers.discovery.urls import absolute, address_key, article_id, normalise, same_site

__all__ = [
    "BadListing",
    "Child",
    "KnownAddresses",
    "Link",
    "Listing",
    "absolute",
    "address_key",
    "article_id",
    "dated",
    "day_in_address",
    "find_feeds",
    "is_no_article",
    "normalise",
    "parse_feed",
    "parse_section",
    "parse_sitemap",
    "same_site",
    "write_known",
    "write_sorted",
]
