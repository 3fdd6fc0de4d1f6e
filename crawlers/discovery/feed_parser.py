"""Reduces an RSS or Atom feed, however broken, to a small well-formed one with what makes links: see `feeds`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from crawlers.discovery.markup import plain_line, restore_markup
from crawlers.discovery.xml_events import read_xml, split_tag
from crawlers.limits import MAX_FEED_ENTRIES, MAX_LISTED_URL_CHARS, MAX_TITLE_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping


MAX_LINKS = 20
"""Links read of an entry: Atom has one for each form and relation, seldom more than five."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_ATOM = "http://www.w3.org/2005/Atom"
_DUBLIN_CORE = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
_OWN = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "date": "published",  # of Dublin Core with its prefix not declared: lxml drops such a prefix
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "updated": "updated",
    "modified": "updated",
    "language": "language",
}
_OF_DUBLIN_CORE = {"date": "published", "issued": "published", "modified": "updated", "language": "language"}
_ENDING = frozenset(
    {"author", "category", "comments", "content", "creator", "description", "enclosure", "encoded", "summary"}
)


@dataclass(frozen=True, slots=True)
class ParsedEntries:
    """`feed`: RSS in UTF-8 with one item per entry; `language` of the feed; `problems` of the feed as it was."""

    feed: bytes
    language: str | None
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    length: int = 0


@dataclass(slots=True)
class _Entry:
    namespace: str
    depth: int
    base: str | None
    language: str | None
    links: list[_Element] = field(default_factory=list)
    others: dict[str, _Element] = field(default_factory=dict)


def parse_entries(text: str, lines_before: int = 0) -> ParsedEntries:
    """Sieve the text of a feed that begins with its root element and is `resolve_references`.

    `lines_before` is what the problems' line numbers are counted on from. An entry that is cut off is kept when it has
    a whole link.
    """
    target = _Target(is_nested=True)
    reading = read_xml(text, target)
    if reading.is_mismatched:
        target = _Target(is_nested=False)
        read_xml(text, target)
    target.finish()
    problems = reading.problems(lines_before)
    if target.count > MAX_FEED_ENTRIES:
        problems.append(f"only the first {MAX_FEED_ENTRIES} of {target.count} entries are read")
    base = f" xml:base={quoteattr(restore_markup(target.base))}" if target.base else ""
    feed = f'<rss version="2.0"{base}><channel>{"".join(target.items)}</channel></rss>'
    return ParsedEntries(feed.encode(), target.language, tuple(problems))


class _Target:
    """Gets the parser's events. A new entry ends one that is still open: a missing end tag costs only itself.

    Where the tags do not match (`is_nested` false), how deep an element lies says nothing: then every element with a
    name of an entry's child is one, and its start is the end of the one before it.
    """

    def __init__(self, *, is_nested: bool) -> None:
        self._is_nested = is_nested
        self._source_depth = 0
        self.depth = 0
        self.count = 0
        self.items: list[str] = []
        self.base: str | None = None
        self.language: str | None = None
        self._entry: _Entry | None = None
        self._element: _Element | None = None
        self._element_depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        namespace, local = split_tag(tag)
        if local in ("item", "entry"):
            self.finish()
            self.count += 1
            self._entry = _Entry(namespace, self.depth, attributes.get(f"{_XML}base"), attributes.get(f"{_XML}lang"))
        elif self._entry is None:
            if self.depth == 1:
                self.base, self.language = attributes.get(f"{_XML}base"), attributes.get(f"{_XML}lang")
            elif self.depth <= 3 and local == "language":
                self._open(_Element("language", {}))
        elif self._source_depth or not self._is_child(self._entry):
            return
        elif local == "source":
            self._source_depth = self.depth
        else:
            name = _name(namespace, local, self._entry.namespace)
            if not self._is_nested and (name is not None or local in _ENDING):
                self._keep()
            if name is not None:
                kept = ("href", "rel", "type", "isPermaLink", f"{_XML}base")
                self._open(_Element(name, {key: attributes[key] for key in kept if key in attributes}))

    def data(self, text: str) -> None:
        element = self._element
        if element is not None and element.length <= MAX_LISTED_URL_CHARS:
            element.text.append(text[: MAX_LISTED_URL_CHARS + 1])
            element.length += len(text)

    def end(self, tag: str) -> None:
        if self.depth == self._element_depth:
            self._keep()
        if self.depth == self._source_depth:
            self._source_depth = 0
        if self._entry is not None and self.depth == self._entry.depth:
            self.finish(complete=True)
        self.depth -= 1

    def close(self) -> None: ...

    def finish(self, *, complete: bool = False) -> None:
        """End the open entry; one that is not complete counts only with a link."""
        entry, self._entry, self._element, self._source_depth = self._entry, None, None, 0
        if entry is not None and (complete or entry.links) and len(self.items) < MAX_FEED_ENTRIES:
            self.items.append(_item(entry))

    def _is_child(self, entry: _Entry) -> bool:
        return not self._is_nested or (self._element is None and self.depth == entry.depth + 1)

    def _keep(self) -> None:
        """The element being read is whole."""
        element, self._element, entry = self._element, None, self._entry
        if element is None:
            return
        if entry is None:
            self.language = self.language or "".join(element.text)
        elif element.name not in ("link", "origlink"):
            entry.others.setdefault(element.name, element)
        elif len(entry.links) < MAX_LINKS:
            entry.links.append(element)

    def _open(self, element: _Element) -> None:
        self._element, self._element_depth = element, self.depth


def _name(namespace: str, local: str, own: str) -> str | None:
    """What an element of an entry is in RSS with Atom's names; None for what is not needed."""
    if namespace in (own, _ATOM, ""):
        return _OWN.get(local)
    if namespace in _DUBLIN_CORE:
        return _OF_DUBLIN_CORE.get(local)
    return "origlink" if local == "origlink" and namespace == _FEEDBURNER else None


def _item(entry: _Entry) -> str:
    # FeedBurner's own link counts a click and redirects; the publisher's stands beside it.
    links = [link for link in entry.links if link.name == "origlink"] or entry.links
    base = f" xml:base={quoteattr(restore_markup(entry.base))}" if entry.base else ""
    parts = [f"<item{base}>"]
    if entry.language and "language" not in entry.others:
        parts.append(f"<language>{escape(entry.language[:MAX_TITLE_CHARS])}</language>")
    for link in links:
        attributes = "".join(
            f" {'xml:base' if key.endswith('base') else key}={quoteattr(restore_markup(value))}"
            for key, value in ((key, value[: MAX_LISTED_URL_CHARS + 1]) for key, value in link.attributes.items())
        )
        parts.append(f"<link{attributes}>{escape(_text(link))}</link>")
    for name, element in entry.others.items():
        text = _text(element)
        if name == "title":
            # In RSS a title is markup more often than not, whatever the specification says; in Atom its type says so.
            is_markup = entry.namespace != _ATOM or element.attributes.get("type") in ("html", "text/html")
            text = plain_line(text, is_markup=is_markup) or ""
        elif name == "guid" and not _is_link(element):
            continue
        parts.append(f"<{name}>{escape(text)}</{name}>")
    parts.append("</item>")
    return "".join(parts)


def _is_link(guid: _Element) -> bool:
    """Whether an identifier is an address: isPermaLink is true where it is not given, which many forget."""
    return guid.attributes.get("isPermaLink") != "false" and _text(guid).startswith(("http://", "https://"))


def _text(element: _Element) -> str:
    return restore_markup("".join(element.text)).strip()
