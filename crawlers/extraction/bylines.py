"""Read the bylines that a page shows: marked by their class, linked to an author's page, or beginning with "By"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.dates import find_dates
from crawlers.extraction.author_names import MAX_BYLINES, clean_names
from crawlers.extraction.byline_texts import find_persons, is_person, read_pieces, read_texts
from crawlers.extraction.headline_dates import find_headline
from crawlers.extraction.page import is_in_comments
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from crawlers.extraction.elements import Elements

_BYLINE_CLASS = re.compile(r"[Aa]uthor|[Bb]yline|by-line|[Aa]utor|[Aa]uteur|[Ww]riter|[Rr]eporter|[Jj]ournalist")
"""Part of the class of a byline."""
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|profiles?|staff|contributors?|by|reporters?|journalists?|columnists?|writers?|experts?|autor(?:en|es|in)?"
    r"|auteurs?|autore|autori|autorzy|autorka|szerzo[kt]?|szerzoink|avtory?|yazar(?:lar)?|penulis|tac-gia|forfatter|kirjoittajat?|toimittajat?|firmas?|giornalisti|periodistas?|journalisten?|redaktion|redakteure?|redaktor|skribenter?|byline)[/:=][^/?#]{2,}|/@\w|[?&]author=",
    re.IGNORECASE,
)
"""The URL of an author's page."""
_BYLINE_ATTRIBUTES = {"rel": {"author"}, "itemprop": {"author", "creator"}, "id": {"author", "authors"}}
_NEVER_BYLINES = frozenset({"script", "meta", "link", "img", "body", "html", "article", "head", "style"})
_FRAMES = frozenset({"nav", "footer", "article"})
_MAX_MARKED_ELEMENTS = 40
"""Marked bylines tried; those of the article come before those of teasers and comments."""
_BEFORE_HEADLINE = 25
_AFTER_HEADLINE = 70
"""Elements before and after the headline among which a byline is the article's: about half a screen."""
_NEAR_HEADLINE = 200
"""Elements after the headline that are searched for a byline that begins with "By": about one screen."""
_NEXT_LINK = 4
"""Elements from one author's link to the next one's in the same byline."""
_BYLINE_PREFIXES = tuple(
    prefix for prefix in phrases("bylines", "prefixes") if prefix not in ("from", "text", "tekst", "от")
)
_PREFIXED = tuple(f"{prefix}{end}" for prefix in _BYLINE_PREFIXES for end in " :")
"""The beginning of a byline, or all of it with a space."""
_LABELS = "|".join(map(re.escape, (*_BYLINE_PREFIXES, *phrases("bylines", "labels_of_names"))))
_LABELLED = re.compile(
    rf"(?:^|(?<=[|·•/／(（【,;.\d])\s?|\s(?=[^\W\da-zа-яёα-ω]))(?:{_LABELS})\s?[:：]\s*", re.IGNORECASE
)
"""The label of a name, anywhere in a line of several: "12 May 2026 Source: Daily Author: Ada Park"."""
_NEXT_LABEL = re.compile(r"\s\S{1,15}(?:\s\S{1,15})?\s?[:：]|[|·•)）】]|\s\d|\d{2}")
"""The end of a name in such a line."""
_MAX_BYLINE_LENGTH = 120
"""Characters of a byline; a longer text is a note about the author."""
_MAX_NAME_LENGTH = 60
"""Characters of a byline that may name anybody: a team, a nickname."""
_EMPHASIS = ("strong", "b", "em", "i")
_BAR = re.compile(r"\s*[|·•]")
_MAX_NAMES_WORDS = 8
"""Words beside the date in a line of names and a date."""
_MAX_JOINING_CHARACTERS = 6
"""Characters that join the names in a byline that consists of names alone."""
_DATE_LIKE = re.compile(r"\d|^[^\W\d_]{1,3}$(?<=[a-z])")
"""Digits, or one word as short as the name of a day or month: "Jun 2", "Sat"."""


@dataclass(frozen=True, slots=True)
class Byline:
    """The names in a byline, and how it was recognised."""

    kind: str
    names: tuple[str, ...]


