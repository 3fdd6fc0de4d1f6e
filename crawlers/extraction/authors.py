"""Who wrote it: names of persons, cleaned and split."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from trafilatura.metadata import extract_author

from crawlers.extraction.rules import phrases
from crawlers.extraction.structured import text_of, types_of
from crawlers.extraction.titles import site_name
from crawlers.extraction.words import fold, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawlers.extraction.page import Page
    from crawlers.extraction.structured import Node

_METAS = (
    "author",
    "article:author",
    "og:article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_EMAIL = re.compile(r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+[)>\]]?")
_HANDLE = re.compile(r"\(?(?<!\w)@\w{1,50}\)?")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_SPLIT = re.compile(r"\s*[;|/•·\n]\s*|\s*,\s+|\s*[、，]\s*|\s+(?:&|\+)\s+")
_CONJUNCTIONS = re.compile(rf"\s+(?:{'|'.join(map(re.escape, phrases('bylines', 'conjunctions')))})\s+", re.IGNORECASE)
_EDGES = " \t,.:;–—-|/*•·\"'„“”«»"
_TITLE_WORDS = 6
"""Words of the longest names that occur in bylines; what is longer is a sentence or a description of the office."""
_LONGEST_NAME = 60
_MOST = 50
"""Bylines read of one page; investigations by several houses name up to 30 people."""
_DIGITS = re.compile(r"\d{2,}")


def choose_authors(page: Page, article: Node) -> tuple[str, ...]:
    """Names of the persons who wrote it, in the order printed; where none is named, the agency or the house that signs.

    JSON-LD's `author` comes first, then the meta elements, then what trafilatura finds in the byline. Organisations
    (typed as such, named like the site or its publisher, or a news agency) go wherever a person is named. Where the
    page states its author and it is none but an organisation, the byline is not searched for better ones.
    """
    house = _house(page, article)
    stated = list(_structured_names(article.get("author"), 3))
    named = _meta_names(page)
    for names in (stated, named):
        if persons := clean_names(names, house):
            return persons
    if signed := clean_names([*stated, *named], _nobody()):
        return signed[:1]
    return clean_names(_byline(page), house)


def clean_names(names: Iterable[str], others: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Single names from bylines: "By Ana Gómez and Li Wei (dpa)" is two; each once.

    `others` holds folded names, with and without blanks, that are left out.
    """
    found: dict[str, str] = {}
    for name in islice(names, _MOST):
        for part in _parts(name):
            folded = fold(part)
            if folded and not _is_among(folded, others) and _is_name(part):
                found.setdefault(folded, part)
    return tuple(found.values())


def _is_among(folded: str, others: frozenset[str]) -> bool:
    """True for one of the names, and for one with more behind it ("Harbour Courier Online")."""
    words = folded.split()
    return folded.replace(" ", "") in others or any(
        " ".join(words[:count]) in others for count in range(1, len(words) + 1)
    )


def _parts(byline: str) -> Iterator[str]:
    text = tidy(byline)[:500]
    for unwanted in (_ADDRESS, _EMAIL, _HANDLE, _BRACKETS):
        text = unwanted.sub(" ", text)
    text = _CONJUNCTIONS.sub(";", _without_prefix(tidy(text)))
    for joined in _SPLIT.split(text):
        part = _without_prefix(joined.strip(_EDGES))
        if part:
            yield part


def _without_prefix(text: str) -> str:
    for prefix in phrases("bylines", "prefixes"):
        if text[: len(prefix)].casefold() == prefix and text[len(prefix) : len(prefix) + 1] in (" ", ":", " "):
            return text[len(prefix) :].strip(_EDGES)
    return text


def _is_name(part: str) -> bool:
    return (
        len(part) <= _LONGEST_NAME
        and len(part.split()) <= _TITLE_WORDS
        and not _DIGITS.search(part)
        and len(fold(part)) > 1
    )


def _structured_names(value: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _structured_names(item, depth - 1)
    elif isinstance(value, dict):
        name = value.get("name")
        if name is None:
            name = " ".join(filter(None, (text_of(value.get(key)) for key in ("givenName", "familyName"))))
        yield from _structured_names(name, depth - 1)
    elif name := text_of(value):
        yield name


def _meta_names(page: Page) -> list[str]:
    for key in _METAS:
        names = [name for name in page.metas.get(key, ()) if not _ADDRESS.match(name)]
        if names:
            return names
    return []


def _byline(page: Page) -> list[str]:
    return (extract_author(page.tree) or "").split("; ")


def _house(page: Page, article: Node) -> frozenset[str]:
    """Folded names that stand for an organisation and not for a person."""
    names = {site_name(page), *phrases("bylines", "organisations"), *phrases("bylines", "newsrooms")}
    names.update(_structured_names(article.get("publisher"), 3))
    authors = article.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        if isinstance(author, dict) and any("Organization" in name for name in types_of(author)):
            names.update(_structured_names(author, 3))
    host = page.url.split("/")[2:3]
    names.update(host and [host[0].removeprefix("www."), host[0].removeprefix("www.").rsplit(".", 1)[0]])
    return _folded(names)


def _nobody() -> frozenset[str]:
    return _folded(phrases("bylines", "newsrooms"))


def _folded(names: Iterable[str]) -> frozenset[str]:
    folded = {fold(name) for name in names} - {""}
    return frozenset(folded | {name.replace(" ", "") for name in folded})
