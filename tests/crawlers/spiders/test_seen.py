"""What a crawl remembers of addresses."""

from __future__ import annotations

from crawlers.archive import Kind
from crawlers.discovery import Link, url_key
from crawlers.plan.model import PlannedSource
from crawlers.spiders.seen import MAX_SPELLINGS, SeenUrls

PAGE = "http://a.example/news/report"


class Settled:
    def __init__(self, *urls: str) -> None:
        self.keys = {url_key(url) for url in urls}

    def has_key(self, key: int) -> bool:
        return key in self.keys


def memory(*settled: str, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> SeenUrls:
    return SeenUrls([PlannedSource("a", 0.0, include=include, exclude=exclude)], Settled(*settled))


def new(memory: SeenUrls, *urls: str) -> list[str]:
    return [link.url for link in memory.new_links("a", Kind.FEED, [Link(url) for url in urls])[0]]


def test_an_address_is_claimed_once_whatever_its_spelling() -> None:
    crawl = memory()
    assert crawl.claim(PAGE)
    assert not crawl.claim(PAGE + "?utm_source=rss#top")
    assert crawl.claim(PAGE + "?page=2")


def test_links_are_new_once_and_only_if_nobody_knows_them() -> None:
    crawl = memory("http://a.example/old")
    crawl.claim("http://a.example/asked")
    links = ("http://a.example/old", "http://a.example/asked", PAGE, PAGE + "?utm_medium=x", "mailto:a@a.example")
    assert new(crawl, *links) == [PAGE]


def test_patterns_let_links_through() -> None:
    crawl = memory(include=("/news/",), exclude=("/news/sport", "[?]print"))
    assert new(crawl, PAGE, "http://a.example/about", "http://a.example/news/sport/1", PAGE + "2?print") == [PAGE]


def test_a_page_that_is_not_there_is_tried_by_its_other_spellings() -> None:
    crawl = memory()
    asked = PAGE + "?utm_source=rss"
    crawl.claim(asked)
    assert new(crawl, PAGE + "?utm_source=mail") == []
    tried = [asked]
    assert crawl.next_spelling(asked, tried) == PAGE + "?utm_source=mail"
    assert crawl.next_spelling(asked, tried) == PAGE
    assert crawl.next_spelling(asked, tried) is None


def test_spellings_are_tried_a_few_times_only() -> None:
    crawl = memory()
    crawl.claim(PAGE)
    new(crawl, *(f"{PAGE}?utm_source={number}" for number in range(10)))
    tried = [PAGE]
    while crawl.next_spelling(PAGE, tried) is not None:
        pass
    assert len(tried) == 1 + MAX_SPELLINGS


def test_a_page_that_was_not_there_is_new_when_it_is_listed_otherwise() -> None:
    crawl = memory()
    crawl.claim(PAGE)
    assert crawl.next_spelling(PAGE, [PAGE]) is None
    assert new(crawl, PAGE + "?utm_source=rss") == [PAGE + "?utm_source=rss"]
    assert crawl.claim(PAGE + "?utm_source=rss")
    assert not crawl.claim(PAGE)
