"""Other URLs to try when a server does not know the one in the listing."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from crawlers.discovery.urls import absolute_url, normalise_url


def fallback_urls(url: str) -> tuple[str, ...]:
    """Other URLs of a page whose `url` is answered with 404: the likeliest first, without `url` itself.

    Feed services append tracking parameters, even to URLs that already have some, and some servers then no longer find
    the page. So this tries the URL without repeated parameters first, then without any tracking parameters.
    """
    parts = urlsplit(url)
    first: dict[str, str] = {}
    for parameter in parts.query.split("&"):
        first.setdefault(parameter.partition("=")[0], parameter)
    without_repetition = absolute_url(urlunsplit(parts._replace(query="&".join(first.values()))))
    return tuple(
        other for other in dict.fromkeys((without_repetition, normalise_url(url))) if other != absolute_url(url)
    )
