from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.discovery import BadListingError, Link, parse_sitemap
from crawlers.limits import MAX_SITEMAP_BYTES

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://courier.example/sitemaps/news.xml"

NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">
<url><loc> https://courier.example/ferry?a=1&amp;b=2
</loc><image:image><image:loc>https://courier.example/i.jpg</image:loc><image:title>A photo</image:title></image:image>
<video:video><video:title>A film</video:title><video:publication_date>2001-01-01</video:publication_date></video:video>
<n:news><n:publication><n:name>Courier</n:name><n:language>en-gb</n:language></n:publication>
<n:publication_date>2024-05-14T10:00:00+02:00</n:publication_date><n:title>Fish &amp;amp; ferries</n:title></n:news>
<lastmod>2024-05-15T01:02:03Z</lastmod></url>
<url><loc>https://courier.example/about</loc><lastmod>2024</lastmod><priority>0.5</priority></url>
</urlset>"""


def urlset(*locs: str) -> str:
    return "<urlset>" + "".join(f"<url><loc>{loc}</loc></url>" for loc in locs) + "</urlset>"


def urls(body: bytes | str) -> list[str]:
    return [link.url for link in parse_sitemap(body if isinstance(body, bytes) else body.encode(), URL).links]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_news_sitemap_gives_links_with_its_data_for_google(pack: type[bytes]) -> None:
    listing = parse_sitemap(pack(NEWS.encode()), URL)
    assert listing.links == (
        Link(
            "https://courier.example/ferry?a=1&b=2",
            "Fish & ferries",
            datetime(2024, 5, 14, 8, 0, tzinfo=UTC),
            datetime(2024, 5, 15, 1, 2, 3, tzinfo=UTC),
            "en",
        ),
        Link("https://courier.example/about"),
    )
    assert listing.listings == ()
    assert listing.problem is None


def test_a_sitemap_index_gives_sitemaps() -> None:
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>/a.xml.gz</loc></sitemap>'
        "<sitemap><loc>https://cdn.example/b.xml?x=1&amp;y=2</loc><lastmod>2024-05-14</lastmod></sitemap>"
        "<sitemap><loc>ftp://courier.example/c.xml</loc></sitemap></sitemapindex>"
    )
    listing = parse_sitemap(index.encode(), URL)
    assert listing.links == ()
    assert [child.url for child in listing.listings] == [
        "https://courier.example/a.xml.gz",
        "https://cdn.example/b.xml?x=1&y=2",
    ]
    assert listing.problem == "entries without a usable link: 1"


def test_lines_of_urls_are_a_sitemap() -> None:
    listing = parse_sitemap(
        "\ufeffhttps://courier.example/1\r\n\r\nhttps://courier.example/ä\nhttp://[::1\n".encode(), URL
    )
    assert [link.url for link in listing.links] == ["https://courier.example/1", "https://courier.example/%C3%A4"]
    assert listing.problem == "lines without a usable link: 1"


def test_a_feed_in_place_of_a_sitemap_is_read() -> None:
    assert urls("<rss><channel><item><link>/1</link></item></channel></rss>") == ["https://courier.example/1"]


def test_undeclared_prefixes_and_namespaces_do_not_matter() -> None:
    listing = parse_sitemap(
        b"<urlset><url><loc>/1</loc><image:image><image:loc>/i.jpg</image:loc><image:title>no</image:title></image:image>"
        b"<news:news><news:title>yes</news:title></news:news></url></urlset>",
        URL,
    )
    assert [(link.url, link.title) for link in listing.links] == [("https://courier.example/1", "yes")]
    assert listing.problem is not None


def test_bare_ampersands_keep_their_urls() -> None:
    body = urlset("/?a=1&b=2&copy=3", "<![CDATA[/?a=1&c=2]]>")
    assert urls(body) == ["https://courier.example/?a=1&b=2&copy=3", "https://courier.example/?a=1&c=2"]


def test_urls_after_an_error_keep_their_ampersands() -> None:
    body = "<urlset><x></y><url><loc>/?a=1&amp;b=2</loc></url><url><loc><![CDATA[/?c=1&d=2]]></loc></url></urlset>"
    assert urls(body) == ["https://courier.example/?a=1&b=2", "https://courier.example/?c=1&d=2"]


def test_a_sitemap_that_is_cut_off_anywhere_gives_its_complete_links_and_no_others() -> None:
    body = NEWS.encode()
    whole = urls(body)
    for cut in range(len(body)):
        try:
            listing = parse_sitemap(body[:cut], URL)
        except BadListingError:
            assert cut <= body.find(b"<urlset") + len(b"<urlset")
            continue
        found = [link.url for link in listing.links]
        assert found == whole[: len(found)], cut
        assert len(found) >= body[:cut].count(b"</url>"), cut
        assert listing.problem, cut


def test_broken_gzip_gives_the_part_that_can_be_unpacked() -> None:
    locs = [f"https://courier.example/{zlib.crc32(str(n).encode())}" for n in range(2000)]
    packed = gzip.compress(urlset(*locs).encode())
    cut = parse_sitemap(packed[: len(packed) // 2], URL)
    assert 100 < len(cut.links) < len(locs)
    assert [link.url for link in cut.links] == locs[: len(cut.links)]
    assert cut.problem is not None
    assert cut.problem.startswith("gzip ends early, after ")
    broken = bytearray(packed)
    broken[len(packed) // 2] ^= 0xFF
    listing = parse_sitemap(bytes(broken), URL)
    assert len(listing.links) > 100
    assert listing.problem is not None
    assert listing.problem.startswith("gzip ")


def test_several_gzip_members_are_one_body_and_text_after_them_is_ignored() -> None:
    text = urlset("/1", "/2").encode()
    assert urls(gzip.compress(text[:20]) + gzip.compress(text[20:]) + b"\0\0") == [
        "https://courier.example/1",
        "https://courier.example/2",
    ]


def test_a_gzip_bomb_is_refused_within_the_memory_limit() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    try:
        with pytest.raises(BadListingError, match="unpacks to over 52428800 bytes"):
            parse_sitemap(bomb, URL)
        # A growing bytearray keeps an eighth in reserve.
        assert tracemalloc.get_traced_memory()[1] < MAX_SITEMAP_BYTES * 1.25
    finally:
        tracemalloc.stop()


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the-secret")
    doctype = f'<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY xxe SYSTEM "{secret.as_uri()}">]>'
    assert urls(doctype + urlset("/x?&b;-&xxe;-")) == ["https://courier.example/x?&b;-&xxe;-"]


REFUSED: list[tuple[bytes, str]] = [
    (b"", "an empty body"),
    (b"<!doctype html><html><title>Not here</title>", "an HTML page titled 'Not here'"),
    (b"<kml></kml>", "XML with the root element <kml>"),
    (b"User-agent: *", "text beginning with 'User-agent: *'"),
    (b"\x1f\x8bnot gzip at all", "data that begins like gzip but is not"),
    (gzip.compress(b"<html>"), "an HTML page"),
    (
        b" " * (MAX_SITEMAP_BYTES + 1),
        f"{MAX_SITEMAP_BYTES + 1} bytes; expected a sitemap of at most {MAX_SITEMAP_BYTES}",
    ),
]


@pytest.mark.parametrize(("body", "found"), REFUSED, ids=[found for _, found in REFUSED])
def test_a_body_that_is_not_a_sitemap_is_refused_with_a_description(body: bytes, found: str) -> None:
    with pytest.raises(BadListingError) as refusal:
        parse_sitemap(body, URL)
    assert str(refusal.value).startswith(f"found {found}")
    assert "; expected a sitemap" in str(refusal.value)


def test_the_first_entries_of_a_sitemap_beyond_the_protocols_limit_are_read_in_time() -> None:
    body = urlset(*(f"/{n}?id={n}&amp;utm_source=x" for n in range(50_003)))
    started = time.process_time()
    listing = parse_sitemap(body.encode(), URL)
    assert time.process_time() - started < 60  # about 3 s; quadratic work would take hours
    assert len(listing.links) == 50_000
    assert listing.problem == "only the first 50000 entries are read"


@given(st.text("<>/&;'\"=![]-CDATAurlsetloc \n", max_size=200), st.booleans())
def test_no_garbage_raises_anything_else(garbage: str, packed: bool) -> None:
    for text in (
        garbage,
        "<urlset>" + garbage,
        "<sitemapindex><sitemap><loc>" + garbage,
        "http://a.example/\n" + garbage,
    ):
        try:
            listing = parse_sitemap(gzip.compress(text.encode()) if packed else text.encode(), URL)
        except BadListingError:
            continue
        assert all(link.url.startswith(("http://", "https://")) for link in listing.links)
