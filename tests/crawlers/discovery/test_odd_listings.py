"""Listings as servers and publishing systems send them, against the specifications."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from crawlers.dates import parse_date
from crawlers.discovery import Link, absolute_url, find_feeds, parse_feed, parse_sitemap
from crawlers.politeness.robots import as_utf_8
from crawlers.spiders.listings import sitemaps_in_robots

FEED_URL = "https://paper.example/feed/index.xml"
ARTICLE = "https://paper.example/a"


def rss(items: str, language: str = "", attributes: str = "") -> str:
    head = f"<language>{language}</language>" if language else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><rss {attributes}><channel>{head}{items}</channel></rss>'


def item(title: str = "T", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{ARTICLE}</link>{more}</item>"


def only_link(body: str | bytes) -> Link:
    (link,) = parse_feed(body.encode() if isinstance(body, str) else body, FEED_URL).links
    return link


TEXTS = [
    ("ja", "cp932", "島根県の山あいにある町で、廃校となった小学校が図書館として生まれ変わった"),
    ("ja", "euc_jp", "島根県の山あいにある町で、廃校となった小学校が図書館として生まれ変わった"),
    ("zh", "gb18030", "清晨五点半，扬州老城区的巷子里还没有人声，陈德福已经把炉火生好了"),
    ("ko", "cp949", "강원도 태백의 한 폐광 마을에 문을 연 작은 극장이 매진을 기록하며 주목받고 있다"),
    ("ru", "cp1251", "В Вологде завершили восстановление деревянного моста через реку Золотуху"),
    ("ru", "koi8_r", "В Вологде завершили восстановление деревянного моста через реку Золотуху"),
    ("ar", "cp1256", "أقر مجلس مدينة طنجة، مساء الثلاثاء، خطة لتوسيع شبكة الحافلات الكهربائية"),
    ("tr", "cp1254", "Selim ilçesinde yıllardır boş duran eski istasyon, bir atölyeye dönüştürüldü"),
    ("pl", "iso8859_2", "Pomysł narodził się pięć lat temu, kiedy cała dolina przez dziewięć dni nie miała światła"),
    ("hu", "cp1250", "Ötven év után ismét fürdőzőket fogad a szegedi gőzfürdő, amelyet raktárnak használtak"),
    ("fr", "cp1252", "Là où l’on fabriquait des rubans poussent désormais des champignons et des fraises à l’année"),
]


@pytest.mark.parametrize(("language", "charset", "title"), TEXTS, ids=[f"{code}-{name}" for code, name, _ in TEXTS])
def test_a_feed_that_wrongly_declares_utf_8_is_read_in_its_charset(language: str, charset: str, title: str) -> None:
    assert only_link(rss(item(title), language).encode(charset)).title == title


def test_a_feed_may_be_gzip_even_twice() -> None:
    once = gzip.compress(rss(item()).encode())
    assert [only_link(once).url, only_link(gzip.compress(once)).url] == [ARTICLE, ARTICLE]
    sitemap = gzip.compress(gzip.compress(f"<urlset><url><loc>{ARTICLE}</loc></url></urlset>".encode()))
    assert [link.url for link in parse_sitemap(sitemap, "https://paper.example/sitemap.xml.gz").links] == [ARTICLE]


@pytest.mark.parametrize(
    ("more", "attributes"),
    [
        ("<t:created>2026-05-01T10:00:00Z</t:created>", 'xmlns:t="http://purl.org/dc/terms/"'),
        ("<t:available>2026-05-01T10:00:00Z</t:available>", 'xmlns:t="https://purl.org/dc/terms"'),
        (
            "<p:publicationDate>2026-05-01T10:00:00Z</p:publicationDate>",
            'xmlns:p="http://prismstandard.org/namespaces/basic/2.0/"',
        ),
    ],
)
def test_the_publication_is_read_from_other_vocabularies(more: str, attributes: str) -> None:
    assert only_link(rss(item(more=more), attributes=attributes)).published_at == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_json_feeds_with_numbers_for_dates_are_read() -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"url": ARTICLE, "date_published": 1777629600000}]}
    assert only_link(json.dumps(feed)).published_at == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_words_of_a_title_stay_apart_where_markup_breaks_its_line() -> None:
    assert only_link(rss(item("Two lines:&lt;br/&gt;the &lt;b&gt;sec&lt;/b&gt;ond"))).title == "Two lines: the second"
    assert only_link(rss(item("  "))).title is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_of_the_translations_of_an_entry_the_one_in_its_language_counts(language: str) -> None:
    links = "".join(f'<link hreflang="{code}" href="/{code}"/>' for code in ("de", "en", "fr"))
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}"><entry>{links}</entry></feed>'
    assert only_link(feed).url == f"https://paper.example/{language}"


def test_backslashes_before_the_query_are_slashes() -> None:
    assert absolute_url("https:\\\\paper.example\\a?q=\\b") == "https://paper.example/a?q=%5Cb"
    assert absolute_url("\\news\\a.html", "https://paper.example/x/") == "https://paper.example/news/a.html"
    assert only_link("<rss><item><link>https:\\\\paper.example\\a</link></item></rss>").url == ARTICLE


def test_lines_of_a_text_sitemap_that_begin_with_a_hash_are_comments() -> None:
    body = f"\ufeff# all pages\n{ARTICLE}\n# the end\n".encode()
    assert [link.url for link in parse_sitemap(body, "https://paper.example/sitemap.txt").links] == [ARTICLE]


@pytest.mark.parametrize(
    ("named", "urls"),
    [
        ("https://paper.example/a.xml https://paper.example/b.xml", ("a.xml", "b.xml")),
        ("https://paper.example/a.xml, https://paper.example/b.xml", ("a.xml", "b.xml")),
        ('"https://paper.example/a.xml"', ("a.xml",)),
        ("<https://paper.example/a.xml>", ("a.xml",)),
        ("paper.example/a.xml", ("a.xml",)),
        ("//paper.example/a.xml", ("a.xml",)),
        ("a.xml", ("a.xml",)),
        ("{{ site.url }}/a.xml", ()),
    ],
)
def test_sitemaps_are_found_in_robots_txt_however_they_are_written(named: str, urls: tuple[str, ...]) -> None:
    found = sitemaps_in_robots([named], "https://paper.example/robots.txt")
    assert found == tuple(f"https://paper.example/{url}" for url in urls)


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_robots_txt_in_utf_16_is_obeyed(charset: str) -> None:
    assert as_utf_8("Disallow: /é".encode(charset)).decode("utf-8-sig") == "Disallow: /é"


@pytest.mark.parametrize(
    ("head", "feeds"),
    [
        ('<link rel="alternate" type="text/xml" href="/rss.php">', ["rss.php"]),
        ('<link rel="alternate" type="application/rss+xml" href="feed://paper.example/rss">', ["rss"]),
        ('<link rel="alternate" type="application/rss+xml" href="feed:https://paper.example/rss">', ["rss"]),
        (
            '<a href="/rss.xml">RSS</a> <a href="/news.rss">RSS</a> <a href="/rss">About RSS</a>',
            ["rss.xml", "news.rss"],
        ),
        ('<link rel="alternate" type="application/rss+xml" href="/rss"><a href="/feed.xml">all</a>', ["rss"]),
        ('<a href="https://other.example/feed.xml">RSS</a>', []),
        ('<link rel="alternate" type="application/json" href="/wp-json/1">', []),
    ],
)
def test_feeds_are_found_by_other_types_and_by_links(head: str, feeds: list[str]) -> None:
    found = find_feeds(f"<html>{head}</html>".encode(), "https://paper.example/")
    assert found == tuple(f"https://paper.example/{feed}" for feed in feeds)


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_the_apostrophe_of_a_day_of_the_week_may_be_any(apostrophe: str) -> None:
    found = parse_date(f"п{apostrophe}ятниця, 1 травня 2026 р.", "uk")
    assert found is not None
    assert found.day.isoformat() == "2026-05-01"
