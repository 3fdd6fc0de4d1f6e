"""The catalogue of publishers included in newsloom: names, countries, languages, front pages, feeds and sitemaps."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from collections.abc import Collection

FILE = Path(__file__).parent / "publishers.toml"
GENERAL = "general"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A publisher: its URLs when the catalogue was compiled, its languages (ISO 639-1) and its country (ISO 3166-1).

    `topic` is what it covers if not the news in general. `news_sitemaps` are Google News sitemaps, which list the
    articles of two days; `sitemaps` list everything. One without any listing is asked by its front page.
    """

    name: str
    homepage: str
    languages: tuple[str, ...]
    country: str
    topic: str = GENERAL
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
            country=entry["country"],
            topic=entry.get("topic", GENERAL),
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


def by_kind(
    languages: Collection[str] = (), countries: Collection[str] = (), topics: Collection[str] = ()
) -> tuple[CatalogueEntry, ...]:
    """Publishers in one of the languages, from one of the countries, on one of the topics; any where none is named.

    Raises CrawlersError for a value that the catalogue does not have, and if no publisher fits all of them.
    """
    wanted = {
        "language": {code.casefold() for code in languages},
        "country": {code.upper() for code in countries},
        "topic": {topic.casefold() for topic in topics},
    }
    for kind, values in wanted.items():
        known = {value for publisher in catalogue() for value in _values(publisher, kind)}
        if unknown := sorted(values - known):
            raise CrawlersError(
                f"no publisher in the catalogue with {kind} {unknown[0]!r}; available: {', '.join(sorted(known))}"
            )
    found = tuple(
        publisher
        for publisher in catalogue()
        if all(not values or values & _values(publisher, kind) for kind, values in wanted.items())
    )
    if not found:
        asked = ", ".join(f"{kind} {' or '.join(sorted(values))}" for kind, values in wanted.items() if values)
        raise CrawlersError(f"no publisher in the catalogue with {asked} at the same time; leave one of them out")
    return found


def _values(publisher: CatalogueEntry, kind: str) -> set[str]:
    return {"language": {*publisher.languages}, "country": {publisher.country}, "topic": {publisher.topic}}[kind]
