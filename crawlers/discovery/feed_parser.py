"""Reads the entries of an RSS or Atom feed, however broken it is.

Only the few short elements that make a link are read: an entry's links, identifier, title, dates and language. Nothing
else of a feed can cost time or memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.discovery.feed_entry import ATOM, BASE, XML, Element, FeedEntry, OpenEntry, feed_entry, with_base
from crawlers.discovery.xml_events import read_xml, split_tag
from crawlers.limits import MAX_FEED_ENTRIES, MAX_LISTED_URL_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LINKS = 20
"""Links read from an entry: Atom has one per format and relation, seldom more than five."""
MAX_TIMES = 6
"""Times read from an entry: when it was published and changed, each in RSS, in Dublin Core and in Atom."""

_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_DUBLIN_CORE = ("http://purl.org/dc/elements/1.1", "http://purl.org/dc/terms")
_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "id": "guid",
    "date": "published",  # Dublin Core with an undeclared prefix, which lxml drops
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "updated": "updated",
    "modified": "updated",
    "language": "language",
}
_PRISM = "http://prismstandard.org/namespaces/"
_DUBLIN_CORE_FIELDS = {
    "date": "published",
    "issued": "published",
    "created": "published",
    "available": "published",
    "modified": "updated",
    "language": "language",
}
_PRISM_FIELDS = {"publicationdate": "published", "publicationdisplaydate": "published", "modificationdate": "updated"}
"""Of scientific and trade publishers."""
_OTHER_CHILDREN = frozenset(
    {"author", "category", "comments", "content", "creator", "description", "enclosure", "encoded", "summary"}
)
_LINK_ATTRIBUTES = ("href", "hreflang", "rel", "type", BASE)


@dataclass(frozen=True, slots=True)
class FeedEntries:
    """The entries of a feed, its own `language`, and the `problems` of its XML."""

    entries: tuple[FeedEntry, ...]
    language: str | None
    problems: tuple[str, ...]


def read_entries(text: str, url: str, lines_before: int = 0) -> FeedEntries:
    """Read a feed that begins with its root element and has gone through `resolve_references`.

    `url` is the URL of the feed; relative links are resolved against it and against `xml:base`. The line numbers in
    problems count from `lines_before`. An entry that is cut off is kept if it has a complete link.
    """
    target = _FeedTarget(url, is_nested=True)
    result = read_xml(text, target)
    if result.is_mismatched:
        target = _FeedTarget(url, is_nested=False)
        read_xml(text, target)
    target.finish()
    problems = result.problems(lines_before)
    if target.is_full:
        problems.append(f"only the first {MAX_FEED_ENTRIES} entries are read")
    return FeedEntries(tuple(target.entries), target.language, tuple(problems))


class _FeedTarget:
    """Gets the parser's events. A new entry ends one that is still open: a missing end tag costs only its own entry.

    If the tags do not match (`is_nested` is false), the depth of an element means nothing: every element that has the
    name of an entry's child is taken for one, and its start tag ends the one before it.
    """

    def __init__(self, url: str, *, is_nested: bool) -> None:
        self._base = self._url = url
        self._is_nested = is_nested
        self._source_depth = 0
        self.depth = 0
        self.count = 0
        self.entries: list[FeedEntry] = []
        self.language: str | None = None
        self._entry: OpenEntry | None = None
        self._element: Element | None = None
        self._element_depth = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is read."""
        return self.count > MAX_FEED_ENTRIES

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        namespace, local = split_tag(tag)
        if local in ("item", "entry"):
            self.finish()
            self.count += 1
            self._entry = OpenEntry(
                namespace,
                self.depth,
                attributes.get(BASE),
                attributes.get(f"{XML}lang"),
                attributes.get(_ABOUT, "")[: MAX_LISTED_URL_CHARS + 1],
            )
        elif self._entry is None:
            if self.depth == 1:
                self._base = with_base(self._base, attributes.get(BASE))
                self.language = attributes.get(f"{XML}lang")
            elif self.depth <= 3 and local == "language":
                self._open(Element("language", {}))
        elif self._source_depth or not self._is_child(self._entry):
            return
        elif local == "source":
            self._source_depth = self.depth
        else:
            name = _field(namespace, local, self._entry.namespace)
            if not self._is_nested and (name is not None or local in _OTHER_CHILDREN):
                self._close()
            if name is not None:
                kept = (*_LINK_ATTRIBUTES, "isPermaLink")
                self._open(Element(name, {key: attributes[key] for key in kept if key in attributes}))

    def data(self, text: str) -> None:
        element = self._element
        if element is not None and element.length <= MAX_LISTED_URL_CHARS:
            element.pieces.append(text[: MAX_LISTED_URL_CHARS + 1])
            element.length += len(text)

    def end(self, tag: str) -> None:
        if self.depth == self._element_depth:
            self._close()
        if self.depth == self._source_depth:
            self._source_depth = 0
        if self._entry is not None and self.depth == self._entry.depth:
            self.finish(complete=True)
        self.depth -= 1

    def close(self) -> None: ...

    def finish(self, *, complete: bool = False) -> None:
        """End the open entry. One that is not complete counts only if it has a link."""
        entry, self._entry, self._element, self._source_depth = self._entry, None, None, 0
        if entry is not None and (complete or entry.links) and len(self.entries) < MAX_FEED_ENTRIES:
            self.entries.append(feed_entry(entry, self._base, self._url, self.language, complete=complete))

    def _is_child(self, entry: OpenEntry) -> bool:
        return not self._is_nested or (self._element is None and self.depth == entry.depth + 1)

    def _open(self, element: Element) -> None:
        self._element, self._element_depth = element, self.depth

    def _close(self) -> None:
        """Keep the element that was being read: it is complete."""
        element, self._element, entry = self._element, None, self._entry
        if element is None:
            return
        if entry is None:
            self.language = self.language or "".join(element.pieces)
        elif element.name in ("published", "updated"):
            if len(entry.times) < MAX_TIMES:
                entry.times.append(element)
        elif element.name not in ("link", "origlink"):
            entry.others.setdefault(element.name, element)
        elif len(entry.links) < MAX_LINKS:
            entry.links.append(element)


def _field(namespace: str, local: str, own: str) -> str | None:
    """The field that an element of an entry holds, None if it is not needed; `own` is the entry's namespace."""
    if namespace in (own, ATOM, ""):
        return _FIELDS.get(local)
    if namespace in _DUBLIN_CORE:
        return _DUBLIN_CORE_FIELDS.get(local)
    if namespace.startswith(_PRISM):
        return _PRISM_FIELDS.get(local)
    return "origlink" if local == "origlink" else None
