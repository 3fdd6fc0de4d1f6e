"""A crawler of other people's sites says whom to write to: checked before anything is asked."""

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
    'an address that publishers can write to, as in contact = "mailto:desk@example.org" under [crawl]; it may be '
    "missing only where every source has allow_private_addresses = true or is reached by a proxy on this machine"
)


def require_contact(sources: Sources, file: Path, proxies: Mapping[str, str] | None = None) -> None:
    """Raise SourcesError where a source on the public web would be asked without a contact in the user agent.

    `proxies` are addresses by scheme, as `urllib.request.getproxies` gives them and Scrapy uses them.
    """
    for source in sources.sources:
        addresses = [request.url for request in entry_points(source)]
        if not source.allow_private_addresses and not may_crawl(sources.settings, addresses, proxies):
            raise SourcesError([Problem(file, "crawl.contact", f"no contact, and {source.name!r} is public", ALLOWED)])


def may_crawl(settings: CrawlSettings, addresses: Iterable[str], proxies: Mapping[str, str] | None = None) -> bool:
    """Whether addresses may be asked: there is a contact, or a proxy on this machine stands before all of them."""
    known = getproxies() if proxies is None else proxies
    return bool(settings.contact) or all(_stays_here(url, known) for url in addresses)


def _stays_here(url: str, proxies: Mapping[str, str]) -> bool:
    parts = urlsplit(url)
    proxy = proxies.get(parts.scheme)
    if proxy is None or proxy_bypass(parts.hostname or ""):
        return False
    host = urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
