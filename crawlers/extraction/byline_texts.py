"""Read the text of a byline in pieces, and find the persons in it."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lxml.etree import iterwalk

from crawlers.extraction.author_names import LINKING_WORDS, MAX_BYLINES, agency_keys, clean_names
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_PERSON = re.compile(r"[^\W\d_][\w.'’ʼ‐-]*(?: [^\W\d_][\w.'’ʼ‐-]*){1,4}")
_PARTICLES = frozenset(phrases("bylines", "particles"))
_MAX_UNCASED_NAME = 20
"""Characters of a name in a script without capitals, for names found in the page's text."""

_CONJUNCTIONS = "|".join(map(re.escape, phrases("bylines", "conjunctions")))
_JOINED = re.compile(rf"(?:[,;&/|+、，]|(?<!\w)(?:{_CONJUNCTIONS}))$", re.IGNORECASE)
_JOINS = re.compile(rf"[,;&/|+、，]|(?:{_CONJUNCTIONS})(?!\w)", re.IGNORECASE)
"""The end and the beginning of texts that join names."""


class BylineText(NamedTuple):
    """A text in a byline that no element divides."""

    text: str
    is_link: bool


def read_pieces(element: HtmlElement) -> list[str]:
    """The texts of a byline, up to the one after the names: a job title, a date, a note.

    After the first name, a text counts if a conjunction or a comma joins it, if it is a link as the name before it, or
    if it is an agency.
    """
    pieces: list[str] = []
    was_link = is_named = False
    for part in islice(read_texts(element), MAX_BYLINES):
        piece = single_line(part.text)
        if not piece:
            continue
        is_joined = _JOINED.search(pieces[-1] if pieces else "") or _JOINS.match(piece) or _is_agency(piece)
        if is_named and not is_joined and not (was_link and part.is_link):
            break
        pieces.append(piece)
        is_named = is_named or any(map(is_person, clean_names([piece])))
        was_link = part.is_link or (was_link and bool(is_joined))
    return pieces


def read_texts(element: HtmlElement) -> Iterator[BylineText]:
    """All texts within an element, in order, as they stand."""
    in_link = 0
    for event, part in iterwalk(element, events=("start", "end")):
        in_link += (part.tag == "a") * (1 if event == "start" else -1)
        text = part.text if event == "start" else part.tail if part is not element else None
        if text:
            yield BylineText(text, in_link > 0)


def find_persons(pieces: list[str], others: frozenset[str]) -> tuple[str, ...]:
    """The names in a byline of several pieces, agencies included, without the words after a name ("on Monday"); none if
    the byline does not begin with a person's name."""
    names = clean_names([";".join(pieces)], others)
    persons = [_capitalised(name) for name in names if not _is_agency(name)]
    if not persons or not is_person(persons[0]):
        return ()
    signed = (name if _is_agency(name) else _capitalised(name) for name in names)
    return tuple(name for name in signed if is_person(name) or _is_agency(name))


def _capitalised(name: str) -> str:
    """A name without a leading conjunction, up to its first word in lower case that is not a particle."""
    words = name.split()
    while words and words[0].casefold() in LINKING_WORDS:
        del words[0]
    end = next((at for at, word in enumerate(words) if word[0].islower() and word not in _PARTICLES), len(words))
    return " ".join(words[:end])


def _is_agency(name: str) -> bool:
    return match_key(name) in agency_keys()


def is_person(name: str) -> bool:
    """True for two to five words, two or more of them capitalised, or a short name in a script without capitals."""
    if not any(letter.isupper() or letter.islower() for letter in name):
        return 1 < len(name) <= _MAX_UNCASED_NAME
    return bool(_PERSON.fullmatch(name)) and sum(word[0].isupper() for word in name.split()) > 1
