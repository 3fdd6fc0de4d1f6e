"""Reads the links of an HTML page and their places in it.

The page is read as a stream of events: no tree is needed, and building one takes minutes if an element has 100,000
attributes (libxml2 2.14 walks through all of them for each one).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from lxml import etree

from crawlers.discovery.listing import BadListingError
from crawlers.discovery.markup import check_size, decode, describe_body, find_root, plain_line
from crawlers.limits import MAX_LISTING_BYTES, MAX_SECTION_LINKS, MAX_TITLE_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_DEPTH = 256
"""Nesting depth up to which elements are distinguished; pages have up to about 60."""
MAX_OPEN = 100_000
"""Open elements, of which no more is read: 20 MiB of start tags take ten seconds."""
MAX_ELEMENTS = 500_000
"""Elements that are read, of which a large front page has some ten thousand: there are seven million in 20 MiB."""
MAX_ALTERNATES = 1000
"""Links to other forms of the page that are read; a page has a feed or two, and itself in some tens of languages."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_EXPECTED = "an HTML page"
_WITHOUT_TEXT = frozenset({"script", "style", "template", "noscript"})
_CHUNK = 1 << 16


@dataclass(slots=True, eq=False)
class Element:
    """An element around links: its tag, its class and id in one string, its role, and the number of links in it."""

    tag: str
    names: str
    role: str
    parent: Element | None
    links: int = 0

    def and_ancestors(self) -> Iterator[Element]:
        """The element itself and its ancestors, from the inside out."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent


@dataclass(slots=True, eq=False)
class Anchor:
    """An `<a href>`. `text` is the text of its heading, else all of its text, else a substitute (title, label, alt)."""

    href: str
    relations: frozenset[str]
    element: Element
    has_heading: bool = False
    text: str = ""


@dataclass(slots=True)
class HtmlLinks:
    """The links of a page. `alternates` are the type and URL of each `<link rel=alternate>`."""

    language: str | None = None
    base: str | None = None
    anchors: list[Anchor] = field(default_factory=list)
    anchor_count: int = 0
    """The first link beyond the limit is counted, too."""
    alternates: list[tuple[str, str]] = field(default_factory=list)


def read_html_links(body: bytes, http_charset: str | None = None) -> HtmlLinks:
    """Read a page, at most MAX_SECTION_LINKS of its links.

    Raises BadListingError if the body is not HTML or is over 20 MiB.
    """
    check_size(body, MAX_LISTING_BYTES, "a page")
    text = decode(body, http_charset)
    is_listing = find_root(text[:2000], ("rss", "feed", "rdf", "urlset", "sitemapindex"))
    if b"\x00" in body[:100] or is_listing or "<" not in text:
        raise BadListingError(f"found {describe_body(body, text)}; expected {_EXPECTED}")
    target = _HtmlTarget()
    parser = etree.HTMLParser(target=cast("etree.ParserTarget", target), encoding="utf-8", no_network=True)
    # The text after the last tag may be half a tag, which the parser would take for a complete one.
    page = text[: text.rfind(">") + 1].replace("\x00", "").encode("utf-8", "replace")
    try:
        for start in range(0, len(page), _CHUNK):
            if target.is_full:
                target.close()
                break
            parser.feed(page[start : start + _CHUNK])
        else:
            parser.close()
    except etree.LxmlError as error:
        raise BadListingError(f"found {describe_body(body, text)} ({error}); expected {_EXPECTED}") from error
    return target.page


class _HtmlTarget:
    def __init__(self) -> None:
        self.page = HtmlLinks()
        self._open: list[Element] = []
        self._element_count = 0
        self._tags: list[str] = []
        self._silent = 0
        self._anchor: Anchor | None = None
        self._anchor_depth = 0
        self._text: list[str] = []
        self._heading: list[str] = []
        self._heading_depth = 0
        self._substitutes: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether no more is read."""
        return (
            self.page.anchor_count > MAX_SECTION_LINKS
            or len(self._open) > MAX_OPEN
            or self._element_count > MAX_ELEMENTS
        )

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        get = attributes.get
        element = self._open[-1] if self._open else None
        if element is None or len(self._open) < MAX_DEPTH:
            names = f"{get('class') or ''} {get('id') or ''}"[:1000]
            element = Element(tag, names, (get("role") or "").lower(), element)
        self._open.append(element)
        self._element_count += 1
        self._tags.append(tag)
        self._silent += tag in _WITHOUT_TEXT
        if tag == "a":
            self._begin(element, attributes)
        elif tag in HEADINGS and self._anchor is not None and not self._heading_depth:
            self._heading_depth, self._anchor.has_heading = len(self._open), True
        elif tag == "img" and self._anchor is not None:
            self._substitutes.append(get("alt") or "")
        elif tag == "link" and get("href") and "alternate" in (get("rel") or "").lower().split():
            media_type = (get("type") or "").partition(";")[0].strip().lower()
            if len(self.page.alternates) < MAX_ALTERNATES:
                self.page.alternates.append((media_type, attributes["href"]))
        elif tag == "base" and self.page.base is None:
            self.page.base = get("href")
        elif tag == "html" and self.page.language is None:
            self.page.language = get("lang") or get("xml:lang")

    def data(self, text: str) -> None:
        if self._anchor is None or self._silent or len(self._text) > MAX_TITLE_CHARS:
            return
        self._text.append(text[: 4 * MAX_TITLE_CHARS])
        if self._heading_depth:
            self._heading.append(text[: 4 * MAX_TITLE_CHARS])

    def end(self, tag: str) -> None:
        if not self._open:
            return
        if len(self._open) == self._heading_depth:
            self._heading_depth = 0
        if len(self._open) == self._anchor_depth:
            self._finish()
        self._open.pop()
        self._silent -= self._tags.pop() in _WITHOUT_TEXT

    def close(self) -> None:
        self._finish()

    def _begin(self, element: Element, attributes: Mapping[str, str]) -> None:
        self._finish()
        href = (attributes.get("href") or "").strip()
        if not href:
            return
        self.page.anchor_count += 1
        if self.page.anchor_count > MAX_SECTION_LINKS:
            return
        for ancestor in element.and_ancestors():
            ancestor.links += 1
        self._anchor = Anchor(href, frozenset((attributes.get("rel") or "").lower().split()), element)
        self._anchor_depth = len(self._open)
        self._substitutes = [attributes.get("title") or "", attributes.get("aria-label") or ""]

    def _finish(self) -> None:
        if self._anchor is not None:
            texts = ("".join(self._heading), "".join(self._text), *self._substitutes)
            self._anchor.text = next(filter(None, (plain_line(text, is_markup=False) for text in texts)), "")
            self.page.anchors.append(self._anchor)
        self._anchor, self._anchor_depth, self._heading_depth = None, 0, 0
        self._text, self._heading, self._substitutes = [], [], []
