"""Run trafilatura's main extractor, with the same result in less time.

trafilatura's functions are called for each element; what walks through the page again and again is written anew: the
cleaning takes one pass instead of one per tag, Python matches the patterns of XPath expressions, and only elements
that contain links are tested for the density of their links.

This module calls trafilatura's internals, so its version is pinned, and a test checks the pin.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from lxml.etree import Element, XPath, strip_elements, strip_tags
from trafilatura.htmlprocessing import (
    _handle_forms,
    convert_tags,
    link_density_test,
    link_density_test_tables,
    process_node,
    prune_html,
    prune_unwanted_nodes,
    recover_math,
)
from trafilatura.main_extractor import NOT_AT_THE_END, REBUILT_BLOCKS, handle_textelem
from trafilatura.settings import (
    INLINE_FORMATTABLE,
    MANUALLY_CLEANED,
    MANUALLY_STRIPPED,
    MIN_DUPLICATE_LENGTH,
    TAG_CATALOG,
)
from trafilatura.utils import text_chars_test, trim
from trafilatura.xml import delete_element
from trafilatura.xpaths import (
    BODY_XPATH,
    DISCARD_IMAGE_ELEMENTS,
    OVERALL_DISCARD_XPATH,
    TEASER_DISCARD_XPATH,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element
    from lxml.html import HtmlElement
    from trafilatura.settings import Extractor

_DELETED = tuple(tag for tag in MANUALLY_CLEANED if tag != "form")
"""Elements that the main extractor deletes with their content. Forms are examined first."""
_TAGS = frozenset({*TAG_CATALOG, "table", "td", "th", "tr"})
_ONE_RUN = frozenset({*INLINE_FORMATTABLE, "lb"})
_MIN_PARAGRAPHS = 3
"""Times trafilatura's minimum that the paragraphs of a page must have, or text in `div` elements counts as well."""
_DENSE = ("div", "list", "p")
_MIN_CHILDREN = 3
_MAX_BOX = 100
"""Characters of a `div` with this many children and short links that is deleted."""
_TEST = re.compile(r"re:test\((@[a-z]+(?:\|@[a-z]+)*), '([^']*)'(?:, '(i)')?\)")
_MAX_REMEMBERED = 500
"""Characters of a value of an attribute that is remembered with its result: classes are the same on many elements."""
_TEXT = XPath("string()", smart_strings=False)


class _Expression:
    """An XPath expression whose patterns are matched by Python: in XPath, each match is a call from C to Python."""

    def __init__(self, expression: XPath) -> None:
        self.tests = [
            (tuple(names.replace("@", "").split("|")), _remembered(re.compile(pattern, re.IGNORECASE if flag else 0)))
            for names, pattern, flag in _TEST.findall(expression.path)
        ]
        self.rest = XPath(_TEST.sub("false()", expression.path))
        self.tags = tuple(dict.fromkeys(re.findall(r"self::(\w+)", expression.path)))

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        """All elements that match, in no order."""
        found = cast("list[HtmlElement]", self.rest(tree))
        return [*found, *filter(self._passes, tree.iterdescendants(*self.tags))] if self.tests else found

    def first(self, tree: HtmlElement) -> HtmlElement | None:
        """The first element that matches."""
        found = next(iter(cast("list[HtmlElement]", self.rest(tree))), None)
        if not self.tests:
            return found
        return next((each for each in tree.iterdescendants(*self.tags) if each is found or self._passes(each)), None)

    def _passes(self, element: HtmlElement) -> bool:
        """True if a test finds its pattern in its attribute; of several attributes, in the first that the page has."""
        for names, matches in self.tests:
            for name in names:
                if (value := element.get(name)) and matches(value):
                    return len(names) == 1 or next(key for key in element.keys() if key in names) == name  # noqa: SIM118
        return False


