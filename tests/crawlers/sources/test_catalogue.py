"""The catalogue that comes with newsloom, and entries made of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawlers.errors import CrawlersError
from crawlers.languages import ISO_639_1
from crawlers.sources.catalogue import by_kind, by_name, catalogue
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
    assert len(parsed) == len(catalogue()) > 250
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


def test_publishers_are_found_by_name_or_part_of_it() -> None:
    assert [publisher.name for publisher in by_name("the bbc")] == ["The BBC"]
    assert "The BBC" in {publisher.name for publisher in by_name("BBC")}
    for wrong in ("", "Zzz"):
        with pytest.raises(CrawlersError, match="no publisher named"):
            by_name(wrong)


def test_publishers_are_found_by_language_country_and_topic() -> None:
    austrian = by_kind(["de"], ["at", "CH"])
    assert {publisher.country for publisher in austrian} == {"AT", "CH"}
    assert all("de" in publisher.languages for publisher in austrian)
    assert "Der Standard" in {publisher.name for publisher in austrian}
    assert by_kind(topics=["technology"]) == tuple(found for found in catalogue() if found.topic == "technology")
    assert by_kind() == catalogue()
    with pytest.raises(CrawlersError, match=r"language 'xx'; available: .*\bde, "):
        by_kind(["xx"])
    with pytest.raises(CrawlersError, match="language vi, country FR at the same time"):
        by_kind(["vi"], ["FR"])


def test_no_listing_is_of_one_day_or_year() -> None:
    dated = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d{3})")
    for publisher in catalogue():
        for url in (*publisher.feeds, *publisher.news_sitemaps, *publisher.sitemaps):
            assert not dated.search(url), url
