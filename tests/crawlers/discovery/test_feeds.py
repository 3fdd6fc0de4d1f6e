from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.discovery import BadListingError, Link, parse_feed

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://courier.example/feeds/all.xml"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Courier</title><link>https://courier.example/</link><language>en-GB</language>
<item><title>Dues &amp; tolls</title><link>https://courier.example/dues?a=1&amp;b=2</link>
<guid isPermaLink="false">1</guid><pubDate>Tue, 14 May 2024 10:20:30 +0200</pubDate>
<media:title>not this</media:title><description><![CDATA[<p>Long & rich</p>]]></description></item>
<item><title>&lt;i&gt;Relative&lt;/i&gt; &amp;amp; so on</title><link>
 /relative/story </link><dc:date>2024-05-13</dc:date><dc:language>de</dc:language></item>
<item><title>By its identifier</title><guid>https://courier.example/by-guid</guid></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://base.example/x/">
<title>T</title><link href="/"/>
<entry><title type="html">A &amp;lt;b&amp;gt; &lt;b&gt;c&lt;/b&gt;</title>
<link rel="self" href="self.xml"/><link rel="enclosure" type="audio/mpeg" href="a.mp3"/><link href="story"/>
<published>2024-05-14T10:00:00+02:00</published><updated>2024-05-15T00:00:00Z</updated>
<source><title>Another</title><link href="https://another.example/"/></source></entry>
<entry xml:lang="en"><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">An <b>island</b></div></title>
<link rel="alternate" type="text/html" href="https://courier.example/island"/></entry>
</feed>"""


def links(text: str | bytes, content_type: str | None = None) -> tuple[Link, ...]:
    return parse_feed(text if isinstance(text, bytes) else text.encode(), URL, content_type).links


def urls(text: str | bytes) -> list[str]:
    return [link.url for link in links(text)]


GREETING = "<link>/1</link><title>Grüße „x“</title>"


def item(inside: str) -> str:
    return f'<rss version="2.0"><channel><item>{inside}</item></channel></rss>'


def test_rss_gives_links_titles_dates_and_languages() -> None:
    listing = parse_feed(RSS.encode(), URL, "application/rss+xml")
    assert listing.links == (
        Link(
            "https://courier.example/dues?a=1&b=2",
            "Dues & tolls",
            datetime(2024, 5, 14, 8, 20, 30, tzinfo=UTC),
            None,
            "en",
        ),
        Link(
            "https://courier.example/relative/story",
            "Relative & so on",
            datetime(2024, 5, 13, tzinfo=UTC),
            None,
            "de",
        ),
        Link("https://courier.example/by-guid", "By its identifier", None, None, "en"),
    )
    assert listing.problem is None


def test_atom_gives_the_alternate_link_resolved_against_its_base() -> None:
    listing = parse_feed(ATOM.encode(), URL, "application/atom+xml")
    assert listing.links == (
        Link(
            "https://base.example/x/story",
            "A <b> c",
            datetime(2024, 5, 14, 8, 0, tzinfo=UTC),
            datetime(2024, 5, 15, tzinfo=UTC),
            "fr",
        ),
        Link("https://courier.example/island", "An island", None, None, "en"),
    )
    assert listing.problem is None


def test_rss_1_is_read() -> None:
    feed = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
     xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>x</title><dc:language>ja</dc:language></channel>
     <item rdf:about="x"><title>橋</title><link>https://minato.example/1</link>
     <dc:date>2024-05-14T09:00:00+09:00</dc:date></item></rdf:RDF>"""
    assert links(feed) == (Link("https://minato.example/1", "橋", datetime(2024, 5, 14, tzinfo=UTC), None, "ja"),)


def test_json_feed_is_read() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "language": "en-US",
        "items": [
            {"id": "1", "url": "/a", "title": "A <b>", "date_published": "2024-05-14T00:00:00-05:00"},
            {"external_url": "https://other.example/b", "date_modified": "2024-05-14T00:00:00Z", "language": "is"},
            {"id": "no url"},
            "no item",
        ],
    }
    listing = parse_feed(json.dumps(feed).encode(), URL, "application/feed+json")
    assert listing.links == (
        Link("https://courier.example/a", "A <b>", datetime(2024, 5, 14, 5, tzinfo=UTC), None, "en"),
        Link("https://other.example/b", None, None, datetime(2024, 5, 14, tzinfo=UTC), "is"),
    )
    assert listing.problem == "items without a usable link: 2"


def test_titles_that_were_decoded_wrongly_are_repaired() -> None:
    feed = item("<link>/1</link><title>caf\u00c3\u00a9</title></item><item><link>/2</link><title>&#147;q&#148;</title>")
    assert [link.title for link in links(feed)] == ["café", "“q”"]


