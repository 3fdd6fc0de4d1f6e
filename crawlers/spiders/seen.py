"""What a crawl remembers of addresses: which it has asked for, which were not there, which need not be asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from crawlers.discovery import Link, absolute_url, url_key
from crawlers.discovery.url_fallbacks import fallback_urls
from crawlers.spiders.filters import LinkFilter, newest_links, newest_listings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.archive import FoundListing, Kind
    from crawlers.plan.model import PlannedSource

MAX_SPELLINGS = 3  # of an address that is not there, beside the first


class KnownKeys(Protocol):
    """The addresses that earlier crawls have settled, by key."""

    def has_key(self, key: int) -> bool:
        """Whether this one is settled."""


class SeenUrls:
    """One crawl's memory, by `url_key`, whatever the spelling; `known` is what earlier crawls have settled."""

    def __init__(self, sources: Iterable[PlannedSource], known: KnownKeys | None) -> None:
        self._known = known
        self._asked: set[int] = set()
        self._gone: set[int] = set()
        self._spellings: dict[int, list[str]] = {}
        self._filters = {source.name: LinkFilter(source) for source in sources}

    def claim(self, url: str) -> bool:
        """Whether an address is still to be asked for in this crawl; from now on it is not."""
        key = url_key(url)
        if key in self._asked and key not in self._gone:
            return False
        self._asked.add(key)
        self._gone.discard(key)
        return True

    def new_links(self, source: str, kind: Kind, links: Iterable[Link]) -> tuple[list[Link], Counter[str]]:
        """Those links of a listing that nobody knows yet and that the source wants, each once, the newest first.

        Beside them: how many new ones it does not want, by the reason in words.
        """
        link_filter = self._filters[source]
        new: dict[int, Link] = {}
        left_out: Counter[str] = Counter()
        for link in links:
            try:
                url = absolute_url(link.url)
            except ValueError:
                continue
            key = url_key(url)
            if key in new or (self._known is not None and self._known.has_key(key)):
                continue
            if key in self._asked and key not in self._gone:
                self._spellings.setdefault(key, []).append(url)
                continue
            link = replace(link, url=url)
            why_not = link_filter.reason_to_skip(link, kind)
            if why_not is not None:
                left_out[why_not] += 1
                continue
            new[key] = link
        return newest_links(new.values()), left_out

    def new_listings(self, source: str, listings: Iterable[FoundListing]) -> tuple[list[FoundListing], int]:
        """Those further listings that the source's window of time lets through, the newest first.

        Beside them: how many it does not let through.
        """
        found = list(listings)
        wanted = [listing for listing in found if not self._filters[source].is_too_old(listing)]
        return newest_listings(wanted), len(found) - len(wanted)

    def next_spelling(self, url: str, tried: list[str]) -> str | None:
        """Another address of a page that is not at `url`: one that a listing gave for it, or a likely one.

        `tried` are those that were asked for, and is added to. None where there is no other: then the page is gone,
        unless a listing spells it anew.
        """
        key = url_key(url)
        candidates: tuple[str, ...] = (*self._spellings.get(key, ()), *fallback_urls(url))
        for spelling in candidates:
            if spelling not in tried and len(tried) <= MAX_SPELLINGS:
                tried.append(spelling)
                return spelling
        self._gone.add(key)
        return None
