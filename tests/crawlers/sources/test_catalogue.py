"""The catalogue that comes with newsloom, and entries made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.errors import CrawlersError
from crawlers.languages import ISO_639_1
from crawlers.sources.catalogue import by_language, by_name, catalogue
from crawlers.sources.model import parse_sources
from crawlers.sources.write import entry, free_name

FILE = Path("sources.toml")


def test_every_publisher_makes_a_valid_entry() -> None:
    taken: set[str] = set()
    entries = []
    for publisher in catalogue():
        name = free_name(publisher.name, taken)
        taken.add(name)
        asks = publisher.asks
        feeds, sitemaps = asks.get("feeds", ()), asks.get("sitemaps", ())
        entries.append(entry(name, homepage=publisher.homepage, feeds=feeds, sitemaps=sitemaps))
    parsed = parse_sources("\n".join(entries).encode(), FILE).sources
    assert len(parsed) == len(catalogue()) > 150
    assert [(source.homepage, source.feeds) for source in parsed] == [
        (publisher.homepage, publisher.asks.get("feeds", ())) for publisher in catalogue()
    ]


def test_languages_are_codes_and_names_and_addresses_are_given_once() -> None:
    assert {language for publisher in catalogue() for language in publisher.languages} <= ISO_639_1
    for publisher in catalogue():
        for urls in (publisher.feeds, publisher.news_sitemaps, publisher.sitemaps):
            assert len(set(urls)) == len(urls)
    names = [publisher.name for publisher in catalogue()]
    assert len(set(names)) == len(names)


def test_publishers_are_found_by_name_or_part_of_it_and_by_language() -> None:
    assert [publisher.name for publisher in by_name("the bbc")] == ["The BBC"]
    assert "The BBC" in {publisher.name for publisher in by_name("BBC")}
    assert all("de" in publisher.languages for publisher in by_language("de"))
    for wrong in ("", "Zzz"):
        with pytest.raises(CrawlersError, match="no publisher named"):
            by_name(wrong)
    with pytest.raises(CrawlersError, match="unknown language 'xx'"):
        by_language("xx")
    with pytest.raises(CrawlersError, match="no publisher in the catalogue with language 'eo'"):
        by_language("eo")
