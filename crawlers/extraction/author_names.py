"""Names from bylines: split, without the words around them."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from crawlers.extraction.rules import phrases
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_EMAIL = re.compile(r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+[)>\]]?")
_HANDLE = re.compile(r"\(?(?<!\w)@\w{1,50}\)?")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_SPLIT = re.compile(r"\s*[;|/／•·●\n,、，]\s*|\s+[-–—&+]+\s+")
LINKING_WORDS = frozenset((*phrases("bylines", "prefixes"), *phrases("bylines", "conjunctions")))
_CONJUNCTIONS = re.compile(rf"\s+(?:{'|'.join(map(re.escape, phrases('bylines', 'conjunctions')))})\s+", re.IGNORECASE)
_OFFICE = re.compile(rf"\s*(?:{'|'.join(map(re.escape, phrases('bylines', 'offices')))})(?:\s*외\s*\d+명)?$")
_OFFICE_IN_FRONT = re.compile(rf"^(?:{'|'.join(map(re.escape, phrases('bylines', 'offices')))})\s*[:：/／]?\s*(?=\S)")
_PREFIX = re.compile(rf"(?:{'|'.join(map(re.escape, phrases('bylines', 'prefixes')))})(?=[ :：])", re.IGNORECASE)
_GENERATION = re.compile(r",?\s+(Jr|Sr|II|III)\b\.?(?=\s*(?:[,;&]|$))", re.IGNORECASE)
"""What belongs to the name before the comma: "Ada Park, Jr."."""
_ROLE = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases('bylines', 'roles')))})(?!\w)", re.IGNORECASE)
_OTHERS_WORK = re.compile(rf"(?:{'|'.join(map(re.escape, phrases('bylines', 'others')))})(?!\w)", re.IGNORECASE)
_WHEREABOUTS = re.compile(
    rf"(\w\S*\s+\w\S*)\s+(?:{'|'.join(map(re.escape, phrases('bylines', 'whereabouts')))})\s+\S.*"
)
"""What follows a name of two words or more: "in Berlin", "für die Wochenschau"."""
_EDGES = " \t,.:;–—-|/*•·\"'„“”«»【】"
_TITLE_WORDS = 6
"""Words of the longest names that occur in bylines; what is longer is a sentence or a description of the office."""
_LONGEST_NAME = 60
_DIGITS = re.compile(r"\d{2,}")


MAX_BYLINES = 50
"""Bylines read of one page; investigations by several houses name up to 30 people."""


def clean_names(names: Iterable[str], others: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Single names from bylines: "By Ana Gómez and Li Wei (dpa)" is two; each once.

    `others` holds folded names, with and without blanks, that are left out.
    """
    found: dict[str, str] = {}
    for name in islice(names, MAX_BYLINES):
        for part in _parts(name):
            folded = match_key(part)
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
    text = single_line(byline)[:500]
    for unwanted in (_ADDRESS, _EMAIL, _HANDLE, _BRACKETS):
        text = unwanted.sub(" ", text)
    text = _GENERATION.sub(r" \1.", _CONJUNCTIONS.sub(";", _without_prefix(single_line(text))))
    parts = [joined.strip(_EDGES) for joined in _SPLIT.split(text)]
    for part in parts:
        if _OTHERS_WORK.match(part) or (len(parts) > 1 and _ROLE.search(part)):
            continue
        name = _OFFICE.sub("", _OFFICE_IN_FRONT.sub("", _without_prefix(part), count=1))
        name = _WHEREABOUTS.sub(r"\1", name)
        if name and name.casefold() not in LINKING_WORDS:
            yield name


def _without_prefix(text: str) -> str:
    return text[found.end() :].strip(_EDGES) if (found := _PREFIX.match(text)) else text


def _is_name(part: str) -> bool:
    return (
        len(part) <= _LONGEST_NAME
        and len(part.split()) <= _TITLE_WORDS
        and not _DIGITS.search(part)
        and len(match_key(part)) > 1
    )


def folded_names(names: Iterable[str]) -> frozenset[str]:
    """Names folded, with and without blanks, as `clean_names` takes them for `others`."""
    folded = {match_key(name) for name in names} - {""}
    return frozenset(folded | {name.replace(" ", "") for name in folded})


@cache
def agency_names() -> frozenset[str]:
    """Folded names of news agencies, with and without blanks."""
    return folded_names(phrases("bylines", "organisations"))
