"""Choose the authors among the page's statements: JSON-LD, meta elements and bylines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from crawlers.extraction.author_names import LINKING_WORDS, MAX_BYLINES, agency_keys, clean_names, keys_of_names
from crawlers.extraction.json_ld import text_of, types_of
from crawlers.extraction.page import is_in_comments
from crawlers.extraction.rules import phrases
from crawlers.extraction.stated_titles import site_name
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.json_ld import Node
    from crawlers.extraction.page import Page

_METAS = (
    "author",
    "article:author",
    "og:article:author",
    "og:author",
    "articleauthor",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_BYLINE_CLASS = re.compile(r"[Aa]uthor|[Bb]yline|by-line|[Aa]utor|[Aa]uteur|[Ww]riter|[Rr]eporter|[Jj]ournalist")
"""Part of the class of a byline."""
_NEVER_BYLINES = frozenset({"script", "meta", "link", "img", "body", "html", "article", "head", "style"})
_MAX_MARKED_ELEMENTS = 40
"""Marked-up bylines tried; those of the article come before those of teasers and comments."""
_NEAR_HEADLINE = 200
"""Elements after the headline that are searched for a byline that is not marked up: about one screen."""
_BYLINE_PREFIXES = tuple(
    prefix for prefix in phrases("bylines", "prefixes") if prefix not in ("from", "text", "tekst", "от")
)
_MAX_BYLINE_LENGTH = 120
"""Characters of a byline; a longer text is a note about the author."""
_URL_PREFIXES = ("http://", "https://", "www.")
_EMPHASIS = ("strong", "b", "em", "i")
_MAX_JOINING_CHARACTERS = 6
"""Characters that join the names in a byline that consists of names alone."""
_PERSON = re.compile(r"[^\W\d_][\w.'’ʼ‐-]*(?: [^\W\d_][\w.'’ʼ‐-]*){1,4}")
_PARTICLES = frozenset(phrases("bylines", "particles"))
_MAX_UNCASED_NAME = 20
"""Characters of a name in a script without capitals, for names found in the page's text."""


@dataclass(frozen=True, slots=True)
class Authors:
    """The names and their origin: `json-ld`, `meta` or `byline`; empty if there are none."""

    names: tuple[str, ...] = ()
    origin: str = ""


def choose_authors(page: Page, article: Node) -> Authors:
    """The persons who wrote the article, in the order printed, and the news agencies credited beside them. If no person
    is named: the agency or the publisher that signs.

    The statements in order: JSON-LD's `author`, the meta elements, a line of the page that begins with "By", a line of
    names alone above the text. Other organisations (typed as such, or named like the site or its publisher) are left
    out if a person is named; otherwise an agency takes precedence over the publisher. Elements that are only marked up
    as a byline come last, because many contain the publisher, a box or a comment.
    """
    publisher_keys = _publisher_keys(page, article) | _newsroom_keys()
    in_json_ld = list(structured_names(article.get("author"), 3))
    in_metas = _meta_names(page)
    for origin, names in (("json-ld", in_json_ld), ("meta", in_metas)):
        if clean_names(names, publisher_keys | agency_keys()):
            return Authors(clean_names(names, publisher_keys), origin)
    if persons := _prefixed_byline(page.tree, publisher_keys) or _emphasised_byline(page.tree, publisher_keys):
        return Authors(persons, "byline")
    for others in (publisher_keys, _newsroom_keys()):
        for origin, names in (("json-ld", in_json_ld), ("meta", in_metas)):
            if signed := clean_names(names, others):
                return Authors(signed[:1], origin)
    persons = _marked_byline(page.tree, publisher_keys)
    return Authors(persons, "byline" if persons else "")