@pytest.mark.parametrize("feed", [RSS, ATOM], ids=["rss", "atom"])
def test_a_feed_that_is_cut_off_anywhere_gives_its_complete_links_and_no_others(feed: str) -> None:
    body = feed.encode()
    whole = [link.url for link in parse_feed(body, URL).links]
    for cut in range(len(body)):
        try:
            listing = parse_feed(body[:cut], URL)
        except BadListingError:
            assert cut <= max(body.find(b"<rss") + 4, body.find(b"<feed") + 5)
            continue
        found = [link.url for link in listing.links]
        assert found == whole[: len(found)], cut
        assert len(found) >= body[:cut].count(b"</item>") + body[:cut].count(b"</entry>"), cut
        assert listing.problem, cut


def test_mismatched_tags_affect_no_other_entry() -> None:
    feed = (
        "<rss><channel><item><title>One <b>bold</title><description>a <p> b</description>\n"
        "<link>/1?x=1&amp;y=2</link><pubDate>Tue, 14 May 2024 10:00:00 GMT</pubDate></item>"
        "<item><title>Two</title><description><br>x</description><link>/2</link></item></channel></rss>"
    )
    listing = parse_feed(feed.encode(), URL)
    assert [(link.url, link.title) for link in listing.links] == [
        ("https://courier.example/1?x=1&y=2", "One bold"),
        ("https://courier.example/2", "Two"),
    ]
    assert listing.links[0].published_at == datetime(2024, 5, 14, 10, tzinfo=UTC)
    assert listing.problem is not None
    assert listing.problem.startswith("not well-formed at line 1: Opening and ending tag mismatch")


def test_undeclared_entities_and_bare_ampersands_are_repaired() -> None:
    listing = parse_feed(item("<title>caf&eacute;&nbsp;&bogus;</title><link>/a?b=1&c=2&copy=3</link>").encode(), URL)
    assert [(link.url, link.title) for link in listing.links] == [
        ("https://courier.example/a?b=1&c=2&copy=3", "café &bogus;")
    ]
    assert listing.problem == "references that XML does not define (undeclared entities, a bare &): 5"


def test_a_problem_has_the_line_number_in_the_feed_as_served() -> None:
    listing = parse_feed(b"\n\n<?xml version='1.0'?>\n<rss><channel>\n</chanel></rss>", URL)
    assert listing.problem is not None
    assert listing.problem.startswith("not well-formed at line 5:")


@pytest.mark.parametrize(
    "before", ["\n\n  ", "\ufeff", "\r\n\ufeff\n", "<br />\n<b>Warning</b>: out of memory\n", "<!-- <rss> -->"]
)
def test_text_before_the_root_element_is_ignored(before: str) -> None:
    assert links(before + RSS) == links(RSS)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (item(GREETING).encode(), "text/xml"),
        (item(GREETING).encode(), "text/xml; charset=iso-8859-1"),
        (
            ('<?xml version="1.0" encoding="iso-8859-1"?>' + item(GREETING)).encode(),
            None,
        ),
        (('<?xml version="1.0"?>' + item(GREETING)).encode("cp1252"), None),
        (item(GREETING).encode("utf-16"), None),
    ],
)
def test_a_wrong_encoding_declaration_does_not_spoil_titles(body: bytes, content_type: str | None) -> None:
    assert [link.title for link in links(body, content_type)] == ["Grüße „x“"]


REFUSED: list[tuple[bytes, str]] = [
    (b"", "an empty body"),
    (b" \n ", "an empty body"),
    (b"<!doctype html><html><head><title>Sorry &amp; bye</title>", "an HTML page titled 'Sorry & bye'"),
    (b"<html><body><p>x</p></body></html>", "an HTML page"),
    (b"<opml version='2.0'></opml>", "XML with the root element <opml>"),
    (b"%PDF-1.7 ...", "binary data beginning with b'%PDF-1.7'"),
    (b"Not found", "text beginning with 'Not found'"),
    (b'{"items": [', "JSON that cannot be read (Expecting value"),
    (b'{"items": ' + b"[" * 100_000, "JSON that cannot be read (maximum recursion depth"),
    (b'{"status": 404}', "JSON without a list of items"),
    (b"<rss>" + b" " * (20 << 20), f"{(20 << 20) + 5} bytes; expected a feed of at most"),
]


@pytest.mark.parametrize(("body", "found"), REFUSED, ids=[found for _, found in REFUSED])
def test_a_body_that_is_not_a_feed_is_refused_with_a_description(body: bytes, found: str) -> None:
    with pytest.raises(BadListingError) as refusal:
        parse_feed(body, URL)
    assert str(refusal.value).startswith(f"found {found}")
    assert "; expected a" in str(refusal.value)


