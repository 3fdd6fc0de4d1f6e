"""Section and front pages: finds the links that look like articles, and the feeds in the head of the page.

Three things decide about a link: its URL (`article_evidence`), its text (a headline has several words) and its place: a
heading inside an `<article>` is stronger evidence than a line in a menu. There are no rules for single sites.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.discovery.html_links import HEADINGS, Anchor, Element, HtmlLinks, read_html_links
from crawlers.discovery.link_collector import LinkCollector
from crawlers.discovery.lists import read_list
from crawlers.discovery.url_evidence import Evidence, article_evidence
from crawlers.discovery.urls import absolute_url, normalise_url, same_site
from crawlers.limits import MAX_LISTED_URL_CHARS, MAX_SECTION_LINKS
from crawlers.unsegmented import count_unsegmented

if TYPE_CHECKING:
    from crawlers.discovery.listing import Listing

HEADLINE_WORDS = 4
"""Minimum of words in a headline. Labels have fewer: names of sections and topics have one to three words."""
UNSEGMENTED_HEADLINE = 10
"""The same in characters, for scripts without spaces between words."""

_MENU_WORDS = read_list("menu-words")
_ADVERTISING_WORDS = read_list("advertising-words")
_MENU_TAGS = frozenset({"nav", "header", "footer", "aside", "form"})
_MENU_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary", "dialog"})
_OTHER_RELATIONS = frozenset({"sponsored", "tag", "author", "category", "next", "prev", "license", "help", "search"})
_FEED_TYPES = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
        "application/rss", "application/xml", "text/xml", "text/rss+xml", "text/rss",
    }
)  # fmt: skip
_FEED_SCHEME = re.compile(r"^\s*feed:(?://)?(?=https?:)|^\s*feed:(?=//)", re.IGNORECASE)
_FEED_FILE = re.compile(r"/(?:[\w.-]*(?:rss|feed|atom)[\w.-]*\.xml|[\w.-]+\.(?:rss|rdf|atom))$", re.IGNORECASE)
_MAX_LINKED_FEEDS = 5
_WORD = re.compile(r"[^\W\d_]+")
_SPELLED_TOGETHER = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")


class _Place(IntEnum):
    ADVERTISING = 0
    MENU = 1
    PLAIN = 2
    HEADING = 3
    TEASER = 4
    """A heading in an `<article>`."""


def parse_section(body: bytes, url: str, http_charset: str | None = None) -> Listing:
    """The links of a section or front page that look like articles of the same site, in its order, with their texts.

    `url` is the URL of the page, `http_charset` the charset of its Content-Type header. Links to other sites, menus,
    topics, services and advertising are left out, as the module docstring describes. `problem` says if the page has no
    links at all. Raises BadListingError if the body is not HTML or is over 20 MiB.
    """
    page = read_html_links(body, http_charset)
    base, places = _base(page, url), _Places(page)
    collector = LinkCollector(base, "links")
    if not page.anchor_count:
        collector.note("no links: the page may need a script to show any")
    if page.anchor_count > MAX_SECTION_LINKS:
        collector.note(f"only the first {MAX_SECTION_LINKS} links are read")
    own_url = normalise_url(url)
    followed: dict[str, str] = {}
    titles: dict[str, str] = {}
    for anchor in page.anchors:
        link_url = _absolute(anchor.href, base)
        if link_url is None or not same_site(link_url, own_url):
            continue
        key = normalise_url(link_url)
        if key != own_url and _is_article(article_evidence(key), anchor.text, places.of(anchor)):
            followed.setdefault(key, link_url)
            titles[key] = max(titles.get(key, ""), anchor.text, key=len)
    for key, link_url in followed.items():
        collector.add(link_url, title=titles[key] or None, language=page.language)
    return collector.listing()


def find_feeds(body: bytes, url: str) -> tuple[str, ...]:
    """The URLs of the feeds in the head of a page, without comment feeds; if it names none there, the feeds of its site
    that it links to by a file name such as `rss.xml`. Raises like `parse_section`.
    """
    page = read_html_links(body)
    base = _base(page, url)
    feeds: dict[str, None] = {}
    for media_type, href in page.alternates:
        feed_url = _absolute(_FEED_SCHEME.sub("", href), base) if media_type in _FEED_TYPES else None
        if feed_url is not None and "/comments/" not in feed_url + "/":
            feeds.setdefault(feed_url)
    linked = (_absolute(_FEED_SCHEME.sub("", anchor.href), base) for anchor in page.anchors)
    named = (one for one in linked if one and _FEED_FILE.search(urlsplit(one).path) and same_site(one, url))
    return tuple(feeds) or tuple(islice(dict.fromkeys(named), _MAX_LINKED_FEEDS))


def _is_article(evidence: Evidence, text: str, place: _Place) -> bool:
    words = len(_WORD.findall(text))
    is_headline = words >= HEADLINE_WORDS or count_unsegmented(text) >= UNSEGMENTED_HEADLINE
    match place:
        case _Place.ADVERTISING:
            return False
        case _Place.MENU:
            return evidence is Evidence.CERTAIN and is_headline
        case _Place.TEASER:
            return (
                evidence >= Evidence.STRONG
                or bool(text and evidence is Evidence.WEAK)
                or (is_headline and evidence is Evidence.NONE)
            )
        case _Place.PLAIN | _Place.HEADING:
            # A picture has no text at all. Only labels of one word are recognised: "Read more" passes for a text.
            return (evidence >= Evidence.STRONG and (is_headline or words != 1)) or (
                evidence is Evidence.WEAK and is_headline
            )


class _Places:
    """The places of links in the page, judging by the elements around them."""

    def __init__(self, page: HtmlLinks) -> None:
        self._half = len(page.anchors) / 2
        self._of_element: dict[Element, _Place | None] = {}

    def of(self, anchor: Anchor) -> _Place:
        if not _OTHER_RELATIONS.isdisjoint(anchor.relations):
            return _Place.ADVERTISING
        tags = {element.tag for element in anchor.element.and_ancestors()}
        for element in anchor.element.and_ancestors():
            place = self._own(element)
            if place is not None and not (element.tag == "header" and "article" in tags):
                return place
        if not anchor.has_heading and HEADINGS.isdisjoint(tags):
            return _Place.PLAIN
        return _Place.TEASER if "article" in tags else _Place.HEADING

    def _own(self, element: Element) -> _Place | None:
        """The place that the element itself gives to the links in it; None if it gives none."""
        if element not in self._of_element:
            self._of_element[element] = self._classify(element)
        return self._of_element[element]

    def _classify(self, element: Element) -> _Place | None:
        if element.tag in ("html", "body", "main", "article"):
            return None
        words = {name.lower() for name in _SPELLED_TOGETHER.split(element.names)}
        # A class of the element that contains most links describes the layout of the page ("with-sidebar").
        is_layout = element.links > self._half
        if not is_layout and not _ADVERTISING_WORDS.isdisjoint(words):
            return _Place.ADVERTISING
        if element.tag in _MENU_TAGS or element.role in _MENU_ROLES:
            return _Place.MENU
        return _Place.MENU if not is_layout and not _MENU_WORDS.isdisjoint(words) else None


def _base(page: HtmlLinks, url: str) -> str:
    """The base URL for relative links: the one the page declares, else its own."""
    return (page.base and _absolute(page.base, url)) or url


def _absolute(href: str, base: str) -> str | None:
    if href.startswith("#") or len(href) > MAX_LISTED_URL_CHARS:
        return None
    try:
        return absolute_url(href, base)
    except ValueError:
        return None