def structured_names(value: object, depth: int) -> Iterator[str]:
    """The names in JSON-LD's `author` or `publisher` (a string, a node or a list of them), not cleaned."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from structured_names(item, depth - 1)
    elif isinstance(value, dict):
        name = value.get("name")
        if name is None:
            name = " ".join(filter(None, (text_of(value.get(key)) for key in ("givenName", "familyName"))))
        yield from structured_names(name, depth - 1)
    elif name := text_of(value):
        yield name


def _meta_names(page: Page) -> list[str]:
    for key in _METAS:
        names = [name for name in page.metas.get(key, ()) if not name.startswith(_URL_PREFIXES)]
        if names:
            return names
    return []


def _marked_byline(tree: HtmlElement, publisher_keys: frozenset[str]) -> tuple[str, ...]:
    """The persons in the first element that is marked up as a byline and reads like one."""
    for element in islice(filter(_is_marked, tree.iter()), _MAX_MARKED_ELEMENTS):
        pieces = [piece for text in element.itertext() if (piece := single_line(str(text)))]
        if sum(map(len, pieces)) <= _MAX_BYLINE_LENGTH and (names := _persons(pieces, publisher_keys)):
            return names
    return ()


def _is_marked(element: HtmlElement) -> bool:
    attributes = element.attrib
    if not attributes or element.tag in _NEVER_BYLINES:
        return False
    is_marked = (
        _BYLINE_CLASS.search(attributes.get("class", "")) is not None
        or attributes.get("rel") == "author"
        or attributes.get("itemprop") in ("author", "creator")
        or attributes.get("id") in ("author", "authors")
    )
    return is_marked and not is_in_comments(element)


def _prefixed_byline(tree: HtmlElement, publisher_keys: frozenset[str]) -> tuple[str, ...]:
    """The persons in the first short element after the headline that begins with "By", in any language."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return ()
    for element in islice(_elements_after(heading), _NEAR_HEADLINE):
        text = single_line(element.text or "").casefold()
        if not text or not text.startswith(_BYLINE_PREFIXES):
            continue
        pieces = [piece for part in islice(element.itertext(), MAX_BYLINES) if (piece := single_line(str(part)))]
        first = pieces[0].casefold()
        prefixed = any(first == prefix or first.startswith((f"{prefix} ", f"{prefix}:")) for prefix in _BYLINE_PREFIXES)
        if prefixed and sum(map(len, pieces)) <= _MAX_BYLINE_LENGTH and (names := _persons(pieces, publisher_keys)):
            return names
    return ()


def _emphasised_byline(tree: HtmlElement, publisher_keys: frozenset[str]) -> tuple[str, ...]:
    """The persons in a paragraph that is emphasised as a whole (`<p><strong>Ada Park</strong></p>`), between the
    headline and the first paragraph of the text."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return ()
    for element in islice(_elements_after(heading), _NEAR_HEADLINE):
        if element.tag != "p":
            continue
        text = single_line(element.text_content()[: 2 * _MAX_BYLINE_LENGTH])
        if len(text) >= _MAX_BYLINE_LENGTH:
            return ()
        inner = element[0] if len(element) == 1 else None
        if inner is None or inner.tag not in _EMPHASIS or single_line(inner.text_content()) != text:
            continue
        names = clean_names([text], publisher_keys)
        if (
            names
            and all(map(_is_person, names))
            and len(match_key(" ".join(names))) >= len(match_key(text)) - _MAX_JOINING_CHARACTERS
        ):
            return names
    return ()


def _elements_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that begin after an element, in page order."""
    element: HtmlElement | None = heading
    while element is not None:
        for following in element.itersiblings():
            yield from following.iter("p", "span", "div", "address", "li", "em", "strong", "b", "i", "h2", "h3", "h4")
        element = element.getparent()


def _persons(pieces: list[str], publisher_keys: frozenset[str]) -> tuple[str, ...]:
    """The names in a byline of several pieces, agencies included, without the words after a name ("on Monday"); none if
    the byline does not begin with a person's name."""
    names = clean_names([";".join(pieces)], publisher_keys)
    persons = [_capitalised(name) for name in names if match_key(name) not in agency_keys()]
    if not persons or not _is_person(persons[0]):
        return ()
    signed = (name if match_key(name) in agency_keys() else _capitalised(name) for name in names)
    return tuple(name for name in signed if _is_person(name) or match_key(name) in agency_keys())


def _capitalised(name: str) -> str:
    """A name without a leading conjunction, up to its first word in lower case that is not a particle."""
    words = name.split()
    while words and words[0].casefold() in LINKING_WORDS:
        del words[0]
    end = next((at for at, word in enumerate(words) if word[0].islower() and word not in _PARTICLES), len(words))
    return " ".join(words[:end])


def _is_person(name: str) -> bool:
    """True for two to five words, two or more of them capitalised, or a short name in a script without capitals."""
    if not any(letter.isupper() or letter.islower() for letter in name):
        return 1 < len(name) <= _MAX_UNCASED_NAME
    return bool(_PERSON.fullmatch(name)) and sum(word[0].isupper() for word in name.split()) > 1


def _publisher_keys(page: Page, article: Node) -> frozenset[str]:
    """Name keys of the site and its publisher, and of authors that are typed as organisations."""
    names = {site_name(page)}
    names.update(structured_names(article.get("publisher"), 3))
    authors = article.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        if isinstance(author, dict) and any("Organization" in name for name in types_of(author)):
            names.update(name for name in structured_names(author, 3) if match_key(name) not in agency_keys())
    host = page.url.split("/")[2:3]
    names.update(host and [host[0].removeprefix("www."), host[0].removeprefix("www.").rsplit(".", 1)[0]])
    return keys_of_names(names)


@cache
def _newsroom_keys() -> frozenset[str]:
    return keys_of_names(phrases("bylines", "newsrooms"))
