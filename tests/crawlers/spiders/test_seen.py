"""Which URLs a crawl has seen, and which it tries instead of a missing one."""

from __future__ import annotations

from crawlers.archive import Kind
from crawlers.discovery import Link, url_key
from crawlers.plan.model import PlannedSource
from crawlers.spiders.seen import MAX_FALLBACKS, SeenUrls

PAGE = "http://a.example/news/report"


class Settled:
    def __init__(self, *urls: str) -> None:
        self.keys = {url_key(url) for url in urls}

    def has_key(self, key: int) -> bool:
        return key in self.keys


def seen_urls(*settled: str, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> SeenUrls:
    ignored: dict[str, tuple[str, ...]] = {"a.example": ("pos",)}
    planned = PlannedSource("a", 0.0, include=include, exclude=exclude, ignored_parameters=ignored)
    return SeenUrls([planned], Settled(*settled))


def new(seen: SeenUrls, *urls: str) -> list[str]:
    return [link.url for link in seen.new_links("a", Kind.FEED, [Link(url) for url in urls])[0]]


def test_a_url_is_claimed_once_whatever_its_spelling() -> None:
    seen = seen_urls()
    assert seen.claim(PAGE)
    assert not seen.claim(PAGE + "?utm_source=rss#top")
    assert seen.claim(PAGE + "?page=2")


def test_links_are_new_once_and_only_if_no_crawl_knows_them() -> None:
    seen = seen_urls("http://a.example/old")
    seen.claim("http://a.example/asked")
    links = ("http://a.example/old", "http://a.example/asked", PAGE, PAGE + "?utm_medium=x", "mailto:a@a.example")
    assert new(seen, *links) == [PAGE]


def test_patterns_let_links_through() -> None:
    seen = seen_urls(include=("/news/",), exclude=("/news/sport", "[?]print"))
    assert new(seen, PAGE, "http://a.example/about", "http://a.example/news/sport/1", PAGE + "2?print") == [PAGE]


def test_a_missing_page_is_tried_at_its_other_urls() -> None:
    seen = seen_urls()
    asked = PAGE + "?utm_source=rss"
    seen.claim(asked)
    assert new(seen, PAGE + "?utm_source=mail") == []
    tried = [asked]
    assert seen.next_fallback("a", asked, tried) == PAGE + "?utm_source=mail"
    assert seen.next_fallback("a", asked, tried) == PAGE
    assert seen.next_fallback("a", asked, tried) is None


def test_only_a_few_other_urls_are_tried() -> None:
    seen = seen_urls()
    seen.claim(PAGE)
    new(seen, *(f"{PAGE}?utm_source={number}" for number in range(10)))
    tried = [PAGE]
    while seen.next_fallback("a", PAGE, tried) is not None:
        pass
    assert len(tried) == 1 + MAX_FALLBACKS


def test_a_missing_page_is_new_when_a_listing_gives_another_url() -> None:
    seen = seen_urls()
    seen.claim(PAGE)
    assert seen.next_fallback("a", PAGE, [PAGE]) is None
    assert new(seen, PAGE + "?utm_source=rss") == [PAGE + "?utm_source=rss"]
    assert seen.claim(PAGE + "?utm_source=rss")
    assert not seen.claim(PAGE)


def test_a_url_that_differs_only_by_ignored_parameters_is_not_new() -> None:
    slug, short = "http://a.example/news/the-harbour-is-closed", "http://a.example/news/c4g8"
    seen = seen_urls("http://a.example/news/c4g8", "http://a.example/story")
    links = (f"{slug}?pos=1", f"{slug}?pos=2&utm_source=rss", slug, f"{slug}?page=2", f"{short}?pos=1")
    assert new(seen, *links) == [f"{slug}?pos=1", f"{slug}?page=2"]
    story = "http://a.example/story?pos=3"
    assert new(seen, story) == [story], "an answer at /story is not that of each story"
    assert seen.claim(f"{slug}?pos=1", "a")
    assert not seen.claim(f"{slug}?pos=2", "a")
    assert seen.claim(f"{slug}?pos=2"), "a known article is checked again at its own URL"
    assert new(seen, f"{slug}?pos=3", slug) == []
    # The others are tried if it is missing.
    assert seen.next_fallback("a", f"{slug}?pos=1", [f"{slug}?pos=1"]) == f"{slug}?pos=3"


def test_urls_that_only_ignored_parameters_tell_apart_are_both_requested_where_nothing_else_names_the_article() -> None:
    links = ("http://a.example/story?pos=1", "http://a.example/story?pos=2")
    assert new(seen_urls(), *links) == list(links)
