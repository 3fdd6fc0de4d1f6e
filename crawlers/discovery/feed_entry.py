"""What an entry of a feed says: the URL of its page, its title, its dates and its language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers.discovery.markup import plain_line, repair_encoding, restore_markup
from crawlers.discovery.sites import site_of
from crawlers.languages import iso_639_1
from crawlers.limits import MAX_LISTED_URL_CHARS, MAX_TITLE_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterator

XML = "{http://www.w3.org/XML/1998/namespace}"
BASE = f"{XML}base"
ATOM = "http://www.w3.org/2005/Atom"
_HTML_TYPES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_SCHEME = re.compile(r"^(https?)(?::[/\\]+|//+|:(?=[\w-]+\.))", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"#.*|null|none|undefined|n/a|.*(?:\{\{|\$\{|<%).*", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"www\.[\w-]+(?:\.[\w-]+)+|[\w-]+(?:\.[\w-]+)+(?=/)", re.ASCII)
_ALTERNATE = frozenset({"alternate", "http://www.iana.org/assignments/relation/alternate"})
_LAST_RESORTS = frozenset({"alternate", "canonical", "self"})
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
"""With the indentation that programs which format XML put around it."""
_PARAMETER_AS_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as the feed has it: the times are text; None where the entry has no such field.

    `links` are absolute, the likeliest URL of the page first. Of these and of the times, the first one that is usable
    counts.
    """

    links: tuple[str, ...]
    title: str | None
    published: tuple[str, ...]
    updated: tuple[str, ...]
    language: str | None


@dataclass(slots=True)
class Element:
    """A short element of an entry: its name as a field, its attributes, and its text in pieces of `length` in all."""

    name: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def text(self) -> str:
        """The text, with its markup characters in place again."""
        return restore_markup("".join(self.pieces)).strip()

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, None if it is missing."""
        value = self.attributes.get(name)
        return None if value is None else restore_markup(value[: MAX_LISTED_URL_CHARS + 1])

    def keyword(self, name: str, default: str) -> str:
        """The value of an attribute in lower case."""
        return (default if (value := self.attribute(name)) is None else value).lower()


@dataclass(slots=True)
class OpenEntry:
    """An entry that is being read: its namespace, its depth in the document, and what was found in it so far."""

    namespace: str
    depth: int
    base: str | None
    language: str | None
    about: str
    links: list[Element] = field(default_factory=list)
    times: list[Element] = field(default_factory=list)
    others: dict[str, Element] = field(default_factory=dict)


def feed_entry(entry: OpenEntry, base: str, url: str, feed_language: str | None, *, complete: bool) -> FeedEntry:
    """What an entry says. `base` is the base URL of the feed, `url` the feed's own, `feed_language` what it declares.

    One that is not complete may have lost a better link than its last resorts, so these do not count.
    """
    spoken = entry.others.get("language")
    language = None if spoken is None else repair_encoding(spoken.text())
    if language is None and entry.language:
        language = repair_encoding(restore_markup(entry.language[:MAX_TITLE_CHARS]).strip())
    return FeedEntry(
        links=_links(entry, with_base(base, entry.base), url, language or feed_language, complete=complete),
        title=_title(entry),
        published=_times(entry, "published"),
        updated=_times(entry, "updated"),
        language=language,
    )


def _times(entry: OpenEntry, name: str) -> tuple[str, ...]:
    return tuple(repair_encoding(element.text()) for element in entry.times if element.name == name)


def _links(entry: OpenEntry, base: str, url: str, language: str | None, *, complete: bool) -> tuple[str, ...]:
    """The URLs that may be the one of the page behind an entry of the feed at `url`, the likeliest first.

    First the last link that qualifies, then the links before it, then the identifier. A link in the text (RSS)
    qualifies whatever its relation, one in `href` (Atom) only as an alternate in HTML. The feed itself is no page, and
    a front page is the least likely one: some feeds have it as the link of each entry. After the identifier come
    alternates in other formats, which some feeds state wrongly, and the entry itself.
    """
    # FeedBurner's own link counts clicks and redirects; origlink is the publisher's link.
    in_order = sorted(entry.links, key=lambda link: link.name == "origlink")[::-1]
    in_order.sort(key=lambda link: not _is_spoken(link, language))  # before translations
    found = [candidate for link in in_order for candidate in _link(link, with_base(base, link.attributes.get(BASE)))]
    identifier = entry.others.get("guid")
    if identifier is not None and _is_url(identifier):
        found.append(repair_encoding(join_url(base, identifier.text())))
    others = [link for link in in_order if complete and link.keyword("rel", "alternate") in _LAST_RESORTS]
    found += [join_url(with_base(base, link.attributes.get(BASE)), link.attribute("href") or "") for link in others]
    if entry.about.startswith(("http://", "https://")):
        found.append(join_url(base, restore_markup(entry.about)))
    pages = dict.fromkeys(link for link in found if link and link not in (url, base))
    return tuple(sorted(pages, key=_is_front_page))


def _link(link: Element, base: str) -> Iterator[str]:
    href, text = link.attribute("href"), _LINE_BREAK.sub("", link.text())
    if text:
        yield _without_entities(repair_encoding(join_url(base, text)))
    media_type = link.keyword("type", "html").partition(";")[0].strip()
    if href and link.keyword("rel", "alternate").strip() in _ALTERNATE and media_type in _HTML_TYPES:
        yield join_url(base, href)


def _is_spoken(link: Element, language: str | None) -> bool:
    """False for a link to a translation: in another language than the entry's."""
    spoken = iso_639_1(link.attribute("hreflang"))
    return spoken is None or spoken == iso_639_1(language)


def _is_front_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return parts.path in ("", "/") and not parts.query


def _title(entry: OpenEntry) -> str | None:
    element = entry.others.get("title")
    if element is None:
        return None
    # An RSS title is markup more often than not, whatever the specification says; an Atom title has a type.
    is_markup = entry.namespace != ATOM or element.attributes.get("type") in ("html", "text/html")
    return repair_encoding(plain_line(element.text(), is_markup=is_markup) or "") or None


def _is_url(guid: Element) -> bool:
    """Whether an identifier is a URL. One with `isPermaLink="false"` still leads to the page more often than not."""
    says_so = guid.attributes.get("isPermaLink", "").strip().lower() == "true"
    return says_so or guid.text().startswith(("http://", "https://", "www."))


def _without_entities(url: str) -> str:
    """A URL that was escaped twice: `?a=1&amp;b=2` and `?a=1&b;=2` both mean `?a=1&b=2`."""
    return _PARAMETER_AS_ENTITY.sub(r"&\1", url.replace("&amp;", "&"))


def with_base(base: str, declared: str | None) -> str:
    """The base URL inside an element that declares one of its own; declarations that lead off the web are ignored."""
    joined = join_url(base, restore_markup(declared)) if declared else base
    return joined if joined.strip().startswith(("http://", "https://")) else base


def join_url(base: str, url: str) -> str:
    """`url` resolved against `base`; empty if that is not possible.

    `http:/host/`, `http//host/` and `www.host/` mean `http://host/`, and so does `host/` on a host of this site.
    Placeholders (`null`, `{{url}}`) are no URLs.
    """
    url = url.strip()
    if not url or _PLACEHOLDER.fullmatch(url):
        return ""
    try:
        host = _HOST.match(url)
        if host and (host[0].startswith("www.") or site_of(host[0]) == site_of(urlsplit(base).netloc)):
            url = f"//{url}"
        return urljoin(base, _SCHEME.sub(r"\1://", url))
    except ValueError:
        return ""
