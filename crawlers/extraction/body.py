"""Get the text of an article as lines: found by trafilatura, cleaned, with its lead."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from lxml.etree import XPath

from crawlers.extraction.cleaning import clean_lines
from crawlers.extraction.leads import with_lead
from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.text import match_key, single_line
from crawlers.extraction.trafilatura_adapter import find_article_body

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_MAX_NAMES = 40
_LONGEST_NAME = 100
_AUTHOR_LINKS = XPath(".//a[contains(@rel, 'author')]")
_NAMING = frozenset({"author", "article:author", "article:section", "section", "og:site_name", "byl"})
_BLOCKS = frozenset({"p", "head", "item", "list", "quote", "table", "row", "lb", "code", "div", "body"})


def read_lines(
    tree: HtmlElement, url: str, name_keys: frozenset[str] = frozenset(), headline_keys: frozenset[str] = frozenset()
) -> list[str]:
    """The paragraphs, headings and list items of the article in order, one string each, without markup; none is empty.

    `name_keys` (authors, section) and `headline_keys` are match keys in addition to those that the tree marks up. The
    tree is not changed. The list is empty if no text was found.
    """
    lines = uncleaned_lines(tree, url)
    titles = headline_keys.union(
        match_key(element.text_content()) for element in islice(tree.iter("h1", "title"), _MAX_NAMES)
    )
    cleaned = clean_lines(
        lines, lambda line: match_key(line) in titles, names=_names(tree) | name_keys, links=_linked(tree, lines)
    )
    return with_lead(cleaned, tree)


def uncleaned_lines(tree: HtmlElement, url: str) -> list[str]:
    """The lines of the article's text before cleaning."""
    return [line for raw in _blocks(find_article_body(tree, url)) if (line := single_line(raw))]


def _names(tree: HtmlElement) -> set[str]:
    """Match keys of the names of authors and section that the page marks up."""
    metas = (
        element.get("content", "")
        for element in tree.iter("meta")
        if (element.get("name") or element.get("property") or "").lower() in _NAMING
    )
    links = (element.text_content() for element in cast("list[HtmlElement]", _AUTHOR_LINKS(tree)))
    found = (match_key(text) for text in islice(chain(metas, links), _MAX_NAMES) if len(text) <= _LONGEST_NAME)
    return {name for name in found if name}


def _linked(tree: HtmlElement, lines: list[str]) -> set[str]:
    """Match keys of the lines that are the text of a link to another page."""
    wanted = {line: match_key(line) for line in lines if not ends_sentence(line)}
    if not wanted:
        return set()
    texts = {" ".join(link.text_content().split()) for link in tree.iter("a") if link.get("href", "#")[:1] != "#"}
    return {key for line, key in wanted.items() if line in texts}


def _blocks(body: _Element) -> list[str]:
    """The text between block boundaries; the cells of a row form one block, separated by bars."""
    blocks: list[str] = []
    run: list[str] = []

    def end_block() -> None:
        blocks.append("".join(run))
        run.clear()

    stack: list[tuple[_Element, bool]] = [(body, False)]
    while stack:
        element, done = stack.pop()
        if element.tag in _BLOCKS:
            end_block()
        elif element.tag == "cell" and not done and any(part.strip() for part in run):
            run.append(" | ")
        if done:
            run.append(element.tail or "")
            continue
        run.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    end_block()
    return blocks
