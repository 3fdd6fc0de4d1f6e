"""Who wrote it: which of the page's own statements of it is believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from crawlers.extraction.author_names import LINKING_WORDS, MAX_BYLINES, agency_names, clean_names, folded_names
from crawlers.extraction.json_ld import text_of, types_of
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
    "articleauthor",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_MARKED = re.compile(r"[Aa]uthor|[Bb]yline|by-line|[Aa]utor|[Aa]uteur|[Ww]riter|[Rr]eporter|[Jj]ournalist")
"""In the class of a byline."""
_NO_BYLINES = frozenset({"script", "meta", "link", "img", "body", "html", "article", "head", "style"})
_MOST_BYLINES = 40
"""Marked elements looked at; those of the article come before those of teasers and comments."""
_NEAR = 200
"""Elements behind the headline among which a byline without a mark is looked for: a screen or so."""
_SPOKEN = tuple(prefix for prefix in phrases("bylines", "prefixes") if prefix not in ("from", "text", "tekst", "от"))
_LONGEST_BYLINE = 120
"""Characters of a byline; what is longer is the note about the author."""
_ADDRESSES = ("http://", "https://", "www.")
_SET_APART = ("strong", "b", "em", "i")
_MOST_JOINTS = 6
"""Characters that join the names of a byline of nothing but names."""
_PERSON = re.compile(r"[^\W\d_][\w.'’ʼ‐-]*(?: [^\W\d_][\w.'’ʼ‐-]*){1,4}")
_PARTICLES = frozenset(phrases("bylines", "particles"))
_LONGEST_UNCASED = 20
"""Characters of a name in a script without capitals, as far as the search in the page goes."""


@dataclass(frozen=True, slots=True)
class Authors:
    """The names, and the kind of statement that they come from: `json-ld`, `meta`, `byline`; empty without any."""

    names: tuple[str, ...] = ()
    origin: str = ""


def choose_authors(page: Page, article: Node) -> Authors:
    """Names of the persons who wrote it, in the order printed, and of news agencies that sign beside them; where no
    person is named, the agency or the house that signs.

    JSON-LD's `author` comes first, then the meta elements, then a line of the page that begins with "By", then one
    that is nothing but names above the text. Other organisations (typed as such, named like the site or its publisher)
    go wherever a person is named; where none is, an agency comes before the house. Elements that are only marked as a
    byline count where all that is missing: many hold the house, a box, a comment.
    """
    own = _own_names(page, article) | _nobody()
    stated = list(structured_names(article.get("author"), 3))
    named = _meta_names(page)
    for origin, names in (("json-ld", stated), ("meta", named)):
        if clean_names(names, own | agency_names()):
            return Authors(clean_names(names, own), origin)
    if persons := _spoken_byline(page.tree, own) or _bare_byline(page.tree, own):
        return Authors(persons, "byline")
    for others in (own, _nobody()):
        for origin, names in (("json-ld", stated), ("meta", named)):
            if signed := clean_names(names, others):
                return Authors(signed[:1], origin)
    persons = _marked_byline(page.tree, own)
    return Authors(persons, "byline" if persons else "")


def structured_names(value: Any, depth: int) -> Iterator[str]:
    """The names in JSON-LD's `author` or `publisher`: a string, a node, or a list of them, as they stand."""
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
        names = [name for name in page.metas.get(key, ()) if not name.startswith(_ADDRESSES)]
        if names:
            return names
    return []


def _marked_byline(tree: HtmlElement, house: frozenset[str]) -> tuple[str, ...]:
    """The persons in the first element that the markup calls the byline and that reads like one."""
    for element in islice(filter(_is_marked, tree.iter()), _MOST_BYLINES):
        pieces = [piece for text in element.itertext() if (piece := single_line(str(text)))]
        if sum(map(len, pieces)) <= _LONGEST_BYLINE and (names := _persons(pieces, house)):
            return names
    return ()


def _is_marked(element: HtmlElement) -> bool:
    attributes = element.attrib
    if not attributes or element.tag in _NO_BYLINES:
        return False
    return (
        _MARKED.search(attributes.get("class", "")) is not None
        or attributes.get("rel") == "author"
        or attributes.get("itemprop") in ("author", "creator")
        or attributes.get("id") in ("author", "authors")
    )


