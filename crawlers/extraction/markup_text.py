"""Read the text of elements with the breaks that a browser shows: one block of text per paragraph, heading or item."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.extraction.line_rules import ends_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements

BLOCK_TAGS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
        "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
        "td", "tfoot", "th", "thead", "title", "tr", "ul",
    }
)  # fmt: skip
"""Elements that begin and end a line."""
MIN_PROSE = 80
"""Characters of the shortest block that counts as prose."""
_MAX_HEADINGS = 20
_MAX_LEVELS = 20
_MIN_SHARE_BEFORE = 0.2
"""Text in paragraphs that an article has, compared with the one after it on the same page."""


def text_with_breaks(element: HtmlElement) -> str:
    """The text of an element, with a space wherever a browser breaks the line (`text_content` joins the words)."""
    if not len(element):
        return element.text or ""
    parts: list[str] = []
    stack: list[tuple[HtmlElement, bool]] = [(element, False)]
    while stack:
        current, done = stack.pop()
        if current is not element and (current.tag == "br" or current.tag in BLOCK_TAGS):
            parts.append(" ")
        if done:
            parts.append((current.tail if current is not element else None) or "")
            continue
        parts.append(current.text or "")
        stack.append((current, True))
        stack.extend((child, False) for child in reversed(current))
    return "".join(parts)


def prose_blocks(elements: Elements) -> Iterator[tuple[HtmlElement, int]]:
    """The blocks of prose, in page order: the innermost block element that holds each, and its number of characters.

    Prose is long, ends like a sentence, and is less than half links. What the page prints twice counts once, and other
    articles on the same page do not count.
    """
    seen: set[str] = set()
    for holder, raw, links in _blocks(elements.root, other_articles(elements)):
        text = _prose(raw, links)
        if text and text not in seen:
            seen.add(text)
            yield holder, len(text)


def prose_length(container: HtmlElement, skipped: frozenset[HtmlElement]) -> int:
    """The characters of the blocks of prose in a container, also of those that the page prints twice."""
    if len(container.text_content()) < MIN_PROSE:
        return 0
    return sum(len(_prose(raw, links)) for _, raw, links in _blocks(container, skipped))


def _prose(raw: str, links: int) -> str:
    """The text of a block on one line; empty if it is not prose."""
    if len(raw) < MIN_PROSE or 2 * links >= len(raw):
        return ""
    text = " ".join(raw.split())
    return text if len(text) >= MIN_PROSE and ends_sentence(text) else ""


def plain_prose(paragraph: HtmlElement, skipped: frozenset[HtmlElement]) -> str:
    """The text of a paragraph on one line; empty if it is not prose, or not one block by itself."""
    raw = paragraph.text_content()
    if len(raw) < MIN_PROSE or any(part.tag in BLOCK_TAGS for part in paragraph.iterdescendants()):
        return ""
    if any(around.tag == "a" or around in skipped for around in paragraph.iterancestors()):
        return ""
    return _prose(raw, sum(len(link.text_content()) for link in paragraph.iterdescendants("a")))


def other_articles(elements: Elements) -> frozenset[HtmlElement]:
    """`article` elements with an `h1` after the first of them, and containers with an `h1` after an article in one of
    the same tag and class. Rows of a page are alike, too: its header, a menu, then its only article."""
    headed = [element for element in elements.named("article") if element.find(".//h1") is not None]
    found = {element for element in headed[1:] if headed[0] not in element.iterancestors()}
    containers = dict.fromkeys(
        container
        for heading in elements.named("h1")[:_MAX_HEADINGS]
        for container in islice(heading.iterancestors("div", "section", "article"), _MAX_LEVELS)
    )
    for container in containers:
        previous, name = container.getprevious(), container.get("class")
        is_alike = name and previous is not None and previous.tag == container.tag and previous.get("class") == name
        if is_alike and _is_article_before(previous, container):
            found.add(container)
    return frozenset(found)


def _is_article_before(previous: HtmlElement, container: HtmlElement) -> bool:
    """True if a container has much text in paragraphs compared with the next one; if neither has any, a headline."""
    before, within = (
        sum(len(paragraph.text_content()) for paragraph in part.iter("p")) for part in (previous, container)
    )
    is_much = before >= _MIN_SHARE_BEFORE * within
    return is_much and (before > 0 or previous.find(".//h1") is not None)


def _blocks(tree: HtmlElement, skipped: frozenset[HtmlElement]) -> Iterator[tuple[HtmlElement, str, int]]:
    """Each block of text: the innermost block element that holds it, the text, and its characters within links."""
    holders = [tree]
    run: list[str] = []
    in_links = links = 0
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, current in walk:
        tag = current.tag
        is_block = tag in BLOCK_TAGS
        if is_block and run:
            yield holders[-1], "".join(run), links
            run, links = [], 0
        if event == "end":
            if current in skipped:
                text = current.tail
            else:
                if is_block:
                    holders.pop()
                in_links -= tag == "a"
                text = current.tail if current is not tree else None
        elif current in skipped:
            walk.skip_subtree()
            continue
        else:
            if is_block:
                holders.append(current)
            in_links += tag == "a"
            text = current.text
        if text:
            run.append(text)
            links += len(text) if in_links else 0
    if run:
        yield tree, "".join(run), links
