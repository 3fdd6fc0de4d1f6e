"""Run trafilatura's extractors in an order that takes half the time and cuts no body short.

Its main extractor works on a copy of the page without the elements that it would drop anyway. A result that is long
enough is final. Otherwise trafilatura's whole sequence follows, with readability, jusText and its fallbacks. If many of
the page's paragraphs are missing from the result, the body may be in several containers, of which trafilatura takes
only the first: they are joined, and the main extractor runs again. If most of the page's prose is missing, the whole
sequence is asked, too, however long the result is.

This module calls trafilatura's internals, so its version is pinned, and a test checks the pin.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING, cast

from lxml.etree import strip_elements
from trafilatura import core
from trafilatura.settings import Extractor
from trafilatura.xml import delete_element
from trafilatura.xpaths import BODY_XPATH

from crawlers.extraction.elements import Elements
from crawlers.extraction.main_extractor import main_result
from crawlers.extraction.normalising import normalise
from crawlers.unsegmented import count_unsegmented

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element
    from lxml.html import HtmlElement

LONG_ENOUGH = 500
"""Characters from which the main extractor's result is final: twice trafilatura's own minimum. On 278 captured pages
the whole sequence returns another text for two such results, both times a worse one."""
_EXTRA_PER_LETTER = 2
"""Characters that each letter of an unsegmented script counts in addition: it says as much as three letters of other
scripts, as translations of the same text show."""
_MIN_PARAGRAPH_SHARE = 0.7
"""Share of the text of all paragraphs; if the result has less, other containers of the body are searched for."""
_MIN_KEPT_SHARE = 0.4
"""Share of the page's prose; if the result has less, most of the article may be lost."""
_MIN_GAIN = 1.5
"""Times the length of a result that lost most of the paragraphs, from which that of the whole sequence replaces it."""
_MIN_PART_LENGTH = 150
"""Characters in paragraphs from which a container is a part of the body and not a note between parts."""
_MAX_PARTS = 60
_MANY_ELEMENTS = 6_000
"""Elements from which the slower extractors are skipped; captured pages have at most 4,098."""
_BODY_SHARE = 0.9
"""The body is the innermost container that has at least this share of the paragraph text of the largest container."""
_MAX_LEVELS_TO_COMMON_ANCESTOR = 3
"""Levels from a part up to the common ancestor of all parts."""
_NEVER_TEXT = (
    "style", "svg", "iframe", "canvas", "video", "audio", "object", "embed", "map", "select", "textarea", "template",
    "input", "link", "source", "track", "datalist", "dialog",
)  # fmt: skip
_READERS = re.compile(r"[Cc]omment(?!ary)|comol|disqus_thread|dsq-comments")
"""Beginnings of the identifiers and classes of reader comments, as in trafilatura."""
_NOT_BODY = re.compile(
    r"(?P<popup>tooltip|popover|hovercard|rollover-people-block)"
    rf"|(?P<readers>\A(?:{_READERS.pattern}))"
    r"|(?:article|post)-comments|elementor-share-buttons|mvp-post-add-(?:box|wrap)|infinite-?scroll"
)
"""Part of a class: notes that appear on hover and stand in the middle of a sentence; comments, share buttons and
further articles on the same page."""
_MAX_POPUP_LENGTH = 3000
_POST = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed|fb-post|threads-post")
"""Classes of embedded posts from social networks: quotes that contain the post's text for readers without scripts."""
_MAX_BESIDE_POST = 100
"""Characters beside the post in a container made for it: a caption, a credit."""
_MAX_POSTS = 100
_MAX_WRAPPERS = 6
_BODY_CONTAINERS = frozenset({"div", "section", "main", "td"})
_IN_BODY = frozenset({"ul", "ol", "dl", "blockquote", "table", "h2", "h3", "h4"})
"""Elements after the last paragraph that still belong to an article in the `body` itself."""
_VALID_TAG = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_INLINE = frozenset({"b", "strong", "i", "em", "span", "u", "br", "font", "sub", "sup"})
_REMOVABLE = frozenset({"div", "section", "details", "ol", "ul", "aside", "span"})
_OPTIONS = Extractor(comments=False)
_JSON_LD_TYPE = "application/ld+json"


def find_article_body(reduced: Elements, url: str, prose: int) -> _Element:
    """The body of an article in trafilatura's elements (p, head, list, item, quote, table, row, cell, lb).

    `reduced` is what `reduced_page` returns; it is changed only if a tag is invalid. `prose` is the number of
    characters in its blocks of prose. The body has no children if nothing was found.
    """
    options = copy(_OPTIONS)
    options.url = url
    in_paragraphs = _length_of_texts(element for element in reduced.all if element.tag == "p")
    try:
        return _body_of(reduced.root, options, prose, in_paragraphs)
    except ValueError:
        return _body_of(_renamed(reduced.root), options, prose, in_paragraphs)


