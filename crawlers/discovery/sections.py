"""Section and front pages: which of their links look like articles, and which feeds they name.

A link is judged by its address (`article_address`), by its text (a headline has several words) and by where it stands:
a heading inside an `<article>` says more than a line in a menu. No rules for single sites.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

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
"""Words from which on a text is a headline and no label: names of sections and topics have one to three."""
UNSEGMENTED_HEADLINE = 10
"""The same in characters, for scripts without spaces between words."""

_MENU_WORDS = read_list("menu-words")
_ADVERTISING_WORDS = read_list("advertising-words")
_MENU_TAGS = frozenset({"nav", "header", "footer", "aside", "form"})
_MENU_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary", "dialog"})
_OTHER_RELATIONS = frozenset({"sponsored", "tag", "author", "category", "next", "prev", "license", "help", "search"})
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/rss"}
)
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

    `url` is where the page came from, `http_charset` the charset of its Content-Type header. Links to other sites,
    menus, topics, services and advertising are left out; see the module for how. `problem` says so where a page has no
    links at all. Raises BadListingError where the body is no HTML or over 20 MiB.
    """
    page = read_html_links(body, http_charset)
    base, places = _base(page, url), _Places(page)
    collector = LinkCollector(base, "links")
    if not page.anchor_count:
        collector.note("no links: the page may need a script to show any")
    if page.anchor_count > MAX_SECTION_LINKS:
        collector.note(f"only the first {MAX_SECTION_LINKS} of {page.anchor_count} links are looked at")
    own = normalise_url(url)
    followed: dict[str, str] = {}
    titles: dict[str, str] = {}
    for anchor in page.anchors:
        address = _address(anchor.href, base)
        if address is None or not same_site(address, own):
            continue
        key = normalise_url(address)
        if key != own and _is_article(article_evidence(key), anchor.text, places.of(anchor)):
            followed.setdefault(key, address)
            titles[key] = max(titles.get(key, ""), anchor.text, key=len)
    for key, address in followed.items():
        collector.add(address, title=titles[key] or None, language=page.language)
    return collector.listing()


def find_feeds(body: bytes, url: str) -> tuple[str, ...]:
    """The feeds that a page names in its head, absolute; feeds of comments are left out. Raises as `parse_section`."""
    page = read_html_links(body)
    base = _base(page, url)
    feeds: dict[str, None] = {}
    for media_type, href in page.alternates:
        address = _address(href, base) if media_type in _FEED_TYPES else None
        if address is not None and "/comments/" not in address + "/":
            feeds.setdefault(address)
    return tuple(feeds)


def _is_article(address: Evidence, text: str, place: _Place) -> bool:
    words = len(_WORD.findall(text))
    is_headline = words >= HEADLINE_WORDS or count_unsegmented(text) >= UNSEGMENTED_HEADLINE
    match place:
        case _Place.ADVERTISING:
            return False
        case _Place.MENU:
            return address is Evidence.CERTAIN and is_headline
        case _Place.TEASER:
            return (
                address >= Evidence.STRONG
                or bool(text and address is Evidence.WEAK)
                or (is_headline and address is Evidence.NONE)
            )
        case _Place.PLAIN | _Place.HEADING:
            # A picture has no text at all, and of labels ("Read more", "12 comments") only those of one word are told.
            return (address >= Evidence.STRONG and (is_headline or words != 1)) or (
                address is Evidence.WEAK and is_headline
            )


class _Places:
    """Where links stand, by the elements around them."""

    def __init__(self, page: HtmlLinks) -> None:
        self._most = len(page.anchors) / 2
        self._of_element: dict[Element, _Place | None] = {}

    def of(self, anchor: Anchor) -> _Place:
        if not _OTHER_RELATIONS.isdisjoint(anchor.relations):
            return _Place.ADVERTISING
        tags = {element.tag for element in anchor.element.and_around()}
        for element in anchor.element.and_around():
            place = self._own(element)
            if place is not None and not (element.tag == "header" and "article" in tags):
                return place
        if not anchor.has_heading and HEADINGS.isdisjoint(tags):
            return _Place.PLAIN
        return _Place.TEASER if "article" in tags else _Place.HEADING

    def _own(self, element: Element) -> _Place | None:
        """What the element itself says of the links in it, None where nothing."""
        if element not in self._of_element:
            self._of_element[element] = self._classify(element)
        return self._of_element[element]

    def _classify(self, element: Element) -> _Place | None:
        if element.tag in ("html", "body", "main", "article"):
            return None
        words = {name.lower() for name in _SPELLED_TOGETHER.split(element.names)}
        # A word on what holds most of the links is about the layout of the page ("with-sidebar").
        is_layout = element.links > self._most
        if not is_layout and not _ADVERTISING_WORDS.isdisjoint(words):
            return _Place.ADVERTISING
        if element.tag in _MENU_TAGS or element.role in _MENU_ROLES:
            return _Place.MENU
        return _Place.MENU if not is_layout and not _MENU_WORDS.isdisjoint(words) else None


def _base(page: HtmlLinks, url: str) -> str:
    """The page's own base for relative links."""
    return (page.base and _address(page.base, url)) or url


def _address(href: str, base: str) -> str | None:
    if href.startswith("#") or len(href) > MAX_LISTED_URL_CHARS:
        return None
    try:
        return absolute_url(href, base)
    except ValueError:
        return None
