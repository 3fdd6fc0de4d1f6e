"""Reads the entries of an RSS or Atom feed, however broken it is.

Only the few short elements that make a link are read: an entry's links, identifier, title, dates and language. Nothing
else of a feed can cost time or memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawlers.discovery.markup import plain_line, repair_encoding, restore_markup
from crawlers.discovery.xml_events import read_xml, split_tag
from crawlers.limits import MAX_FEED_ENTRIES, MAX_LISTED_URL_CHARS, MAX_TITLE_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LINKS = 20
"""Links read from an entry: Atom has one per format and relation, seldom more than five."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_BASE = f"{_XML}base"
_ATOM = "http://www.w3.org/2005/Atom"
_DUBLIN_CORE = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "date": "published",  # Dublin Core with an undeclared prefix, which lxml drops
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "updated": "updated",
    "modified": "updated",
    "language": "language",
}
_DUBLIN_CORE_FIELDS = {"date": "published", "issued": "published", "modified": "updated", "language": "language"}
_OTHER_CHILDREN = frozenset(
    {"author", "category", "comments", "content", "creator", "description", "enclosure", "encoded", "summary"}
)
_LINK_ATTRIBUTES = ("href", "rel", "type", _BASE)
_HTML_TYPES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_SURPLUS_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)/+")
_PARAMETER_AS_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as the feed has it: `link` is absolute, the times are text; None where the entry has no such field."""

    link: str | None
    title: str | None
    published: str | None
    updated: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class FeedEntries:
    """The entries of a feed, its own `language`, and the `problems` of its XML."""

    entries: tuple[FeedEntry, ...]
    language: str | None
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def text(self) -> str:
        return restore_markup("".join(self.pieces)).strip()

    def attribute(self, name: str) -> str | None:
        value = self.attributes.get(name)
        return None if value is None else restore_markup(value[: MAX_LISTED_URL_CHARS + 1])

    def keyword(self, name: str, default: str) -> str:
        return (default if (value := self.attribute(name)) is None else value).lower()


@dataclass(slots=True)
class _Entry:
    namespace: str
    depth: int
    base: str | None
    language: str | None
    links: list[_Element] = field(default_factory=list)
    others: dict[str, _Element] = field(default_factory=dict)


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
    if target.count > MAX_FEED_ENTRIES:
        problems.append(f"only the first {MAX_FEED_ENTRIES} of {target.count} entries are read")
    return FeedEntries(tuple(target.entries), target.language, tuple(problems))


class _FeedTarget:
    """Gets the parser's events. A new entry ends one that is still open: a missing end tag costs only its own entry.

    If the tags do not match (`is_nested` is false), the depth of an element means nothing: every element that has the
    name of an entry's child is taken for one, and its start tag ends the one before it.
    """

    def __init__(self, url: str, *, is_nested: bool) -> None:
        self._base = url
        self._is_nested = is_nested
        self._source_depth = 0
        self.depth = 0
        self.count = 0
        self.entries: list[FeedEntry] = []
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
            self._entry = _Entry(namespace, self.depth, attributes.get(_BASE), attributes.get(f"{_XML}lang"))
        elif self._entry is None:
            if self.depth == 1:
                self._base = _with_base(self._base, attributes.get(_BASE))
                self.language = attributes.get(f"{_XML}lang")
            elif self.depth <= 3 and local == "language":
                self._open(_Element("language", {}))
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
                self._open(_Element(name, {key: attributes[key] for key in kept if key in attributes}))

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
            self.entries.append(_feed_entry(entry, self._base))

    def _is_child(self, entry: _Entry) -> bool:
        return not self._is_nested or (self._element is None and self.depth == entry.depth + 1)

    def _open(self, element: _Element) -> None:
        self._element, self._element_depth = element, self.depth

    def _close(self) -> None:
        """Keep the element that was being read: it is complete."""
        element, self._element, entry = self._element, None, self._entry
        if element is None:
            return
        if entry is None:
            self.language = self.language or "".join(element.pieces)
        elif element.name not in ("link", "origlink"):
            entry.others.setdefault(element.name, element)
        elif len(entry.links) < MAX_LINKS:
            entry.links.append(element)


def _field(namespace: str, local: str, own: str) -> str | None:
    """The field that an element of an entry holds, None if it is not needed; `own` is the entry's namespace."""
    if namespace in (own, _ATOM, ""):
        return _FIELDS.get(local)
    if namespace in _DUBLIN_CORE:
        return _DUBLIN_CORE_FIELDS.get(local)
    return "origlink" if local == "origlink" and namespace == _FEEDBURNER else None


def _feed_entry(entry: _Entry, base: str) -> FeedEntry:
    texts = {
        name: repair_encoding(element.text())
        for name, element in entry.others.items()
        if name in ("published", "updated", "language")
    }
    language = texts.get("language")
    if language is None and entry.language:
        language = repair_encoding(restore_markup(entry.language[:MAX_TITLE_CHARS]).strip())
    return FeedEntry(
        link=_link(entry, _with_base(base, entry.base)),
        title=_title(entry),
        published=texts.get("published"),
        updated=texts.get("updated"),
        language=language,
    )


def _link(entry: _Entry, base: str) -> str | None:
    """The URL of the page behind an entry: of several links the last one that qualifies, else the identifier.

    A link in the text (RSS) qualifies whatever its relation, one in `href` (Atom) only as an alternate in HTML.
    """
    found: str | None = None
    # FeedBurner's own link counts clicks and redirects; origlink is the publisher's link.
    for link in [link for link in entry.links if link.name == "origlink"] or entry.links:
        link_base = _with_base(base, link.attributes.get(_BASE))
        href, text = link.attribute("href"), link.text()
        if href is None:
            found = _without_entities(repair_encoding(_join(link_base, text))) if text else ""
        elif link.keyword("rel", "alternate") == "alternate" and link.keyword("type", "html") in _HTML_TYPES:
            found = _join(link_base, href)
    identifier = entry.others.get("guid")
    if found is None and identifier is not None and _is_permalink(identifier):
        return repair_encoding(_join(base, identifier.text()))
    return found


def _title(entry: _Entry) -> str | None:
    element = entry.others.get("title")
    if element is None:
        return None
    # An RSS title is markup more often than not, whatever the specification says; an Atom title has a type.
    is_markup = entry.namespace != _ATOM or element.attributes.get("type") in ("html", "text/html")
    return repair_encoding(plain_line(element.text(), is_markup=is_markup) or "")


def _is_permalink(guid: _Element) -> bool:
    """Whether an identifier is a URL. `isPermaLink` defaults to true, which many feeds forget."""
    return guid.attributes.get("isPermaLink") != "false" and guid.text().startswith(("http://", "https://"))


def _without_entities(url: str) -> str:
    """A URL that was escaped twice: `?a=1&amp;b=2` and `?a=1&b;=2` both mean `?a=1&b=2`."""
    return _PARAMETER_AS_ENTITY.sub(r"&\1", url.replace("&amp;", "&"))


def _with_base(base: str, declared: str | None) -> str:
    """The base URL inside an element that declares one of its own; declarations that lead off the web are ignored."""
    joined = _join(base, restore_markup(declared)) if declared else base
    return joined if joined.strip().startswith(("http://", "https://")) else base


def _join(base: str, url: str) -> str:
    """`url` resolved against `base`, without surplus slashes before its host; empty if that is not possible."""
    try:
        return urljoin(base, _SURPLUS_SLASHES.sub(r"\1", url))
    except ValueError:
        return ""
