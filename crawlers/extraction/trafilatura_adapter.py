"""trafilatura's extractors, run in an order that costs half the time and cuts no body short.

Its main extractor works on a copy of the page without what it would throw away anyway. A result that is long enough
is taken as it is; only where it is not does trafilatura's whole sequence follow, with readability, jusText and its
rescues. Where many of a page's paragraphs are outside of the result, the body may stand in several containers, of which
trafilatura takes the first: they are joined, and the main extractor is asked again. All of this calls internals of
trafilatura: its version is pinned, and a test holds it.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING, cast

from lxml.etree import strip_elements, strip_tags
from trafilatura import core
from trafilatura.htmlprocessing import _handle_forms, convert_tags, prune_html, recover_math
from trafilatura.main_extractor import _extract
from trafilatura.settings import MANUALLY_CLEANED, MANUALLY_STRIPPED, MIN_DUPLICATE_LENGTH, Extractor
from trafilatura.xml import delete_element
from trafilatura.xpaths import BODY_XPATH

from crawlers.unsegmented import count_unsegmented

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element
    from lxml.html import HtmlElement

LONG_ENOUGH = 500
"""Characters of a main result from which it is taken, twice trafilatura's own minimum. On 278 captured pages the whole
sequence returns something else for two of such results, both times something worse."""
_PER_LETTER = 2
"""Characters that a letter counts for beside itself in scripts without blanks: they say in one what others say in
three, as translations of one text show."""
_JOIN_BELOW = 0.7
"""Share of the text of all paragraphs below which other containers of the body are looked for."""
_SHORTEST_PART = 150
"""Characters in paragraphs that make a container a part of the body, not a note between parts."""
_MAX_PARTS = 60
_MANY = 6_000
"""Elements from which the page is not given to the slower extractors; captured pages have 4,098 at most."""
_BODY_SHARE = 0.9
"""Of the text in paragraphs that one container holds at most, the share that makes a smaller one within it the body."""
_HIGHEST_COMMON = 3
"""Levels above a part at which the ancestor common to all parts stands at the most."""
_NEVER_TEXT = (
    "style", "svg", "iframe", "canvas", "video", "audio", "object", "embed", "map", "select", "textarea", "template",
    "input", "link", "source", "track", "datalist", "dialog",
)  # fmt: skip
_READERS = re.compile(r"[Cc]omment(?!ary)|comol|disqus_thread|dsq-comments")
"""Beginnings of the identifiers and classes of reader comments, as trafilatura knows them."""
_APART = re.compile(
    r"(?P<popup>tooltip|popover|hovercard|rollover-people-block)"
    rf"|(?P<readers>\A(?:{_READERS.pattern}))"
    r"|(?:article|post)-comments|elementor-share-buttons|mvp-post-add-(?:box|wrap)|infinite-?scroll"
)
"""By a part of the class: notes that show when something is pointed at, and stand in the middle of the words they
belong to; comments, share buttons and articles that follow on the same page."""
_LONGEST_POPUP = 3000
_POST = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed|fb-post|threads-post")
"""Classes of posts on networks as these have them embedded: quotes that hold the text for readers without scripts."""
_WRAPPED = 100
"""Characters beside the post in a container that is made for it: a caption, a credit."""
_MAX_POSTS = 100
_MAX_WRAPPERS = 6
_HOLDING = frozenset({"div", "section", "main", "td"})
_NAME = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_INLINE = frozenset({"b", "strong", "i", "em", "span", "u", "br", "font", "sub", "sup"})
_CONTAINERS = ("div", "section", "details", "ol", "ul", "aside")
_DELETED = tuple(tag for tag in MANUALLY_CLEANED if tag != "form")
"""What the main extractor deletes with all that is in it; at forms it looks first."""
_LINKED_DATA = "application/ld+json"


def find_article_body(tree: HtmlElement, url: str) -> _Element:
    """The body of an article in trafilatura's vocabulary (p, head, list, item, quote, table, row, cell, lb).

    The tree is left as it was. A body without children where nothing was found.
    """
    options = Extractor(url=url, comments=False)
    try:
        return _body_of(lambda: _reduced(tree), options)
    except ValueError:
        return _body_of(lambda: _renamed(_reduced(tree)), options)


def _body_of(reduced: Callable[[], HtmlElement], options: Extractor) -> _Element:
    """The body in what `reduced` makes of the page, each time anew: an extractor uses its tree up."""
    page = reduced()
    in_paragraphs = _text_in_paragraphs(page)
    body, text = _main_result(page, options)
    if len(text) < _JOIN_BELOW * in_paragraphs and (joined := _joined(reduced())) is not None:
        spare = copy(joined)
        longer, longer_text = _main_result(joined, options)
        if len(longer_text) > len(text):
            if _is_long(longer_text):
                return longer
            return _sequence(spare, options)
    if _is_long(text):
        return body
    if len(text) < _JOIN_BELOW * in_paragraphs and (named := _named(reduced())) is not None:
        found, found_text = _main_result(named, options)
        if _is_long(found_text):
            return found
    return _sequence(reduced(), options)


def _is_long(text: str) -> bool:
    """Whether a text is long enough to be taken as it is, in its own script."""
    return len(text) >= LONG_ENOUGH or len(text) + _PER_LETTER * count_unsegmented(text) >= LONG_ENOUGH


def _sequence(page: HtmlElement, options: Extractor) -> _Element:
    """trafilatura's whole sequence; without jusText, which looks from each block at all others, if there are many."""
    options.fast = sum(1 for _ in page.iter()) > _MANY
    return core.trafilatura_sequence(page, options, options.url)[0]


