"""Split a page into blocks of text: what a browser shows as a line or paragraph, with the elements that contain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.markup_text import BLOCK_TAGS, MIN_PROSE, other_articles
from crawlers.extraction.text import single_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements

_BLOCK, _BREAK, _CELL, _LINK, _EMPHASIS, _SKIPPED = range(6)
_MAX_LABEL_LENGTH = 1000
"""Characters of the longest label of a button, spaces between its elements included."""
_MAX_OPEN_BUTTONS = 10
"""Buttons without an end tag whose contents are read; each takes a look at all of them."""
_EFFECTS = {
    **dict.fromkeys(BLOCK_TAGS | {"caption"}, _BLOCK),
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys(("b", "strong", "i", "em", "u"), _EMPHASIS),
    **dict.fromkeys(
        (
            "script", "style", "noscript", "template", "svg", "button", "select", "option", "textarea", "iframe",
            "object", "audio", "video", "canvas", "map", "head", "input", "datalist", "json-ld",
        ),
        _SKIPPED,
    ),
    "br": _BREAK,
    "a": _LINK,
}  # fmt: skip
"""What an element does to the text in it; others are part of a line."""
TAG_BITS = {
    tag: 1 << number
    for number, tag in enumerate(
        (
            "article", "main", "aside", "header", "footer", "nav", "figure", "ul", "ol", "table", "blockquote", "form",
            "section", "dl", "details", "figcaption", "li", "pre", "td", "address",
        )
    )
}  # fmt: skip
"""A bit for each element that says what the text in it is."""


@dataclass(slots=True, eq=False)
class Container:
    """A block element."""

    tag: str
    parent: Container | None
    depth: int
    signature: str
    """Tag and class: the same for all elements that a template makes alike."""
    tags: int
    """Bits of `TAG_BITS` for its tag and those of all containers around it."""
    position: int
    """Its number among the block elements in its parent, from 1."""
    number: int
    """Its number on the page, from 1; that of the page is 0."""
    children: int = 0


@dataclass(slots=True, eq=False)
class TextBlock:
    """A block of text; the cells of a table row form one, separated by bars."""

    text: str
    container: Container
    linked: int
    """Characters within links."""
    links: int
    emphasised: int
    """Characters in bold or italics."""
    after_break: bool
    """True if it follows a `br`."""

    @property
    def is_prose(self) -> bool:
        """True for a long block that ends like a sentence and is less than half links."""
        return len(self.text) >= MIN_PROSE and 2 * self.linked < len(self.text) and ends_sentence(self.text)


def _is_label(button: HtmlElement) -> bool:
    """False for a button that holds a part of the page, because its end tag is missing."""
    return len(button.text_content()) <= _MAX_LABEL_LENGTH


def read_blocks(elements: Elements) -> list[TextBlock]:
    """The blocks of text of a page, in order; none is empty.

    `elements` is what `trafilatura_adapter.reduced_page` returns. Further articles on the page are left out.
    """
    blocks: list[TextBlock] = []
    holder = Container("", None, 0, "", 0, 0, 0)
    row: Container | None = None
    run: list[str] = []
    linked = links = emphasised = in_links = in_emphasis = open_buttons = containers = 0
    after_break = False

    def end_block() -> None:
        nonlocal linked, links, emphasised
        if text := single_line("".join(run)):
            blocks.append(TextBlock(text, holder, linked, links, emphasised, after_break))
        run.clear()
        linked = links = emphasised = 0

    others = other_articles(elements)
    walk = etree.iterwalk(elements.root, events=("start", "end"))
    for event, node in walk:
        element: HtmlElement = node
        tag = element.tag
        effect = _EFFECTS.get(tag)
        if event == "start":
            if effect is not None:
                if effect == _SKIPPED:
                    if tag != "button" or open_buttons >= _MAX_OPEN_BUTTONS or _is_label(element):
                        walk.skip_subtree()
                        continue
                    open_buttons += 1
                elif effect == _LINK:
                    in_links += 1
                    links += 1
                elif effect == _EMPHASIS:
                    in_emphasis += 1
                elif effect == _CELL and row is not None:
                    if run:
                        run.append(" | ")
                else:
                    if run:
                        end_block()
                    after_break = effect == _BREAK
                    if after_break:
                        continue
                    holder.children += 1
                    containers += 1
                    holder = Container(
                        tag,
                        holder,
                        holder.depth + 1,
                        f"{tag}.{element.get('class') or ''}",
                        holder.tags | TAG_BITS.get(tag, 0),
                        holder.children,
                        containers,
                    )
                    if tag == "tr":
                        row = holder
            if others and element in others:
                walk.skip_subtree()
                continue
            text = element.text
        else:
            if effect is not None:
                if effect == _LINK:
                    in_links -= 1
                elif effect == _EMPHASIS:
                    in_emphasis -= 1
                elif effect == _BLOCK or (effect == _CELL and row is None):
                    if run:
                        end_block()
                    after_break = False
                    if row is holder:
                        row = None
                    holder = holder.parent or holder
            text = element.tail
        if text and (run or not text.isspace()):
            run.append(text)
            if in_links:
                linked += len(text)
            if in_emphasis:
                emphasised += len(text)
    if run:
        end_block()
    return blocks
