"""The elements of a page by tag, so that each step takes a look-up instead of a walk through the whole page."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

    from lxml.html import HtmlElement


_ATTRIBUTES = frozenset({"class", "href", "id", "itemprop", "itemtype", "rel"})
"""Attributes by which elements are looked up. To keep the others as well would take more time than to read them."""


class Elements:
    """All elements of a tree, in page order, by the tags that they have when this is made.

    lxml makes a Python object of an element whenever it is met, unless there is one already: to hold all of them saves
    as much time as the look-ups do.
    """

    __slots__ = ("_having", "_named", "all", "root", "tags")

    def __init__(self, root: HtmlElement) -> None:
        """Walk through the tree."""
        self.root = root
        self.all: list[HtmlElement] = list(root.iter())
        self.tags: list[str] = [element.tag for element in self.all]
        self._named: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        self._having: dict[str, list[tuple[HtmlElement, str]]] = {}
        for tag, element in zip(self.tags, self.all, strict=True):
            self._named[tag].append(element)

    def named(self, tag: str) -> list[HtmlElement]:
        """The elements with a tag."""
        return self._named.get(tag, [])

    def first(self, tag: str) -> HtmlElement | None:
        """The first element with a tag."""
        return next(iter(self.named(tag)), None)

    def having(self, attribute: str) -> list[tuple[HtmlElement, str]]:
        """The elements with one of `_ATTRIBUTES`, each with its value."""
        if not self._having:  # all attributes of an element take hardly longer to read than one
            self._having = {name: [] for name in _ATTRIBUTES}
            for element in self.all:
                for name, value in element.items():
                    if name in self._having:
                        self._having[name].append((element, value))
        return self._having[attribute]

    def with_class(self, pattern: re.Pattern[str]) -> list[HtmlElement]:
        """The elements in whose class a pattern is found; most classes are those of several elements."""
        having = self.having("class")
        found = set(filter(pattern.search, {name for _, name in having}))
        return [element for element, name in having if name in found]

    def among(self, *tags: str) -> list[HtmlElement]:
        """The elements with one of several tags."""
        wanted = frozenset(tags)
        return [element for tag, element in zip(self.tags, self.all, strict=True) if tag in wanted]