def test_a_body_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(RSS)
    with pytest.raises(BadListingError):
        parse_feed(bytes(file), URL)


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    bomb = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    for before in ("", "<!-- <x> -->"):
        for newline in ("", "\n"):
            doctype = f'<!DOCTYPE rss [{newline}{bomb}{newline}<!ENTITY xxe SYSTEM "{secret.as_uri()}">{newline}]>'
            listing = parse_feed((before + doctype + item("<title>&a9;&xxe;</title><link>/x</link>")).encode(), URL)
            assert [(link.url, link.title) for link in listing.links] == [("https://courier.example/x", "&a9;&xxe;")]


N = 50_000
HOSTILE = {
    "author": item("<author>" + "a." * N + "</author><link>/1</link>"),
    "attributes": item("<x " + " ".join(f'a{n}="1"' for n in range(N)) + "/><link>/1</link>"),
    "categories": item("".join(f"<category>{n}</category>" for n in range(N)) + "<link>/1</link>"),
    "links": item("<link>/1</link>" * N),
    "depth": item("<link>/1</link>" + "<x>" * N),
    "comments": item("<link>/1</link>" + "<!--" * N),
    "cdata": item("<link>/1</link>" + "<![CDATA[" * N),
    "ampersands": item("<link>/1</link>" + "&" * 4 * N),
    "brackets": item("<link>/1</link>" + "<" * 4 * N),
    "title": item("<title>" + "&lt;a " * N + "</title><link>/1</link>"),
    "date": item("<pubDate>" + "1 " * N + "</pubDate><link>/1</link>"),
}


@pytest.mark.parametrize("feed", HOSTILE.values(), ids=HOSTILE)
def test_no_crafted_feed_takes_long(feed: str) -> None:
    started = time.process_time()
    assert urls(feed) == ["https://courier.example/1"]
    assert time.process_time() - started < 5  # quadratic work would take minutes


def test_the_first_entries_of_a_huge_feed_are_read() -> None:
    feed = "<rss>" + "".join(f"<item><link>/{n}</link></item>" for n in range(10_005)) + "</rss>"
    listing = parse_feed(feed.encode(), URL)
    assert len(listing.links) == 10_000
    assert listing.problem == "only the first 10000 entries are read"


@given(st.text("<>/&;'\"=![]-CDATArsitemlnk \n", max_size=200))
def test_no_garbage_raises_anything_else(garbage: str) -> None:
    for text in (garbage, item(garbage), "<feed>" + garbage, '{"items":' + garbage):
        try:
            listing = parse_feed(text.encode(), URL)
        except BadListingError:
            continue
        assert all(link.url.startswith(("http://", "https://")) for link in listing.links)


def test_the_first_date_that_can_be_read_counts_and_is_in_utc_if_it_has_no_zone() -> None:
    dates = "<pubDate>Invalid Date</pubDate><atom:published>2026-03-05 10:00:00</atom:published>"
    (link,) = links(item(f"<link>\n https://courier.example/\n  1\n</link>{dates}").replace("<rss", _ATOM_RSS))
    assert link.url == "https://courier.example/1"
    assert link.published_at == datetime(2026, 3, 5, 10, tzinfo=UTC)


_ATOM_RSS = '<rss xmlns:atom="http://www.w3.org/2005/Atom"'


def test_dates_of_other_calendars_are_converted_in_their_language_only() -> None:
    dates = "<updated>2026-01-27T17:42:38Z</updated><published>1404-11-07T11:32:06Z</published>"
    entry = f'<entry><link href="/1"/>{dates}</entry>'
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"{}>{}</feed>'
    (unknown,) = parse_feed(feed.format("", entry).encode(), "https://a.example/").links
    (persian,) = parse_feed(feed.format(' xml:lang="fa-IR"', entry).encode(), "https://a.example/").links
    assert (unknown.published_at, unknown.modified_at) == (None, datetime(2026, 1, 27, 17, 42, 38, tzinfo=UTC))
    assert persian.published_at == datetime(2026, 1, 27, 11, 32, 6, tzinfo=UTC)


@pytest.mark.parametrize("charset", ["hex", "idna", "punycode", "unicode_escape", "rot13", "zip", "undefined"])
@pytest.mark.parametrize("where", ["header", "body"])
def test_a_codec_that_is_no_charset_is_not_used(charset: str, where: str) -> None:
    declared = charset if where == "body" else "windows-1252"
    body = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><title>Caf\xe9 im Wald \\x41</title>'
    body += "<link>http://a.example/2026/03/a-story-of-it.html</link></item></channel></rss>"
    content_type = f"text/xml; charset={charset}" if where == "header" else "text/xml"
    (link,) = parse_feed(body.encode("cp1252"), "http://a.example/feed", content_type).links
    assert link.title == "Caf\xe9 im Wald \\x41"
