"""Other spellings of an address, for when a server does not know the one that a listing gave."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from crawlers.discovery.urls import absolute_url, normalise_url


def fallback_urls(url: str) -> tuple[str, ...]:
    """What else a page may go by when `url` is answered with 404: the likeliest first, none of them `url` itself.

    Feed services append tracking parameters, also to addresses that have some already, and there are servers that then
    know the page no more. So: without parameters that repeat an earlier one's name, then without any tracking.
    """
    parts = urlsplit(url)
    named: dict[str, str] = {}
    for parameter in parts.query.split("&"):
        named.setdefault(parameter.partition("=")[0], parameter)
    once = absolute_url(urlunsplit(parts._replace(query="&".join(named.values()))))
    return tuple(spelling for spelling in dict.fromkeys((once, normalise_url(url))) if spelling != absolute_url(url))