def _spoken_byline(tree: HtmlElement, house: frozenset[str]) -> tuple[str, ...]:
    """The persons in the first short element behind the headline that begins with "By", in any language."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return ()
    for element in islice(_behind(heading), _NEAR):
        text = single_line(element.text or "").casefold()
        if not text or not text.startswith(_SPOKEN):
            continue
        pieces = [piece for part in islice(element.itertext(), MAX_BYLINES) if (piece := single_line(str(part)))]
        first = pieces[0].casefold()
        spoken = any(first == prefix or first.startswith((f"{prefix} ", f"{prefix}:")) for prefix in _SPOKEN)
        if spoken and sum(map(len, pieces)) <= _LONGEST_BYLINE and (names := _persons(pieces, house)):
            return names
    return ()


def _bare_byline(tree: HtmlElement, house: frozenset[str]) -> tuple[str, ...]:
    """The persons in a paragraph that is set apart as a whole (`<p><strong>Ada Park</strong></p>`) between the headline
    and the first paragraph of the text."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return ()
    for element in islice(_behind(heading), _NEAR):
        if element.tag != "p":
            continue
        text = single_line(element.text_content()[: 2 * _LONGEST_BYLINE])
        if len(text) >= _LONGEST_BYLINE:
            return ()
        inner = element[0] if len(element) == 1 else None
        if inner is None or inner.tag not in _SET_APART or single_line(inner.text_content()) != text:
            continue
        names = clean_names([text], house)
        if (
            names
            and all(map(_is_person, names))
            and len(match_key(" ".join(names))) >= len(match_key(text)) - _MOST_JOINTS
        ):
            return names
    return ()


def _behind(heading: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that begin behind an element, in the order of the page."""
    element: HtmlElement | None = heading
    while element is not None:
        for following in element.itersiblings():
            yield from following.iter("p", "span", "div", "address", "li", "em", "strong", "b", "i", "h2", "h3", "h4")
        element = element.getparent()


def _persons(pieces: list[str], house: frozenset[str]) -> tuple[str, ...]:
    """The names in a byline of several pieces, agencies among them, up to the words that follow a name ("on Monday");
    none where the first part of the byline is no person's name."""
    names = clean_names([";".join(pieces)], house)
    persons = [_capitalised(name) for name in names if match_key(name) not in agency_names()]
    if not persons or not _is_person(persons[0]):
        return ()
    signed = (name if match_key(name) in agency_names() else _capitalised(name) for name in names)
    return tuple(name for name in signed if _is_person(name) or match_key(name) in agency_names())


def _capitalised(name: str) -> str:
    """A name without a conjunction in front and without what follows behind its last capitalised word in a row."""
    words = name.split()
    while words and words[0].casefold() in LINKING_WORDS:
        del words[0]
    end = next((at for at, word in enumerate(words) if word[0].islower() and word not in _PARTICLES), len(words))
    return " ".join(words[:end])


def _is_person(name: str) -> bool:
    """True for two to five words that each begin with a capital, or for a short name in a script without capitals."""
    if not any(letter.isupper() or letter.islower() for letter in name):
        return 1 < len(name) <= _LONGEST_UNCASED
    return bool(_PERSON.fullmatch(name)) and sum(word[0].isupper() for word in name.split()) > 1


def _own_names(page: Page, article: Node) -> frozenset[str]:
    """Folded names of the site and its publisher, and of authors that are typed as organisations."""
    names = {site_name(page)}
    names.update(structured_names(article.get("publisher"), 3))
    authors = article.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        if isinstance(author, dict) and any("Organization" in name for name in types_of(author)):
            names.update(name for name in structured_names(author, 3) if match_key(name) not in agency_names())
    host = page.url.split("/")[2:3]
    names.update(host and [host[0].removeprefix("www."), host[0].removeprefix("www.").rsplit(".", 1)[0]])
    return folded_names(names)


@cache
def _nobody() -> frozenset[str]:
    return folded_names(phrases("bylines", "newsrooms"))