def _remembered(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    @lru_cache(maxsize=5_000)
    def matches(value: str) -> bool:
        return pattern.search(value) is not None

    return lambda value: matches(value) if len(value) <= _MAX_REMEMBERED else pattern.search(value) is not None


_BODY = [_Expression(expression) for expression in BODY_XPATH]
_DISCARDED = [_Expression(expression) for expression in OVERALL_DISCARD_XPATH]


def main_result(page: HtmlElement, options: Extractor) -> tuple[_Element, str]:
    """The body that trafilatura's main extractor finds, and its text; the page is changed.

    As trafilatura's `extract_content` if its main pass finds enough, without the copy that it keeps for the other case:
    then the whole sequence runs anyway.
    """
    body = _extracted(convert_tags(_cleaned(page), options, options.url), options)
    text = " ".join(map(str, body.itertext())).strip()
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
    """As trafilatura's `tree_cleaning`, but in one pass over the tree instead of one per tag."""
    recover_math(tree)
    for element in tree.iter("figure", "table"):
        is_layout = element.get("role") in ("presentation", "none")
        if element.find(".//table") is not None if element.tag == "figure" else is_layout:
            element.tag = "div"
    strip_tags(tree, *MANUALLY_STRIPPED)
    strip_elements(tree, *_DELETED, with_tail=False)
    _handle_forms(tree)
    return prune_html(tree)


def _extracted(tree: HtmlElement, options: Extractor) -> _Element:
    """As trafilatura's `_extract`."""
    tags = set(_TAGS)
    body = Element("body")
    for expression in _BODY:
        frame = expression.first(tree)
        if frame is None or not len(_pruned(frame)):
            continue
        if not _has_paragraphs(frame, _MIN_PARAGRAPHS * options.min_extracted_size):
            tags.add("div")
        elements: list[_Element] = list(frame.iterdescendants("*"))
        within = {element.tag for element in elements}
        if within == {"lb"} or (frame.tag == "div" and "div" in tags and within <= _ONE_RUN):
            elements = [frame]
        start, lead = len(body), _lead(frame, options) if elements != [frame] else None
        for element in elements:
            _append(element, body, tags, options)
        while len(body) and body[-1].tag in NOT_AT_THE_END:
            delete_element(body[-1], keep_tail=False)
        if sum(element.tag != "graphic" for element in body) > 1:
            if lead is not None:
                body.insert(start, lead)
            break
    return body


def _lead(frame: HtmlElement, options: Extractor) -> _Element | None:
    """The text of a frame before its first child."""
    if not text_chars_test(frame.text):
        return None
    lead = Element("p")
    lead.text = frame.text
    return process_node(lead, options)


def _append(element: _Element, body: _Element, tags: set[str], options: Extractor) -> None:
    """Append what is to be kept of an element, unless it was appended with the one around it."""
    if element.getroottree().getroot() is body:
        return
    tag, tail = element.tag, element.tail
    processed = handle_textelem(element, tags, options)
    if processed is not None:
        body.append(processed)
        if element.getroottree().getroot() is not body:
            element.tag = "done"
    if tag in REBUILT_BLOCKS and text_chars_test(tail) and (processed is None or processed.tail is None):
        after = Element("p")
        after.text = tail
        if process_node(after, options) is not None:
            body.append(after)


def _has_paragraphs(frame: HtmlElement, least: int) -> bool:
    """True if the paragraphs of the whole page have so many characters."""
    found = 0
    for paragraph in frame.getroottree().getroot().iter("p"):
        if next(paragraph.iterancestors("p"), None) is None:
            found += len(cast("str", _TEXT(paragraph)))
            if found >= least:
                return True
    return False


def _pruned(tree: HtmlElement) -> HtmlElement:
    """As trafilatura's `prune_unwanted_sections`."""
    prune_unwanted_nodes(tree, cast("list[XPath]", _DISCARDED), with_backup=True)
    prune_unwanted_nodes(tree, [*DISCARD_IMAGE_ELEMENTS, *TEASER_DISCARD_XPATH])
    linked = {around for link in tree.iter("ref") for around in link.iterancestors(*_DENSE)}
    if sum(_delete_links(tree, tag, linked) for tag in _DENSE):  # else a second pass finds nothing either
        for tag in _DENSE:
            _delete_links(tree, tag, linked)
    for table in [table for table in tree.iter("table") if link_density_test_tables(table)]:
        delete_element(table, keep_tail=False)
    strip_tags(tree, "span", "ref")
    return tree


def _delete_links(tree: HtmlElement, tag: str, linked: set[HtmlElement]) -> int:
    """As trafilatura's `delete_by_link_density`; returns the number of elements that it deleted.

    `linked` are all elements around links; those that lost them to an earlier deletion have none to be tested for.
    """
    doomed: list[HtmlElement] = []
    for element in tree.iter(tag) if linked else ():
        if element not in linked:
            continue
        is_dense, is_short = link_density_test(element)
        if is_dense or (
            tag == "div" and is_short and len(element) >= _MIN_CHILDREN and len(trim(element.text_content())) < _MAX_BOX
        ):
            parent = element.getparent()
            if not (tag == "p" and parent is not None and parent.tag in ("item", "td", "th")):
                doomed.append(element)
    for element in doomed:
        delete_element(element)
    return len(doomed)
