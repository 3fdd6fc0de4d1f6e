"""The catalogue of publishers that comes with newsloom: names, front pages, feeds and sitemaps, by language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawlers.errors import CrawlersError
from crawlers.languages import ISO_639_1

FILE = Path(__file__).parent / "publishers.toml"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A publisher: addresses as they were known when the catalogue was made, languages as ISO 639-1 codes.

    `news_sitemaps` are Google News sitemaps, which name the articles of two days; `sitemaps` name everything.
    """

    name: str
    homepage: str
    languages: tuple[str, ...]
    feeds: tuple[str, ...] = ()
    news_sitemaps: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()

    @property
    def asks(self) -> dict[str, tuple[str, ...]]:
        """What a source asks of it: feeds and news sitemaps, and only for want of these the sitemaps of everything."""
        if self.feeds or self.news_sitemaps:
            return {"feeds": self.feeds, "sitemaps": self.news_sitemaps}
        return {"sitemaps": self.sitemaps}


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """All publishers, by language and name."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["publisher"]
    return tuple(
        CatalogueEntry(
            name=entry["name"],
            homepage=entry["homepage"],
            languages=tuple(entry["languages"]),
            feeds=tuple(entry.get("feeds", ())),
            news_sitemaps=tuple(entry.get("news_sitemaps", ())),
            sitemaps=tuple(entry.get("sitemaps", ())),
        )
        for entry in entries
    )


def by_name(wanted: str) -> tuple[CatalogueEntry, ...]:
    """Publishers whose name is, or else holds, what is wanted (case aside). Raises CrawlersError without any."""
    folded = wanted.casefold().strip()
    exact = tuple(publisher for publisher in catalogue() if publisher.name.casefold() == folded)
    found = exact or tuple(publisher for publisher in catalogue() if folded in publisher.name.casefold())
    if not found or not folded:
        raise CrawlersError(
            f"the catalogue has no publisher {wanted!r}; `newsloom sources catalogue` lists all {len(catalogue())}"
        )
    return found


def by_language(code: str) -> tuple[CatalogueEntry, ...]:
    """Publishers in a language. Raises CrawlersError for a code that is none, or one that no publisher has."""
    has = sorted({language for publisher in catalogue() for language in publisher.languages})
    found = tuple(publisher for publisher in catalogue() if code in publisher.languages)
    if not found:
        kind = "no publisher in" if code in ISO_639_1 else "no such language as"
        raise CrawlersError(f"the catalogue has {kind} {code!r}; it has {', '.join(has)} (ISO 639-1)")
    return found