def _renamed(tree: HtmlElement) -> HtmlElement:
    """The tree with names for elements whose tags are malformed (`<scr"ipt>`, `<p"class=x>`): parsers let them in, and
    nothing can make a second element of such a name."""
    for element in tree.iter():
        if isinstance(element.tag, str) and not _NAME.fullmatch(element.tag):
            start = _NAME.match(element.tag)
            element.tag = start[0] if start else "span"
    return tree


def _main_result(page: HtmlElement, options: Extractor) -> tuple[_Element, str]:
    """What trafilatura's `extract_content` does where the main pass finds enough, without the copy that it keeps for
    when it does not: then its whole sequence runs anyway."""
    body, text, _ = _extract(convert_tags(_cleaned(page), options, options.url), options)
    previous = ""
    for element in list(body):
        current = " ".join("".join(map(str, element.itertext())).split())
        if current == previous and len(current) > MIN_DUPLICATE_LENGTH:
            delete_element(element, keep_tail=False)
        previous = current
    strip_elements(body, "done")
    strip_tags(body, "div")
    return body, text


def _cleaned(tree: HtmlElement) -> HtmlElement:
    """What trafilatura's `tree_cleaning` does, in one pass over the tree rather than one for each name."""
    recover_math(tree)
    for element in tree.iter("figure", "table"):
        lays_out = element.get("role") in ("presentation", "none")
        if element.find(".//table") is not None if element.tag == "figure" else lays_out:
            element.tag = "div"
    strip_tags(tree, *MANUALLY_STRIPPED)
    strip_elements(tree, *_DELETED, with_tail=False)
    _handle_forms(tree)
    return prune_html(tree)


def _reduced(tree: HtmlElement) -> HtmlElement:
    """A copy without what is never text, reader comments and other articles that follow on the same page."""
    reduced = copy(tree)
    for script in reduced.iter("script"):
        if script.get("type") == _LINKED_DATA:
            script.tag = "linked-data"
    strip_elements(reduced, "script", *_NEVER_TEXT, with_tail=False)
    for script in reduced.iter("linked-data"):
        script.tag = "script"
    for element in reduced.iter("div"):
        if _is_between_paragraphs(element):
            element.tag = "p"
    for quote in islice((quote for quote in reduced.iter("blockquote") if _is_post(quote)), _MAX_POSTS):
        _freed(quote)
    for element in [element for element in reduced.iter(*_CONTAINERS, "span") if _is_apart(element)]:
        delete_element(element)
    return reduced


