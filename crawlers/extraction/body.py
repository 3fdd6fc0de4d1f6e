"""The text of an article: trafilatura's, as plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.xml import xmltotxt

from crawlers.extraction.words import tidy

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element
    from lxml.html import HtmlElement

_REPEATED_WITHIN = 2
"""First lines among which a repeated headline is looked for: a kicker or a date may stand above it."""


def read_lines(tree: HtmlElement, url: str) -> list[str]:
    """Paragraphs, headings and list items of the article in order, one string each, none empty, without markup.

    The tree is left as it was (trafilatura works on a copy). Empty where no text was found.
    """
    document = bare_extraction(tree, url=url, with_metadata=False, include_comments=False)
    if not isinstance(document, Document) or document.body is None:
        return []
    _flatten(document.body)
    return [line for raw in xmltotxt(document.body, include_formatting=False).splitlines() if (line := tidy(raw))]


def _flatten(body: _Element) -> None:
    """Turn list items and table rows into paragraphs: as plain text they would come with markers ("- ", "| ")."""
    for row in body.iter("row"):
        cells = [tidy(" ".join(map(str, cell.itertext()))) for cell in row.iter("cell")]
        tail = row.tail
        row.clear()
        row.tag, row.text, row.tail = "p", " | ".join(filter(None, cells)), tail
    for item in body.iter("item"):
        item.tag = "p"


def without_headline(lines: list[str], is_title: Callable[[str], bool]) -> list[str]:
    """The lines without the headline that is repeated on top of them."""
    top = [line for line in lines[:_REPEATED_WITHIN] if not is_title(line)]
    return top + lines[_REPEATED_WITHIN:]
