"""Checks, before anything is requested, that a crawl of public sites has a contact address."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from crawlers.errors import Problem, SourcesError
from crawlers.plan.build import entry_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from crawlers.sources.model import CrawlSettings, Sources

ALLOWED = (
    'a contact address for publishers under [crawl], for example contact = "mailto:desk@example.org"; it may be '
    "missing only if every source has allow_private_addresses = true or is reached through a proxy on this machine"
)


def require_contact(sources: Sources, file: Path, proxies: Mapping[str, str] | None = None) -> None:
    """Raise SourcesError if a source on the public web would be crawled without a contact in the user agent.

    `proxies` maps URL schemes to proxies, like `urllib.request.getproxies`, which Scrapy uses too.
    """
    for source in sources.sources:
        urls = [request.url for request in entry_points(source)]
        if not source.allow_private_addresses and not may_crawl(sources.settings, urls, proxies):
            raise SourcesError(
                [Problem(file, "crawl.contact", f"no contact address for the public source {source.name!r}", ALLOWED)]
            )


def may_crawl(settings: CrawlSettings, urls: Iterable[str], proxies: Mapping[str, str] | None = None) -> bool:
    """Whether URLs may be crawled: there is a contact, or all are reached through a proxy on this machine."""
    known = getproxies() if proxies is None else proxies
    return bool(settings.contact) or all(_stays_on_this_machine(url, known) for url in urls)


def _stays_on_this_machine(url: str, proxies: Mapping[str, str]) -> bool:
    parts = urlsplit(url)
    proxy = proxies.get(parts.scheme)
    if proxy is None or proxy_bypass(parts.hostname or ""):
        return False
    host = urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