def _body_of(reduced: HtmlElement, options: Extractor, prose: int, in_paragraphs: int) -> _Element:
    """The body of a reduced page. Each extractor gets a copy, because extractors change their tree."""
    body, text = main_result(copy(reduced), options)
    if len(text) < _MIN_PARAGRAPH_SHARE * in_paragraphs and (joined := _joined(reduced)) is not None:
        longer, longer_text = main_result(joined, options)
        if len(longer_text) > len(text):
            body, text = longer, longer_text
    if len(text) < _MIN_PARAGRAPH_SHARE * in_paragraphs and not _is_long(text):
        marked = _with_body_marked(copy(reduced))
        if marked is not None:
            found, found_text = main_result(marked, options)
            if len(found_text) > len(text):
                body, text = found, found_text
    if _is_long(text) and len(text) >= _MIN_KEPT_SHARE * prose:
        return body
    whole = _sequence(copy(reduced), options)
    if _is_long(text) and sum(len(str(part)) for part in whole.itertext()) < _MIN_GAIN * len(text):
        return body
    return whole


def _is_long(text: str) -> bool:
    """True for a text that is long enough to be final, by the measure of its script."""
    return len(text) >= LONG_ENOUGH or len(text) + _EXTRA_PER_LETTER * count_unsegmented(text) >= LONG_ENOUGH


def _sequence(page: HtmlElement, options: Extractor) -> _Element:
    """trafilatura's whole sequence. Large pages are done without jusText, which compares each block with all others."""
    options.fast = sum(1 for _ in page.iter()) > _MANY_ELEMENTS
    return core.trafilatura_sequence(page, options, options.url)[0]


def _renamed(tree: HtmlElement) -> HtmlElement:
    """The tree with valid tags. The parser accepts malformed ones (`<scr"ipt>`, `<p"class=x>`), but lxml cannot create
    elements with them."""
    for element in tree.iter():
        if isinstance(element.tag, str) and not _VALID_TAG.fullmatch(element.tag):
            start = _VALID_TAG.match(element.tag)
            element.tag = start[0] if start else "span"
    return tree


def reduced_page(page: Elements) -> Elements:
    """A copy of a page without elements that are never text, reader comments and further articles on the same page.

    Its elements are as they were before some were renamed.
    """
    reduced = copy(page.root)
    structured = []
    if any(script.get("type") == _JSON_LD_TYPE for script in page.named("script")):
        structured = [script for script in reduced.iter("script") if script.get("type") == _JSON_LD_TYPE]
    for script in structured:
        script.tag = "json-ld"
    strip_elements(reduced, "script", *_NEVER_TEXT, with_tail=False)
    for script in structured:
        script.tag = "script"
    elements = Elements(reduced)
    normalise(elements)
    for element in elements.all:
        if element.tag == "div" and _is_between_paragraphs(element):
            element.tag = "p"
    for quote in islice(filter(_is_post, elements.named("blockquote")), _MAX_POSTS):
        _unwrap(quote)
    if not (names := _names_of_others(page)):
        return elements
    named = [one for one in elements.all if one.get("class") in names or one.get("id") in names]
    others = [element for element in named if element.tag in _REMOVABLE and _is_not_body(element)]
    for element in others:
        delete_element(element)
    return Elements(reduced) if others else elements


def _is_between_paragraphs(element: HtmlElement) -> bool:
    """True for a `div` of text alone between two paragraphs: it is a paragraph too, or a heading."""
    previous = element.getprevious()
    if previous is None or previous.tag != "p":
        return False
    following = element.getnext()
    return (
        following is not None
        and following.tag == "p"
        and all(child.tag in _INLINE for child in element)
        and bool(element.text_content().strip())
    )


def _is_post(quote: HtmlElement) -> bool:
    return _POST.search(quote.get("class", "")) is not None


def _unwrap(quote: HtmlElement) -> None:
    """Turn the containers made for an embedded post into plain `div` elements, so that it is not dropped with them."""
    max_length = len(quote.text_content()) + _MAX_BESIDE_POST
    for ancestor in islice(quote.iterancestors("div", "figure", "section", "aside", "p"), _MAX_WRAPPERS):
        if len(ancestor.text_content()) > max_length:
            break
        ancestor.tag = "div"
        ancestor.attrib.clear()


def _names_of_others(page: Elements) -> set[str]:
    """The classes and identifiers of a page that what `_is_not_body` finds may have."""
    classes = filter(_NOT_BODY.search, {value for _, value in page.having("class")})
    return {*classes, *(value for _, value in page.having("id") if _READERS.match(value))}


