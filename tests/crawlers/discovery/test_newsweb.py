"""Discovery on the captured news web: real URLs of some 190 publishers, and the listings its server makes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from crawlers.discovery import (
    absolute_url,
    find_feeds,
    normalise_url,
    parse_feed,
    parse_section,
    parse_sitemap,
    url_key,
)

if TYPE_CHECKING:
    from types import ModuleType

    from tests.crawlers.discovery.conftest import Captured

pytestmark = pytest.mark.newsweb


def test_different_articles_never_get_the_same_key(captured: dict[str, list[Captured]]) -> None:
    originals = {article.original for articles in captured.values() for article in articles}
    assert len(originals) > 200
    assert len({url_key(original) for original in originals}) == len(originals)
    assert len({normalise_url(original) for original in originals}) == len(originals)


def test_every_url_is_requested_as_it_is_served(captured: dict[str, list[Captured]]) -> None:
    for articles in captured.values():
        for article in articles:
            assert absolute_url(article.path, f"http://{articles[0].url.split('/')[2]}/feed.xml") == article.url


def test_a_section_page_gives_exactly_its_articles(captured: dict[str, list[Captured]], newsweb: ModuleType) -> None:
    for host, articles in captured.items():
        body = newsweb.front_page(host, articles, True).encode()
        listing = parse_section(body, f"http://{host}/section/news", "utf-8")
        assert [link.url for link in listing.links] == [article.url for article in articles]
        assert find_feeds(body, f"http://{host}/section/news") == (f"http://{host}/feed.xml",)


@pytest.mark.parametrize("make", ["rss", "atom"])
def test_a_feed_gives_exactly_its_articles(captured: dict[str, list[Captured]], newsweb: ModuleType, make: str) -> None:
    for host, articles in captured.items():
        listing = parse_feed(getattr(newsweb, make)(host, articles).encode(), f"http://{host}/feed.xml")
        assert [link.url for link in listing.links] == [newsweb.tracked(article) for article in articles]
        assert listing.problem is None


def test_sitemaps_give_exactly_their_articles(captured: dict[str, list[Captured]], newsweb: ModuleType) -> None:
    for host, articles in captured.items():
        expected = [article.url for article in articles]
        news = parse_sitemap(newsweb.news_sitemap(host, articles).encode(), f"http://{host}/news-sitemap.xml")
        assert [link.url for link in news.links] == expected
        everything = parse_sitemap(gzip.compress(newsweb.sitemap(host, articles).encode()), f"http://{host}/all.xml.gz")
        assert [link.url for link in everything.links] == [*expected, f"http://{host}/about", f"http://{host}/contact"]
        index = parse_sitemap(newsweb.sitemap_index(host).encode(), f"http://{host}/sitemap_index.xml")
        assert [child.url for child in index.listings] == [
            f"http://{host}/news-sitemap.xml",
            f"http://{host}/sitemap-all.xml.gz",
        ]


@pytest.mark.parametrize("make", ["rss", "atom"])
def test_a_broken_feed_gives_the_articles_before_the_break(
    captured: dict[str, list[Captured]], newsweb: ModuleType, make: str
) -> None:
    for host, articles in captured.items():
        whole = getattr(newsweb, make)(host, articles)
        broken = whole[: len(whole) * 2 // 3].replace("<title>", "<title>&nbsp;&bogus; ", 1)
        listing = parse_feed(broken.encode(), f"http://{host}/feed.xml")
        found = [link.url for link in listing.links]
        assert found == [newsweb.tracked(article) for article in articles][: len(found)]
        assert len(found) >= broken.count("</item>") + broken.count("</entry>")
        assert listing.problem


def test_an_entity_bomb_does_no_harm(newsweb: ModuleType) -> None:
    listing = parse_feed(
        newsweb.XML_BOMB.replace("HOST", "courier.example").encode(), "http://courier.example/feed.xml"
    )
    assert [(link.url, link.title) for link in listing.links] == [("http://courier.example/xxe", "&xxe;")]
