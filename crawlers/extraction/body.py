"""Get the text of an article as lines.

trafilatura finds a text. With that as one of its signs, a model (`block_model`) chooses among all blocks of the page.
`cleaning` drops lines of the choice, and `leads` adds the lead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from crawlers.extraction.block_features import PageContext, block_features
from crawlers.extraction.block_model import block_model
from crawlers.extraction.cleaning import clean_lines
from crawlers.extraction.leads import description_keys, with_lead
from crawlers.extraction.line_rules import ends_sentence
from crawlers.extraction.text import match_key, single_line
from crawlers.extraction.text_blocks import read_blocks
from crawlers.extraction.trafilatura_adapter import find_article_body, reduced_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from lxml.etree import _Element
    from numpy.typing import NDArray

    from crawlers.extraction.block_model import BlockModel
    from crawlers.extraction.elements import Elements
    from crawlers.extraction.text_blocks import TextBlock

_MIN_PROBABILITY = 0.45
"""From which a block is the article's. On pages of hosts kept out of the training 0.4 and 0.5 do as well."""
_MIN_BETWEEN = 0.3
"""The same for a line of trafilatura's text between two that are taken, so that the body has no holes."""
_MIN_SHARE = 0.4
"""Share of the text that trafilatura finds, by characters, below which the model's choice is not believed."""
_MAX_MISSING = 0.2
"""Share of that text that may be missing from the page's blocks."""
_MAX_NAMES = 40
_LONGEST_NAME = 100
_NAMING = frozenset({"author", "article:author", "article:section", "section", "og:site_name", "byl"})
_BLOCKS = frozenset({"p", "head", "item", "list", "quote", "table", "row", "lb", "code", "div", "body"})


@dataclass(frozen=True, slots=True)
class WeighedLine:
    """A line of a page, and whether it belongs to the article's text."""

    text: str
    kept: bool
    in_body: bool
    """True if it is in the text that trafilatura finds."""
    probability: float | None = None
    """What the model gives it; None if the model did not choose."""


def read_lines(
    elements: Elements,
    url: str,
    name_keys: frozenset[str] = frozenset(),
    headline_keys: frozenset[str] = frozenset(),
    model: BlockModel | None = None,
) -> list[str]:
    """The paragraphs, headings and list items of the article in order, one string each, without markup; none is empty.

    `name_keys` (authors, section) and `headline_keys` are match keys in addition to those that the tree marks up.
    `model` replaces the one of this package. The tree is not changed. The list is empty if no text was found.
    """
    names, titles = _names(elements) | name_keys, _titles(elements) | headline_keys
    lines = [line.text for line in _weighed(elements, url, titles, names, model) if line.kept]
    cleaned = clean_lines(lines, lambda line: match_key(line) in titles, names=names, links=_linked(elements, lines))
    return with_lead(cleaned, elements)


def weigh_lines(
    elements: Elements,
    url: str,
    name_keys: frozenset[str] = frozenset(),
    headline_keys: frozenset[str] = frozenset(),
    model: BlockModel | None = None,
) -> list[WeighedLine]:
    """All blocks of a page with whether the model takes them for the article's, before cleaning.

    The text that trafilatura finds is one of the model's signs. It is taken alone if the page's blocks do not contain
    it (it came from JSON-LD), or if the model takes far less.
    """
    return _weighed(elements, url, _titles(elements) | headline_keys, _names(elements) | name_keys, model)


def _weighed(
    elements: Elements, url: str, titles: frozenset[str], names: frozenset[str], model: BlockModel | None
) -> list[WeighedLine]:
    blocks, lines = _read(elements, url)
    found = frozenset(lines)
    length = sum(map(len, lines))
    if blocks and sum(map(len, found.difference(block.text for block in blocks))) <= _MAX_MISSING * length:
        context = PageContext(found, titles, description_keys(elements), names)
        probabilities = (model or block_model()).probabilities(block_features(blocks, context)).tolist()
        weighed = list(_chosen(blocks, probabilities, found))
        if sum(len(line.text) for line in weighed if line.kept) >= _MIN_SHARE * length:
            return weighed
    return [WeighedLine(line, kept=True, in_body=True) for line in lines]


def _chosen(blocks: list[TextBlock], probabilities: list[float], found: frozenset[str]) -> Iterator[WeighedLine]:
    """The blocks that the model takes. What a page prints twice, for two widths of screens, is taken once."""
    taken = [False, *(probability >= _MIN_PROBABILITY for probability in probabilities), False]
    seen: set[str] = set()
    for number, (block, probability) in enumerate(zip(blocks, probabilities, strict=True), 1):
        in_body = block.text in found
        is_between = in_body and probability >= _MIN_BETWEEN and taken[number - 1] and taken[number + 1]
        kept = (taken[number] or is_between) and block.text not in seen
        if kept and block.is_prose:
            seen.add(block.text)
        yield WeighedLine(block.text, kept, in_body, probability)


def blocks_with_features(
    elements: Elements, url: str, name_keys: frozenset[str] = frozenset(), headline_keys: frozenset[str] = frozenset()
) -> tuple[list[TextBlock], dict[str, NDArray[np.float32]]]:
    """The blocks of a page and their features, on which the model is trained."""
    blocks, lines = _read(elements, url)
    context = PageContext(
        frozenset(lines), _titles(elements) | headline_keys, description_keys(elements), _names(elements) | name_keys
    )
    return blocks, block_features(blocks, context) if blocks else {}


def uncleaned_lines(elements: Elements, url: str) -> list[str]:
    """The lines of the text that trafilatura finds."""
    return _read(elements, url)[1]


def _read(elements: Elements, url: str) -> tuple[list[TextBlock], list[str]]:
    """The blocks of a page, and the lines of the text that trafilatura finds."""
    page = reduced_page(elements)
    blocks = read_blocks(page)
    prose = {block.text for block in blocks if block.is_prose}
    body = find_article_body(page, url, sum(map(len, prose)))
    return blocks, [line for raw in _blocks(body) if (line := single_line(raw))]


def _titles(elements: Elements) -> frozenset[str]:
    """Match keys of the headings that may repeat the headline."""
    return frozenset(match_key(element.text_content()) for element in elements.among("h1", "title")[:_MAX_NAMES])


def _names(elements: Elements) -> frozenset[str]:
    """Match keys of the names of authors and section that the page marks up."""
    metas = (
        element.get("content", "")
        for element in elements.named("meta")
        if (element.get("name") or element.get("property") or "").lower() in _NAMING
    )
    links = (
        element.text_content() for element, rel in elements.having("rel") if element.tag == "a" and "author" in rel
    )
    found = (match_key(text) for text in islice(chain(metas, links), _MAX_NAMES) if len(text) <= _LONGEST_NAME)
    return frozenset(name for name in found if name)


def _linked(elements: Elements, lines: list[str]) -> set[str]:
    """Match keys of the lines that are the text of a link to another page."""
    wanted = {line: match_key(line) for line in lines if not ends_sentence(line)}
    if not wanted:
        return set()
    texts = {
        " ".join((link.text_content() if len(link) else link.text or "").split())
        for link, url in elements.having("href")
        if link.tag == "a" and url[:1] != "#"
    }
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