def read_bylines(elements: Elements, others: frozenset[str]) -> Iterator[Byline]:
    """The bylines that name persons, the most trustworthy first; `others` are names to leave out.

    In this order: a text after the headline that begins with "By"; an element near the headline that is marked as a
    byline; an emphasised line of names above the text; links near the headline to the pages of persons.
    """
    heading = _headline(elements)
    if heading is None:
        return
    near = _near(elements, heading)
    for kind, names in (
        ("begins with By", _prefixed_byline(heading, others)),
        ("marked, near the headline", _marked_byline(_marked(elements, near), others)),
        ("emphasised", _emphasised_byline(heading, others)),
        ("linked, near the headline", _linked_byline(near, others, persons=True)),
    ):
        if names:
            yield Byline(kind, names)


def read_weak_bylines(elements: Elements, others: frozenset[str]) -> Iterator[Byline]:
    """The bylines to believe where nobody else signs: the first marked one that names persons, wherever it stands; near
    the headline, links and marked elements that name anybody, a team or a nickname."""
    heading = _headline(elements)
    near = [] if heading is None or heading.tag != "h1" else _near(elements, heading)
    for kind, names in (
        ("before a date", () if heading is None else _dated_byline(heading, others)),
        ("linked, near the headline", _linked_byline(near, others, persons=False)),
        ("marked", _marked_byline(_marked(elements, elements.all), others)),
        ("marked, names a team", _marked_name(_marked(elements, near), others)),
    ):
        if names:
            yield Byline(kind, names)


def _headline(elements: Elements) -> HtmlElement | None:
    """The first `h1`; if there is none, or it is the site's name that leads to the front page, the heading that the
    title repeats."""
    heading = elements.first("h1")
    link = None if heading is None else next(heading.iter("a"), None)
    is_name = link is not None and urlsplit(link.get("href", "")).path in ("", "/") and "#" not in link.get("href", "")
    return find_headline(elements) if heading is None or is_name else heading


def _near(elements: Elements, heading: HtmlElement) -> list[HtmlElement]:
    """The elements around the headline, in page order."""
    at = elements.all.index(heading)
    return elements.all[max(at - _BEFORE_HEADLINE, 0) : at + 1 + _AFTER_HEADLINE]