def _is_not_body(element: HtmlElement) -> bool:
    """True for an element that is a note, reader comments or another article, by its class or identifier."""
    classes = element.get("class")
    if classes and (found := _NOT_BODY.search(classes)):
        if found["popup"]:
            return len(element.text_content()) <= _MAX_POPUP_LENGTH
        if element.tag != "span":
            return "infinite" not in classes or found["readers"] is not None or element.find(".//h1") is None
    name = element.get("id")
    return name is not None and element.tag != "span" and _READERS.match(name) is not None


def _length_of_texts(elements: Iterable[HtmlElement]) -> int:
    return sum(len(element.text_content()) for element in elements)


def _joined(page: HtmlElement) -> HtmlElement | None:
    """A copy of a page with all parts of its body moved into the first part; None if the body has only one."""
    if not _parts_of_body(page):
        return None
    joined = copy(page)
    first, *parts = _parts_of_body(joined)
    for part in parts:
        first.extend(list(part))
    return joined


def _parts_of_body(tree: HtmlElement) -> list[HtmlElement]:
    """The parts of the body; empty if it has only one.

    Parts are containers with the same tag and class, with paragraphs and a common ancestor a few levels up; `article`
    elements need no class. Containers with an `h1` or `article` are articles, not parts, and so is an `article` with a
    date or a heading that is a link.
    """
    found = cast("list[HtmlElement]", BODY_XPATH[0](tree))
    first = next((element for element in (*found, *tree.iter("article")) if len(element)), None)
    if first is None or not (first.get("class") or first.tag == "article"):
        return []
    name, ancestors = first.get("class"), set(_near_ancestors(first))
    parts = [
        element
        for element in tree.iter(str(first.tag))
        if element.get("class") == name
        and element is not first
        and first not in element.iterancestors()
        and ancestors.intersection(_near_ancestors(element))
        and _length_of_texts(element.iter("p")) >= _MIN_PART_LENGTH
        and not (first.tag == "article" and _is_dated_or_linked(element))
    ]
    if not 0 < len(parts) <= _MAX_PARTS or any(
        next(part.iterdescendants("h1", "article"), None) is not None for part in parts
    ):
        return []
    return [first, *parts]


def _is_dated_or_linked(article: HtmlElement) -> bool:
    headings = article.iterdescendants("h2", "h3", "h4")
    return next(article.iter("time"), None) is not None or any(
        heading.find(".//a") is not None or next(heading.iterancestors("a"), None) is not None for heading in headings
    )


def _with_body_marked(tree: HtmlElement) -> HtmlElement | None:
    """The tree with the innermost container of most paragraphs renamed to `article`; None if there is none.

    If trafilatura does not recognise the body's container, it takes only paragraphs, without headings and lists.
    """
    inside: Counter[HtmlElement] = Counter()
    innermost: HtmlElement | None = None
    elements = list(tree.iter())
    for element in reversed(elements):  # children before their parents
        size = len(element.text_content()) if element.tag == "p" else inside[element]
        parent = element.getparent()
        if size and parent is not None:
            inside[parent] += size
    if _wrapped(tree.find("body"), inside):
        return tree
    containers = [element for element in elements if element.tag in _BODY_CONTAINERS]
    most = _BODY_SHARE * max((inside[element] for element in containers), default=0)
    for element in containers:
        # Two containers with this share are nested, so the last one is the innermost.
        if most and inside[element] >= most:
            innermost = element
    if innermost is None:
        return None
    innermost.tag = "article"
    return tree


def _wrapped(body: HtmlElement | None, inside: Counter[HtmlElement]) -> bool:
    """Put an article that stands in the `body` itself, between menus and boxes, into an `article`; False if the most
    paragraph text stands elsewhere."""
    if body is None:
        return False
    children = list(body)
    paragraphs = [number for number, child in enumerate(children) if child.tag == "p"]
    direct = sum(len(children[number].text_content()) for number in paragraphs)
    if not paragraphs or direct < _BODY_SHARE * inside[body]:
        return False
    start, end = paragraphs[0], paragraphs[-1] + 1
    end += next((n for n, child in enumerate(children[end:]) if child.tag not in _IN_BODY), len(children) - end)
    article = body.makeelement("article")
    body.insert(start, article)
    article.extend(children[start:end])
    return True


def _near_ancestors(element: HtmlElement) -> list[HtmlElement]:
    return list(
        islice(element.iterancestors("div", "section", "article", "main", "body"), _MAX_LEVELS_TO_COMMON_ANCESTOR)
    )
