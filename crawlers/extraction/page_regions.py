"""Tell the content of an article from other articles, comments and the frame of its page."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

NOT_CONTENT = frozenset(["script", "style", "noscript", "template", "svg", "head", "select", "button", "iframe"])
_FRAMES = frozenset({"aside", "header", "footer"})
_OTHER_NAMES = re.compile(
    r"\b(?:comments?|disqus|respond|related|recommend\w*|recirc\w*|most[-_]?(?:read|popular|viewed)|popular|"
    r"trending|latest|newsletter|more[-_]?(?:news|stories|on|from)|read[-_]?more|up[-_]?next|ticker|"
    r"breadcrumbs?|weather|masthead|topbar|top[-_]bar|today)\b|related|recommend|comment-?list",
    re.IGNORECASE,
)
"""Classes and identifiers of elements that hold other articles, comments or the frame of the page."""
_SIDE_NAMES = re.compile(r"\b(?:teasers?|sidebar|promos?)\b", re.IGNORECASE)
"""Classes and identifiers of elements that hold other articles, or facts about this one."""
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "br", "em", "font", "i", "img", "label", "small", "span", "strong", "time"}
)
"""Elements within a line of text."""
_MAX_BYLINE = 400
"""Characters of an `aside`, `header` or `footer` that may be a byline."""
_MAX_ELEMENTS = 100
"""Elements within a block of text."""


def blocks_of(element: HtmlElement) -> Iterator[HtmlElement]:
    """The innermost blocks of an element: without blocks in them, apart from other articles and comments."""
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if not isinstance(one.tag, str) or one.tag in NOT_CONTENT or is_other_content(one):
            continue
        within = list(islice(one.iterdescendants(), _MAX_ELEMENTS + 1))
        if len(within) <= _MAX_ELEMENTS and all(child.tag in INLINE for child in within):
            yield one
        else:
            waiting += reversed(one)


def is_other_content(element: HtmlElement) -> bool:
    """True for an element that holds other articles, comments, or the frame of the page."""
    if element.tag == "nav" or (element.tag in _FRAMES and not _is_byline(element)):
        return True
    if element.tag in ("body", "html", "article", "main", "time"):
        return False
    names = names_of(element)
    return bool(_OTHER_NAMES.search(names) or _SIDE_NAMES.search(names))


def is_side_content(element: HtmlElement) -> bool:
    """True for what `is_other_content` is true for if it may hold facts about the article instead: beside the text."""
    if _OTHER_NAMES.search(names_of(element)):
        return False
    return element.tag == "aside" or (element.tag not in _FRAMES and element.tag != "nav")


def is_in_other_content(element: HtmlElement) -> bool:
    """True for an element in another article, a comment or the frame of the page."""
    return any(is_other_content(parent) for parent in element.iterancestors())


def is_in_article(element: HtmlElement) -> bool:
    """True for an element in an `article` or `main`."""
    return any(parent.tag in ("article", "main") for parent in element.iterancestors())


def _is_byline(element: HtmlElement) -> bool:
    """True for an `aside`, `header` or `footer` in an article that holds the headline or no more than a byline."""
    if next(element.iter("h1"), None) is not None:
        return True
    return (
        is_in_article(element) and len(element.text_content()) <= _MAX_BYLINE and not element.xpath("boolean(.//li//a)")
    )


def names_of(element: HtmlElement) -> str:
    """The classes, the identifier and the property of an element, with hyphens for underscores."""
    return " ".join(element.get(name, "") for name in ("class", "id", "itemprop")).replace("_", "-")


def without_visible_text(tree: HtmlElement) -> HtmlElement:
    """A copy of a page with only what is not shown: its head, its scripts, and the attributes of its content."""
    copied = deepcopy(tree)
    waiting = [copied]
    while waiting:
        element = waiting.pop()
        if element.tag != "script":
            element.text = None
        for child in list(element.iterchildren(etree.Element)):
            child.tail = None
            if child.tag == "head":
                continue
            if child.tag == "time" or (is_other_content(child) and next(child.iter("h1"), None) is None):
                element.remove(child)
            else:
                waiting.append(child)
    return copied