def _marked(elements: Elements, among: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """Those among some elements of a page that are marked as bylines."""
    marked = set(elements.with_class(_BYLINE_CLASS))
    for attribute, values in _BYLINE_ATTRIBUTES.items():
        marked.update(element for element, value in elements.having(attribute) if value in values)
    return (
        element
        for element in among
        if element in marked and element.tag not in _NEVER_BYLINES and not _is_elsewhere(element)
    )


def _marked_byline(marked: Iterable[HtmlElement], others: frozenset[str]) -> tuple[str, ...]:
    """The persons in the first element that is marked as a byline and reads like one."""
    for element in islice(marked, _MAX_MARKED_ELEMENTS):
        pieces = read_pieces(element)
        if sum(map(len, pieces)) <= _MAX_BYLINE_LENGTH and (names := find_persons(pieces, others)):
            return names
    return ()


def _marked_name(marked: Iterable[HtmlElement], others: frozenset[str]) -> tuple[str, ...]:
    """The name in the first element that is marked as a byline, whosoever it is."""
    for element in marked:
        pieces = read_pieces(element)
        names = clean_names(pieces[:2], others) if sum(map(len, pieces)) <= _MAX_NAME_LENGTH else ()
        if names and not _DATE_LIKE.search(names[0]):
            return names[:1]
    return ()


def _is_elsewhere(element: HtmlElement) -> bool:
    """True for an element of a comment, a menu or the foot of the page; an article may have a foot of its own."""
    above = [one.tag for one in (element, *element.iterancestors()) if one.tag in _FRAMES]
    return is_in_comments(element) or "nav" in above or above[:1] == ["footer"] == above[:2]


def _linked_byline(elements: list[HtmlElement], others: frozenset[str], *, persons: bool) -> tuple[str, ...]:
    """The names in the first link to an author's page, and in those that follow it directly."""
    found: dict[str, None] = {}
    last = 0
    for at, element in enumerate(elements):
        if element.tag != "a" or not (href := element.get("href")):
            continue
        if found and at - last > _NEXT_LINK:
            break
        if not (_AUTHOR_PAGE.search(href) or element.get("rel") == "author") or _is_elsewhere(element):
            continue
        text = single_line(element.text_content()[: 2 * _MAX_NAME_LENGTH])
        names = clean_names([text], others) if len(text) <= _MAX_NAME_LENGTH else ()
        if names and (not persons or all(map(is_person, names))):
            found.update(dict.fromkeys(names))
            last = at
    return tuple(found)


def _prefixed_byline(heading: HtmlElement, others: frozenset[str]) -> tuple[str, ...]:
    """The persons in the first short element after the headline that begins with "By", in any language, or with a date
    before that; or in the one after an element that says no more than "By"."""
    most = _NEAR_HEADLINE if heading.tag == "h1" else _AFTER_HEADLINE
    for at, element in enumerate(islice(_elements_after(heading), most)):
        text = single_line(element.text or "")
        if names := _labelled_names(element, others):
            return names
        has_date = not text and len(element) > 0 and any(map(str.isdecimal, element[0].text or ""))
        if has_date:
            text = next(islice(_texts(element), 1, None), "")
        if len(text) > _MAX_BYLINE_LENGTH or not f"{text} ".casefold().startswith(_PREFIXED):
            continue
        pieces = read_pieces(element)[1 if has_date else 0 :]
        following = element.getnext() if at < _AFTER_HEADLINE else None
        if text.casefold().rstrip(" :") in _BYLINE_PREFIXES and len(pieces) == 1 and following is not None:
            pieces += read_pieces(following)
        if sum(map(len, pieces)) <= _MAX_BYLINE_LENGTH and (names := find_persons(pieces, others)):
            return names
    return ()


def _labelled_names(element: HtmlElement, others: frozenset[str]) -> tuple[str, ...]:
    """The persons after a label with a colon within a short line."""
    content = element.text_content()
    if not (":" in content or "：" in content) or content[_MAX_BYLINE_LENGTH + 1 :].strip():
        return ()
    texts = list(_texts(element))
    for at, text in enumerate(texts):
        if (label := _LABELLED.search(text)) and (at or label.start()):
            rest = text[label.end() :] or " ".join(texts[at + 1 : at + 2])
            end = _NEXT_LABEL.search(rest)
            return find_persons([rest[: end.start()] if end else rest], others)
    return ()


def _texts(element: HtmlElement) -> Iterator[str]:
    """The first texts within an element, each on one line."""
    return (text for part in islice(read_texts(element), MAX_BYLINES) if (text := single_line(part.text)))


def _emphasised_byline(heading: HtmlElement, others: frozenset[str]) -> tuple[str, ...]:
    """The persons in a paragraph that is emphasised as a whole (`<p><strong>Ada Park</strong></p>`), between the
    headline and the first paragraph of the text."""
    for element in islice(_elements_after(heading), _NEAR_HEADLINE):
        if element.tag != "p":
            continue
        text = single_line(element.text_content()[: 2 * _MAX_BYLINE_LENGTH])
        if len(text) >= _MAX_BYLINE_LENGTH:
            return ()
        inner = element[0] if len(element) == 1 else None
        if inner is None or inner.tag not in _EMPHASIS or single_line(inner.text_content()) != text:
            continue
        names = clean_names([text], others)
        if (
            names
            and all(map(is_person, names))
            and len(match_key(" ".join(names))) >= len(match_key(text)) - _MAX_JOINING_CHARACTERS
        ):
            return names
    return ()


def _dated_byline(heading: HtmlElement, others: frozenset[str]) -> tuple[str, ...]:
    """The persons in a line that consists of names and a date, set apart by a bar or an element ("Ada Park | 2 May
    2026"; what a comma sets apart may be a place), between the headline and the first paragraph of the text."""
    for element in islice(_elements_after(heading), _NEAR_HEADLINE):
        text = single_line(element.text_content()[: 2 * _MAX_BYLINE_LENGTH])
        if len(text) >= _MAX_BYLINE_LENGTH:
            if element.tag == "p":
                return ()
            continue
        if not (dates := find_dates(text)) or dates[0].others > _MAX_NAMES_WORDS:
            continue
        first = next((found for part in read_texts(element) if (found := single_line(part.text))), "")
        before = _BAR.split(first)[0].strip()
        names = clean_names([before], others)
        is_all = len(match_key(" ".join(names))) >= len(match_key(before)) - _MAX_JOINING_CHARACTERS
        if names and all(map(is_person, names)) and is_all:
            return names
    return ()


def _elements_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that begin after an element, in page order."""
    element: HtmlElement | None = heading
    while element is not None:
        for following in element.itersiblings():
            yield from following.iter("p", "span", "div", "address", "li", "em", "strong", "b", "i", "h2", "h3", "h4")
        element = element.getparent()
