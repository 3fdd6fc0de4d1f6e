"""Which link of a feed's entry leads to the page."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawlers.discovery import Link, parse_feed
from tests.crawlers.discovery.test_feeds import URL, item, links, urls


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/first</link><link>/last</link>", "https://courier.example/last"),
        ("<guid>https://courier.example/id</guid><link>/link</link>", "https://courier.example/link"),
        ('<link rel="self">/text</link>', "https://courier.example/text"),
        ('<link href="/a"/><link rel="related" href="/b"/>', "https://courier.example/a"),
        ('<link href="/a"/><link type="application/json" href="/b"/>', "https://courier.example/a"),
        ('<link type="xhtml" href="/a"/>', "https://courier.example/a"),
        ('<link rel="enclosure" href="/a"/><guid>https://courier.example/id</guid>', "https://courier.example/id"),
        ("<link>http:/courier.example/a</link>", "http://courier.example/a"),
        ("<link>www.other.example/a?b=1</link>", "https://www.other.example/a?b=1"),
        ("<link>https:www.other.example/a</link>", "https://www.other.example/a"),
        ("<link>{{url}}</link><guid>https://courier.example/id</guid>", "https://courier.example/id"),
        ("<link>#</link><guid isPermaLink='false'>https://courier.example/?p=1</guid>", "https://courier.example/?p=1"),
        ('<id>tag:1</id><link rel="self" href="https://courier.example/id"/>', "https://courier.example/id"),
        (
            '<id>tag:1</id><link type="application/xml" href="https://courier.example/id"/>',
            "https://courier.example/id",
        ),
        ("<link>courier.example/a</link>", "https://courier.example/a"),
        ("<link>news.courier.example/a</link>", "https://news.courier.example/a"),
        ("<link>other.example/a</link>", "https://courier.example/feeds/other.example/a"),
        ("<link></link><guid>https://courier.example/id</guid>", "https://courier.example/id"),
        (
            "<link>mailto:desk@courier.example</link><guid>https://courier.example/id</guid>",
            "https://courier.example/id",
        ),
        ("<link>/first</link><link>javascript:void(0)</link>", "https://courier.example/first"),
        ('<link rel="alternate" href=""/><id>https://courier.example/id</id>', "https://courier.example/id"),
        (f'<link rel="self" href="{URL}"/><id>https://courier.example/id</id>', "https://courier.example/id"),
        (f"<link>{URL}</link><guid>https://courier.example/id</guid>", "https://courier.example/id"),
        ("<link>https://courier.example/</link><guid>https://courier.example/id</guid>", "https://courier.example/id"),
        ("<link>https://courier.example/</link><guid>1</guid>", "https://courier.example/"),
        ('<link rel="alternate" type="text/html; charset=utf-8" href="/a"/>', "https://courier.example/a"),
        ('<link rel="http://www.iana.org/assignments/relation/alternate" href="/a"/>', "https://courier.example/a"),
        ('<link></link><guid isPermaLink="true"> www.courier.example/id </guid>', "https://www.courier.example/id"),
        ("<link>https:////courier.example/a</link>", "https://courier.example/a"),
        ("<link>/a?x=1&amp;amp;y=2</link>", "https://courier.example/a?x=1&y=2"),
        ("<link>/a?x=1&amp;y;=2</link>", "https://courier.example/a?x=1&y=2"),
        ("<link>/caf\u00c3\u00a9</link>", "https://courier.example/caf%C3%A9"),
        ('<link xml:base="https://base.example/x/">story</link>', "https://base.example/x/story"),
        ('<link xml:base="javascript:x">story</link>', "https://courier.example/feeds/story"),
        ('<link xml:base="http:x/">story</link>', "https://courier.example/feeds/story"),
        ('<link xml:base="http://[::1">story</link>', "https://courier.example/feeds/story"),
    ],
)
def test_the_link_to_the_page_is_chosen_among_those_of_an_entry(inside: str, url: str) -> None:
    assert urls(item(inside)) == [url]


def test_namespaces_are_recognised_with_https_and_without_a_final_slash() -> None:
    feed = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="https://purl.org/rss/1.0/"
     xmlns:dc="https://purl.org/dc/elements/1.1"><item rdf:about="https://courier.example/1"><link></link>
     <dc:language>is</dc:language><dc:date>2024-05-14T09:00:00Z</dc:date></item></rdf:RDF>"""
    (link,) = links(feed)
    assert link == Link("https://courier.example/1", None, datetime(2024, 5, 14, 9, tzinfo=UTC), None, "is")


def test_an_item_of_a_json_feed_has_its_first_usable_url() -> None:
    items = [
        {"url": "", "external_url": "/a"},
        {"url": "mailto:x@y.example", "id": "https://courier.example/b"},
        {"id": "7"},
    ]
    assert urls(json.dumps({"items": items})) == ["https://courier.example/a", "https://courier.example/b"]


def test_bases_are_resolved_from_the_outside_in() -> None:
    feed = (
        '<rss xml:base="/a/"><item xml:base="b/"><link xml:base="c/" href="d"/></item><item><link>e</link></item></rss>'
    )
    assert urls(feed) == ["https://courier.example/a/b/c/d", "https://courier.example/a/e"]


def test_the_publishers_url_takes_precedence_over_feedburners_redirect() -> None:
    feed = item(
        "<link>https://feeds.feedburner.example/~r/1</link>"
        '<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">https://courier.example/real</f:origLink>'
    )
    assert urls(feed) == ["https://courier.example/real"]


def test_a_url_that_appears_twice_is_one_link() -> None:
    feed = item("<link>https://a.example/1</link></item><item><link>http://a.example/x</link></item><item>"
                "<link>https://a.example/1?utm_source=rss#c</link>")  # fmt: skip
    assert urls(feed) == ["https://a.example/1", "http://a.example/x"]


@pytest.mark.parametrize(
    "inside",
    [
        "<title>no link</title>",
        "<link>javascript:alert(1)</link>",
        "<link>mailto:desk@courier.example</link>",
        "<link>http://[::1</link>",
        f"<link>https://courier.example/{'x' * 5000}</link>",
        '<link rel="related" href="https://courier.example/other"/>',
        "<link>undefined</link><guid>null</guid>",
        "<guid>12345</guid>",
    ],
)
def test_an_entry_without_a_usable_link_is_skipped_and_counted(inside: str) -> None:
    listing = parse_feed(item(inside).encode(), URL)
    assert listing.links == ()
    assert listing.problem == "entries without a usable link: 1"