def _is_between_paragraphs(element: HtmlElement) -> bool:
    """Whether a `div` holds nothing but text and stands between paragraphs: it is one too, or a heading."""
    before, behind = element.getprevious(), element.getnext()
    return (
        before is not None
        and behind is not None
        and before.tag == behind.tag == "p"
        and all(child.tag in _INLINE for child in element)
        and bool(element.text_content().strip())
    )


def _is_post(quote: HtmlElement) -> bool:
    return _POST.search(quote.get("class", "")) is not None


def _freed(quote: HtmlElement) -> None:
    """An embedded post out of the wrappers that are made for nothing else, whose names would have it thrown away."""
    most = len(quote.text_content()) + _WRAPPED
    for ancestor in islice(quote.iterancestors("div", "figure", "section", "aside", "p"), _MAX_WRAPPERS):
        if len(ancestor.text_content()) > most:
            break
        ancestor.tag = "div"
        ancestor.attrib.clear()


def _is_apart(element: HtmlElement) -> bool:
    """Whether an element is a note, the readers' or another article's by its class or identifier."""
    classes = element.get("class")
    if classes and (found := _APART.search(classes)):
        if found["popup"]:
            return len(element.text_content()) <= _LONGEST_POPUP
        if element.tag != "span":
            return "infinite" not in classes or found["readers"] is not None or element.find(".//h1") is None
    return element.tag != "span" and _READERS.match(element.get("id", "")) is not None


def _text_in_paragraphs(tree: HtmlElement) -> int:
    return sum(len(paragraph.text_content()) for paragraph in tree.iter("p"))


def _joined(tree: HtmlElement) -> HtmlElement | None:
    """The tree with the other parts of its body moved into the first; None where it has no others.

    Parts are containers of one name and class, with paragraphs, that have an ancestor near by in common. Where they
    have headlines (`h1`) or articles of their own they are articles, not parts.
    """
    found = cast("list[HtmlElement]", BODY_XPATH[0](tree))
    first = next((element for element in found if len(element)), None)
    if first is None or not first.get("class"):
        return None
    near = set(_near(first))
    parts = [
        element
        for element in tree.iter(str(first.tag))
        if element is not first
        and element.get("class") == first.get("class")
        and first not in element.iterancestors()
        and near.intersection(_near(element))
        and _is_text(element)
    ]
    if not 0 < len(parts) <= _MAX_PARTS or any(next(part.iter("h1", "article"), None) is not None for part in parts):
        return None
    for part in parts:
        first.extend(list(part))
    return tree


def _named(tree: HtmlElement) -> HtmlElement | None:
    """The tree with its innermost container of most paragraphs made an `article`, where trafilatura knows none of the
    names: of such pages it takes nothing but paragraphs, without headings and lists. None where there is none."""
    inside: Counter[HtmlElement] = Counter()
    innermost: HtmlElement | None = None
    elements = list(tree.iter())
    for element in reversed(elements):  # what is within an element comes before it
        size = len(element.text_content()) if element.tag == "p" else inside[element]
        parent = element.getparent()
        if size and parent is not None:
            inside[parent] += size
    containers = [element for element in elements if element.tag in _HOLDING]
    most = _BODY_SHARE * max((inside[element] for element in containers), default=0)
    for element in containers:
        # Of two with so large a share one is within the other, so that the last one is the innermost.
        if most and inside[element] >= most:
            innermost = element
    if innermost is None:
        return None
    innermost.tag = "article"
    return tree


def _near(element: HtmlElement) -> list[HtmlElement]:
    ancestors = element.iterancestors("div", "section", "article", "main")
    return [ancestor for _, ancestor in zip(range(_HIGHEST_COMMON), ancestors, strict=False)]


def _is_text(part: HtmlElement) -> bool:
    return _text_in_paragraphs(part) >= _SHORTEST_PART
