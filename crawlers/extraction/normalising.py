"""Bring a page's markup into the forms that trafilatura knows, by what elements contain instead of by their names.

trafilatura takes text from a few elements only and deletes others with all they contain. `normalise` renames elements:
custom ones, `span` and `figure` that hold paragraphs, an `aside` or `footer` that holds the article, tables that are
only layout, lists within the cells of a table, `code` within a sentence. What looks the same to a reader then has the
same markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml.html import HtmlElement, defs

from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.markup_text import MIN_PROSE, other_articles, plain_prose, prose_blocks, prose_length

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawlers.extraction.elements import Elements

_KNOWN = defs.tags | {
    "article", "aside", "audio", "bdi", "canvas", "data", "datalist", "details", "dialog", "embed", "fencedframe",
    "figcaption", "figure", "footer", "header", "hgroup", "keygen", "main", "mark", "math", "menuitem", "meter", "nav",
    "nobr", "noindex", "output", "picture", "progress", "rp", "rt", "rtc", "ruby", "search", "section", "slot",
    "source", "summary", "svg", "template", "time", "track", "video", "wbr", "marquee", "blink", "json-ld",
}  # fmt: skip
"""Elements of HTML; any other is custom and means nothing to trafilatura."""
_TEXT_BLOCKS = frozenset({"p", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table"})
_WRAPPERS = frozenset({"span", "font", "center", "figure"})
_PARAGRAPHS = frozenset({"p", "li", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "span", "a"})
_BLOCKS = _TEXT_BLOCKS | {"div", "section", "article", "main", "figure", "aside", "header", "footer"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DELETED_CONTAINERS = frozenset({"aside", "footer", "figure", "nav", "menu", "header", "fieldset", "label", "dialog"})
"""Elements that trafilatura deletes with all they contain, and that some pages use around the article."""
_CODE = ("code", "kbd", "samp", "var", "tt")
_MIN_SHARE = 0.5
"""Share of the page's prose from which a container with the headline is the article's, whatever its tag."""
_MIN_SHARE_ALONE = 0.9
"""The same for a container without the headline: a footer may be longer than what a paywall leaves of the article."""
_TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
_ITEMS = frozenset({"li", "dd"})
_IN_CELLS = ("ul", "ol", "dl", "li", "dt", "dd", "p", "div")
_MIN_LAYOUT_PROSE = 2
"""Blocks of prose in one cell of a table from which it is layout."""


def normalise(elements: Elements) -> None:
    """Rename elements of a page in place, by what they contain."""
    _name_custom_elements(elements)
    may_hold_article = _may_hold_article(elements)
    cells = elements.among("td", "th")
    may_be_layout = any(len(cell.text_content()) >= _MIN_LAYOUT_PROSE * MIN_PROSE for cell in cells)
    holders = list(prose_blocks(elements)) if may_hold_article or may_be_layout else []
    if may_hold_article:
        _free_article(holders)
    _open_layout_tables(elements.named("table"), holders)
    for code in elements.among(*_CODE):
        if _is_within_sentence(code):
            code.tag = "span"


def _name_custom_elements(elements: Elements) -> None:
    """Rename custom elements to `div`, `p` or `span`, and inline elements or a `figure` that hold paragraphs, lists or
    headings to `div`."""
    unknown = [
        (tag, element)
        for tag, element in zip(elements.tags, elements.all, strict=True)
        if tag in _WRAPPERS or tag not in _KNOWN
    ]
    for tag, element in reversed(unknown):  # children before their parents
        if tag in _WRAPPERS:
            if len(element) and sum(child.tag in _TEXT_BLOCKS for child in element) >= (2 if tag == "figure" else 1):
                element.tag = "div"
        elif any(child.tag in _BLOCKS for child in element):
            element.tag = "div"
        else:
            element.tag = "p" if _is_paragraph(element) else "span"


def _is_paragraph(element: HtmlElement) -> bool:
    parent = element.getparent()
    if parent is None or parent.tag in _PARAGRAPHS:
        return False
    text = " ".join(element.text_content().split())
    return len(text) >= MIN_PROSE and ends_sentence(text)


def _may_hold_article(elements: Elements) -> bool:
    """False if no container that trafilatura would delete can have the share of the page's prose that the article has:
    the paragraphs outside of such containers are too long for that. So it is on most pages, and a quick look shows it.
    """
    others = other_articles(elements)
    outermost = (
        container
        for container in elements.root.iter(*_DELETED_CONTAINERS)
        if next(container.iterancestors(*_DELETED_CONTAINERS), None) is None
    )
    enough = max((prose_length(container, others) for container in outermost), default=0) / _MIN_SHARE
    if not enough:
        return False
    seen: set[str] = set()
    found = 0
    for paragraph in elements.named("p"):
        text = plain_prose(paragraph, others)
        if text and text not in seen:
            seen.add(text)
            found += len(text)
            if found > enough:
                return False
    return True


def _free_article(holders: Iterable[tuple[HtmlElement, int]]) -> None:
    """Rename containers of the article that trafilatura would delete with it."""
    inside: dict[HtmlElement, int] = {}
    total = 0
    for holder, length in holders:
        total += length
        for ancestor in (holder, *holder.iterancestors(*_DELETED_CONTAINERS)):
            if ancestor.tag in _DELETED_CONTAINERS:
                inside[ancestor] = inside.get(ancestor, 0) + length
    for container, length in inside.items():
        with_headline = length >= _MIN_SHARE * total and container.find(".//h1") is not None
        if with_headline or length >= _MIN_SHARE_ALONE * total:
            container.tag = "div"


def _open_layout_tables(tables: Sequence[HtmlElement], holders: Iterable[tuple[HtmlElement, int]]) -> None:
    """Rename the parts of tables that are only layout to `div`; in other tables, write the lists in a cell as text."""
    prose: dict[HtmlElement, int] = {}
    for holder, _ in holders:
        cell = holder if holder.tag in ("td", "th") else next(holder.iterancestors("td", "th"), None)
        if cell is not None:
            prose[cell] = prose.get(cell, 0) + 1
    for table in reversed(tables):  # inner tables before those around them
        parts = _parts(table)
        cells = [part for part in parts if part.tag in ("td", "th")]
        if table.find(".//table") is not None or any(
            prose.get(cell, 0) >= _MIN_LAYOUT_PROSE or _has_heading(cell) for cell in cells
        ):
            for part in parts:
                part.tag = "div"
        else:
            for cell in cells:
                _write_as_text(cell)


def _parts(table: HtmlElement) -> list[HtmlElement]:
    """A table with its rows and cells, without those of tables within it."""
    found, stack = [], [table]
    while stack:
        part = stack.pop()
        found.append(part)
        stack.extend(child for child in part if child.tag in _TABLE_PARTS and child.tag != "table")
    return found


def _has_heading(cell: HtmlElement) -> bool:
    """True for a cell with a heading and the text below it."""
    return any(
        child.tag in _HEADINGS and (following := child.getnext()) is not None and following.tag in _TEXT_BLOCKS
        for child in cell.iterdescendants(*_HEADINGS)
    )


def _write_as_text(cell: HtmlElement) -> None:
    """Turn the lists and paragraphs in a cell into text: items separated by commas, paragraphs by spaces."""
    blocks = [cast("HtmlElement", found) for found in cell.iterdescendants(*_IN_CELLS)]
    for block in blocks:
        following = block.getnext()
        if following is not None and following.tag == block.tag and block.tag in _ITEMS:
            last = block[-1] if len(block) else None
            text = (last.tail if last is not None else block.text) or ""
            block.tail = f"{'' if text.rstrip().endswith((',', ';', '.')) else ','} "
        elif following is not None:
            block.tail = f" {block.tail or ''}"
    for block in blocks:
        block.tag = "span"


def _is_within_sentence(code: HtmlElement) -> bool:
    """True for code that stands beside text, on one line."""
    if "\n" in (code.text or "").strip() or next(code.iterancestors("pre"), None) is not None:
        return False
    parent, previous = code.getparent(), code.getprevious()
    if parent is None:
        return False
    before = parent.text if previous is None else previous.tail
    return bool((before or "").strip() or (code.tail or "").strip()) or parent.tag in ("p", "li", "td", "th", "span")
