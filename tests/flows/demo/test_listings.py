"""What the demo's newspapers list: feeds, sitemaps, front pages, robots.txt and the sources."""

from __future__ import annotations

import gzip
import tomllib
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree, html

from flows.demo import sites
from flows.demo.newspapers import EDITIONS, newspapers
from flows.demo.web import ServedPage, default_robots, without_tracking


def page_at(url: str, edition: int = 1) -> ServedPage:
    page = sites.demo_page(url, edition)
    assert page is not None, url
    return page


def strings(node: html.HtmlElement | etree._Element, xpath: str) -> list[str]:
    """The attributes or texts an XPath finds; lxml's own type allows for everything else an XPath may give."""
    found = node.xpath(xpath)
    assert isinstance(found, list)
    return [str(text) for text in found]


def feed_links(edition: int) -> dict[str, list[str]]:
    found = {}
    for paper in newspapers(edition):
        feed = etree.fromstring(page_at(paper.url(paper.feed_path), edition).body)
        found[paper.key] = strings(feed, "//item/link/text() | //*[local-name()='entry']/*[local-name()='link']/@href")
    return found


def sitemap_links(host: str, edition: int) -> list[str]:
    def locations(body: bytes) -> list[str]:
        return strings(etree.fromstring(body), "//*[local-name()='loc']/text()")

    root = page_at(f"http://{host}/sitemap.xml", edition).body
    if b"<sitemapindex" not in root:
        return locations(root)
    return [url for child in locations(root) for url in locations(gzip.decompress(page_at(child, edition).body))]


@pytest.mark.parametrize("edition", EDITIONS)
def test_feeds_list_every_story_and_some_links_are_tracked(edition: int) -> None:
    links = feed_links(edition)
    plain = [without_tracking(url) for urls in links.values() for url in urls]
    assert sorted(plain) == sorted([*(found.url for found in sites.demo_articles(edition)), sites.DEAD])
    tracked = [url for urls in links.values() for url in urls if "utm_" in url]
    assert 0 < len(tracked) < sum(map(len, links.values())) / 2


@pytest.mark.parametrize("edition", EDITIONS)
def test_sitemaps_list_every_story(edition: int) -> None:
    listed = {url for site in sites.demo_sites(edition) for url in sitemap_links(site.host, edition)}
    assert listed == {found.url for found in sites.demo_articles(edition) if found.kind != "duplicate"}


def test_sitemaps_come_in_three_forms() -> None:
    bodies = {site.host: page_at(f"http://{site.host}/sitemap.xml").body for site in sites.demo_sites(1)}
    assert b"<news:publication_date>" in bodies["harbour-courier.example"]
    assert b"<sitemapindex" in bodies["kestrel-valley-post.example"]
    assert b"<lastmod>" in bodies["nordblatt.example"]
    assert b"<news:" not in bodies["nordblatt.example"]


def test_front_page_links_its_stories_its_menu_and_the_private_newsroom() -> None:
    for paper in newspapers(2):
        front = page_at(paper.url("/"), 2)
        links = set(strings(html.fromstring(front.body), "//a/@href"))
        stories = {story.path for story in paper.stories if story.kind != "no-article"}
        assert stories | set(paper.sections.values()) | {"/about", sites.NEWSROOM} <= links


def test_private_newsroom_exists_and_is_disallowed() -> None:
    assert page_at(sites.FORBIDDEN).status == 200
    robots = RobotFileParser()
    robots.parse(default_robots("harbour-courier.example").decode().splitlines())
    assert not robots.can_fetch("newsloom", sites.FORBIDDEN)
    assert robots.can_fetch("newsloom", sites.WIRE)
    assert page_at("http://harbour-courier.example/robots.txt").body == default_robots("harbour-courier.example")


def test_sources_name_existing_listings() -> None:
    data = tomllib.loads(sites.demo_sources_toml())
    assert data["crawl"]["delay"] == 0
    assert data["crawl"]["recheck_hours"] == [0]
    assert {source["name"] for source in data["source"]} == {found.source for found in sites.demo_articles(1)}
    for source in data["source"]:
        listings = [source.get("homepage"), *source.get("feeds", ()), *source.get("sitemaps", ())]
        assert [page_at(url).status for url in listings if url] != []
