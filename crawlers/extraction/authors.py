"""Choose the authors among the page's statements: JSON-LD, meta elements and bylines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from crawlers.extraction.author_names import agency_keys, clean_names, keys_of_names, last_name_first
from crawlers.extraction.bylines import read_bylines, read_weak_bylines
from crawlers.extraction.json_ld import text_of, types_of
from crawlers.extraction.rules import phrases
from crawlers.extraction.stated_titles import site_name
from crawlers.extraction.text import match_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.extraction.json_ld import Node
    from crawlers.extraction.page import Page

_METAS = (
    "author",
    "article:author",
    "og:article:author",
    "og:author",
    "articleauthor",
    "content_author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_LAST_NAME_FIRST = frozenset({"dc.creator", "dcterms.creator", "citation_author"})
_URL_PREFIXES = ("http://", "https://", "www.")


@dataclass(frozen=True, slots=True)
class Authors:
    """The names and their origin: `json-ld`, `meta` or `byline`; empty if there are none."""

    names: tuple[str, ...] = ()
    origin: str = ""
    kind: str = ""
    """How the statement was recognised, for people."""


def choose_authors(page: Page, article: Node) -> Authors:
    """The persons who wrote the article, in the order printed, and the news agencies credited beside them. If no person
    is named: the agency or the publisher that signs.

    The statements in order: JSON-LD's `author`; the meta elements; the bylines that name persons (`read_bylines`).
    Other organisations (typed as such, or named like the site or its publisher) are left out if a person is named;
    otherwise an agency takes precedence over the publisher. If none of these signs, weaker bylines count
    (`read_weak_bylines`): many contain a box, a team or a nickname.
    """
    return next(author_candidates(page, article), Authors())


def author_candidates(page: Page, article: Node) -> Iterator[Authors]:
    """Every statement of the authors, the most trustworthy first."""
    publisher_keys = _publisher_keys(page, article) | _newsroom_keys()
    in_json_ld = list(structured_names(article.get("author"), 3))
    in_metas = _meta_names(page)
    for origin, names in (("json-ld", in_json_ld), ("meta", in_metas)):
        if clean_names(names, publisher_keys | agency_keys()):
            yield Authors(clean_names(names, publisher_keys), origin, "names persons")
    for byline in read_bylines(page.elements, publisher_keys):
        yield Authors(byline.names, "byline", byline.kind)
    for kind, others in (("names an agency", publisher_keys), ("names the publisher", _newsroom_keys())):
        for origin, names in (("json-ld", in_json_ld), ("meta", in_metas)):
            if signed := clean_names(names, others):
                yield Authors(signed[:1], origin, kind)
    for byline in read_weak_bylines(page.elements, _newsroom_keys()):
        yield Authors(byline.names, "byline", byline.kind)


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
            return [last_name_first(name) for name in names] if key in _LAST_NAME_FIRST else names
    for number in "12":  # of a card: labels with their data, such as "Written by" and "Est. reading time"
        if match_key(page.meta(f"twitter:label{number}") or "") in _author_labels():
            return list(page.metas.get(f"twitter:data{number}", ()))
    return []


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
def _author_labels() -> frozenset[str]:
    return frozenset(map(match_key, phrases("bylines", "prefixes")))


@cache
def _newsroom_keys() -> frozenset[str]:
    return keys_of_names(phrases("bylines", "newsrooms"))
