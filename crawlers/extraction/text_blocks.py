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

_BREAKS = BLOCK_TAGS | {"br", "caption"}
_CELLS = frozenset({"td", "th"})
_EMPHASIS = frozenset({"b", "strong", "i", "em", "u"})
_SKIPPED = frozenset(
    {
        "script", "style", "noscript", "template", "svg", "button", "select", "option", "textarea", "iframe", "object",
        "audio", "video", "canvas", "map", "head", "input", "datalist", "json-ld",
    }
)  # fmt: skip
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


def _opened(element: HtmlElement, tag: str, parent: Container) -> Container:
    name = element.get("class") or ""
    parent.children += 1
    return Container(
        tag,
        parent,
        parent.depth + 1,
        f"{tag}.{name}",
        parent.tags | TAG_BITS.get(tag, 0),
        parent.children,
    )


def read_blocks(tree: HtmlElement) -> list[TextBlock]:
    """The blocks of text of a page, in order; none is empty.

    `tree` is what `trafilatura_adapter.reduced_page` returns. Further articles on the page are left out.
    """
    blocks: list[TextBlock] = []
    holder = Container("", None, 0, "", 0, 0)
    row: Container | None = None
    run: list[str] = []
    linked = links = emphasised = in_links = in_emphasis = 0
    after_break = False

    def end_block() -> None:
        nonlocal linked, links, emphasised
        if text := single_line("".join(run)):
            blocks.append(TextBlock(text, holder, linked, links, emphasised, after_break))
        run.clear()
        linked = links = emphasised = 0

    others = other_articles(tree)
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, node in walk:
        element: HtmlElement = node
        tag = element.tag
        if event == "start":
            if tag in _SKIPPED:
                walk.skip_subtree()
                continue
            is_other = bool(others) and element in others
            if is_other:
                walk.skip_subtree()
            if tag in _BREAKS:
                if row is not None and tag in _CELLS:
                    if run:
                        run.append(" | ")
                else:
                    if run:
                        end_block()
                    after_break = tag == "br"
                    if after_break:
                        continue
                    holder = _opened(element, tag, holder)
                    if tag == "tr":
                        row = holder
            elif tag == "a":
                in_links += 1
                links += 1
            elif tag in _EMPHASIS:
                in_emphasis += 1
            text = None if is_other else element.text
        else:
            if tag in _BREAKS:
                if tag != "br" and not (row is not None and tag in _CELLS):
                    if run:
                        end_block()
                    after_break = False
                    if row is holder:
                        row = None
                    holder = holder.parent or holder
            elif tag == "a":
                in_links -= 1
            elif tag in _EMPHASIS:
                in_emphasis -= 1
            text = element.tail
        if text and (run or not text.isspace()):
            run.append(text)
            linked += len(text) if in_links else 0
            emphasised += len(text) if in_emphasis else 0
    if run:
        end_block()
    return blocks
