"""The pages of the demo's newspapers: extraction finds the whole story and removes what surrounds it."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
import trafilatura
from lxml import etree, html

from flows.demo import sites
from flows.demo.newspapers import EDITIONS
from flows.demo.pages import tag_path

if TYPE_CHECKING:
    from flows.demo.web import ServedPage

FURNITURE = {
    "harbour-courier": ("214 partners", "free newsletter", "Dunning’s chandlery", "leave a comment", "All rights"),
    "kestrel-valley-post": (
        "profile of what you read",
        "weekend letter",
        "wellingtons",
        "Subscribers can",
        "Press Council",
    ),
    "nordblatt": ("passende Werbung", "Unser Newsletter", "Möbelspeicher", "zu kommentieren", "Alle Rechte"),
    "faro-del-sur": ("cookies propias", "primer café", "Colchones", "estar registrado", "Plaza de la Lonja, 4"),
}


def page_at(url: str, edition: int = 1) -> ServedPage:
    page = sites.demo_page(url, edition)
    assert page is not None, url
    return page


def text_of(url: str, edition: int = 1) -> str:
    text = trafilatura.extract(page_at(url, edition).body, url=url, include_comments=False)
    assert text is not None
    return text


ARTICLES = [
    pytest.param(article, edition, id=f"{edition}-{article.source}-{article.url[-24:]}")
    for edition in EDITIONS
    for article in sites.demo_articles(edition)
    if article.kind in ("article", "duplicate")
]


@pytest.mark.parametrize(("written", "edition"), ARTICLES)
def test_extraction_finds_the_story_and_removes_the_rest(written: sites.DemoArticle, edition: int) -> None:
    text = text_of(written.url, edition)
    assert written.paragraphs[0] in text
    assert written.paragraphs[-1] in text
    assert not [words for words in FURNITURE[written.source] if words in text]


@pytest.mark.parametrize(("written", "edition"), ARTICLES)
def test_pages_have_boilerplate_to_remove(written: sites.DemoArticle, edition: int) -> None:
    page = page_at(written.url, edition)
    text = unescape(page.body.decode(page.content_type.partition("charset=")[2]))
    if written.url != sites.PRINT:
        assert [words for words in FURNITURE[written.source] if words not in text] == []


@pytest.mark.parametrize(("written", "edition"), ARTICLES)
def test_pages_state_author_title_and_date(written: sites.DemoArticle, edition: int) -> None:
    found = trafilatura.extract_metadata(page_at(written.url, edition).body, default_url=written.url)
    assert found.title == written.title
    assert found.author == "; ".join(written.authors)
    assert found.date == f"{written.published_at:%Y-%m-%d}"
    assert f'datetime="{written.published_at.isoformat()}"'.encode() in page_at(written.url, edition).body


def strings(node: html.HtmlElement | etree._Element, xpath: str) -> list[str]:
    """The attributes or texts an XPath finds; lxml's own type allows for everything else an XPath may give."""
    found = node.xpath(xpath)
    assert isinstance(found, list)
    return [str(text) for text in found]


def test_every_other_article_has_a_canonical_link_to_itself() -> None:
    for written in sites.demo_articles(2):
        if written.url != sites.PRINT:
            found = strings(html.fromstring(page_at(written.url, 2).body), '//link[@rel="canonical"]/@href')
            assert found == [written.url]


@pytest.mark.parametrize("edition", EDITIONS)
def test_links_between_pages_lead_somewhere(edition: int) -> None:
    for one in sites.demo_sites(edition):
        for path, page in one.pages.items():
            if page.content_type.startswith("text/html"):
                here = f"http://{one.host}{path}"
                links = [urlsplit(urljoin(here, link)) for link in strings(html.fromstring(page.body), "//a/@href")]
                dead = [link for link in links if link.hostname == one.host and one.page(link.path) is None]
                assert dead == [], here


def test_one_german_page_is_latin_1_and_declares_it() -> None:
    page = page_at(sites.LATIN_1)
    assert page.content_type == "text/html; charset=iso-8859-1"
    assert b'content="text/html; charset=iso-8859-1"' in page.body
    text = page.body.decode("iso-8859-1")
    assert article(sites.LATIN_1).paragraphs[0] in text
    assert "ü" in article(sites.LATIN_1).text
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("utf-8")
    others = [found for found in sites.demo_articles(2) if found.url != sites.LATIN_1]
    assert {page_at(found.url, 2).content_type for found in others} == {"text/html; charset=utf-8"}


def article(url: str, edition: int = 1) -> sites.DemoArticle:
    return next(article for article in sites.demo_articles(edition) if article.url == url)


def test_tag_pages_have_ascii_urls() -> None:
    assert tag_path("Straßenbahn") == "/tag/strassenbahn"
    assert tag_path("Schifffahrt & Förde") == "/tag/schifffahrt-forde"
    assert page_at("http://faro-del-sur.example/tag/sequia").status == 200
