"""The catalogue of publishers included in newsloom: names, front pages, feeds and sitemaps, by language."""

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
    """A publisher: its URLs when the catalogue was compiled, and its languages as ISO 639-1 codes.

    `news_sitemaps` are Google News sitemaps, which list the articles of two days; `sitemaps` list everything.
    """

    name: str
    homepage: str
    languages: tuple[str, ...]
    feeds: tuple[str, ...] = ()
    news_sitemaps: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()

    @property
    def asks(self) -> dict[str, tuple[str, ...]]:
        """The listings for a source: feeds and news sitemaps, or the full sitemaps if there are neither."""
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
    """Publishers with this name, or else with this text in their name, ignoring case. CrawlersError if none."""
    folded = wanted.casefold().strip()
    exact = tuple(publisher for publisher in catalogue() if publisher.name.casefold() == folded)
    found = exact or tuple(publisher for publisher in catalogue() if folded in publisher.name.casefold())
    if not found or not folded:
        raise CrawlersError(
            f"no publisher named {wanted!r} in the catalogue; `newsloom sources catalogue` lists all {len(catalogue())}"
        )
    return found


def by_language(code: str) -> tuple[CatalogueEntry, ...]:
    """Publishers in a language. Raises CrawlersError for an invalid code, or one without any publisher."""
    has = sorted({language for publisher in catalogue() for language in publisher.languages})
    found = tuple(publisher for publisher in catalogue() if code in publisher.languages)
    if not found:
        problem = "no publisher in the catalogue with language" if code in ISO_639_1 else "unknown language"
        raise CrawlersError(f"{problem} {code!r}; available (ISO 639-1): {', '.join(has)}")
    return found
