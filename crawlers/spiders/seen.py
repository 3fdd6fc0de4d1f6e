"""The URLs that a crawl has seen: requested ones, missing ones, and those that earlier crawls have settled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from crawlers.discovery import Link, absolute_url, url_key, url_key_or_none
from crawlers.discovery.parameters import IgnoredParameters
from crawlers.discovery.url_fallbacks import fallback_urls
from crawlers.spiders.filters import LinkFilter, newest_links, newest_listings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.archive import FoundListing, Kind
    from crawlers.plan.model import PlannedSource

MAX_FALLBACKS = 3  # other URLs that are tried for a page that is missing at its own


class KnownKeys(Protocol):
    """The URLs that earlier crawls have settled, by key."""

    def has_key(self, key: int) -> bool:
        """Whether the URL with this key is settled."""


class SeenUrls:
    """The URLs of one crawl by `url_key`, whatever their spelling; `known` are those that earlier crawls settled."""

    def __init__(self, sources: Iterable[PlannedSource], known: KnownKeys | None) -> None:
        self._known = known
        self._requested: set[int] = set()
        self._gone: set[int] = set()
        self._other_urls: dict[int, list[str]] = {}
        self._filters: dict[str, LinkFilter] = {}
        self._ignored: dict[str, IgnoredParameters] = {}
        for source in sources:
            self._filters[source.name] = LinkFilter(source)
            self._ignored[source.name] = IgnoredParameters(source.ignored_parameters)

    def claim(self, url: str, source: str | None = None) -> bool:
        """Whether this crawl has yet to request a URL; marks it as requested.

        `source` is that of a new page, which is also compared without the parameters that its source ignores.
        """
        keys = [url_key(url)] if source is None else self._keys(source, url)
        if any(self._is_requested(key) for key in keys):
            return False
        self._requested.update(keys)
        self._gone.difference_update(keys)
        return True

    def _is_requested(self, key: int) -> bool:
        return key in self._requested and key not in self._gone

    def _keys(self, source: str, url: str) -> list[int]:
        """The key of a page, and that without ignored parameters, if the page is surely the same without them."""
        shorter = self._ignored[source].shorter(url)
        return [url_key(url), *([shorter.key] if shorter is not None and shorter.names_article else ())]

    def new_links(self, source: str, kind: Kind, links: Iterable[Link]) -> tuple[list[Link], Counter[str]]:
        """The links of a listing that are new and pass the source's filter, without duplicates, newest first.

        Also returns how many new ones the filter left out, by reason in words.
        """
        link_filter = self._filters[source]
        new: dict[int, Link] = {}
        left_out: Counter[str] = Counter()
        for link in links:
            try:
                url = absolute_url(link.url)
            except ValueError:
                continue
            keys = self._keys(source, url)
            if not new.keys().isdisjoint(keys) or self._is_known(source, url):
                continue
            requested = [key for key in keys if self._is_requested(key)]
            if requested:
                self._other_urls.setdefault(requested[-1], []).append(url)
                continue
            link = replace(link, url=url)
            reason = link_filter.reason_to_skip(link, kind)
            if reason is not None:
                left_out[reason] += 1
                continue
            new[keys[-1]] = link
        return newest_links(new.values()), left_out

    def _is_known(self, source: str, url: str) -> bool:
        if self._known is None:
            return False
        shorter = self._ignored[source].shorter(url)
        if shorter is not None and shorter.may_name_page and self._known.has_key(shorter.key):
            return True
        return self._known.has_key(url_key(url))

    def new_listings(self, source: str, listings: Iterable[FoundListing]) -> tuple[list[FoundListing], int]:
        """The listings within the source's date range, newest first, and how many are outside it.

        Those that no crawl can request are left out: they are stored, and would fail each later run.
        """
        found = [listing for listing in listings if url_key_or_none(listing.url) is not None]
        wanted = [listing for listing in found if not self._filters[source].is_too_old(listing)]
        return newest_listings(wanted), len(found) - len(wanted)

    def next_fallback(self, source: str, url: str, tried: list[str]) -> str | None:
        """Another URL to try for a page that is missing at `url`: one that a listing gives for it, or a likely one.

        `tried` are the URLs requested so far; the result is added to it. None if there is no other: then the page is
        gone, unless a listing gives another URL for it later.
        """
        keys = self._keys(source, url)
        candidates = [*(other for key in keys for other in self._other_urls.get(key, ())), *fallback_urls(url)]
        for candidate in candidates:
            if candidate not in tried and len(tried) <= MAX_FALLBACKS:
                tried.append(candidate)
                return candidate
        self._gone.update(keys)
        return None
