"""Clean names: split bylines into single names and remove the words around them. `authors` chooses the byline."""

from __future__ import annotations

import html
import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from crawlers.extraction.plausible import is_unfilled
from crawlers.extraction.rules import phrases
from crawlers.extraction.text import match_key, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAG = re.compile(r"<[^<>]{0,300}>")
_PATH = re.compile(r"/\S*|[\w.-]+(?:/[\w.-]+){2,}/?|\S+\.(?:html?|php|aspx?)")
"""The path of an author's page in place of a name; one slash stands between two names."""
_EMAIL = re.compile(r"[(<\[]?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+[)>\]]?")
_HANDLE = re.compile(r"\(?(?<!\w)@\w{1,50}\)?")
_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[（［][^()\[\]（）［］]{0,80}[)\]）］]")
_SPLIT = re.compile(r"\s*[;|/／•·●\n,、，]\s*|\s+[-–—&+]+\s+")
LINKING_WORDS = frozenset((*phrases("bylines", "prefixes"), *phrases("bylines", "conjunctions")))
_CONJUNCTIONS = re.compile(rf"\s+(?:{'|'.join(map(re.escape, phrases('bylines', 'conjunctions')))})\s+", re.IGNORECASE)
_JOB_TITLE_AFTER_NAME = re.compile(
    rf"\s*(?:{'|'.join(map(re.escape, phrases('bylines', 'job_titles')))})(?:\s*외\s*\d+명)?$"
)
_JOB_TITLE_BEFORE_NAME = re.compile(
    rf"^(?:{'|'.join(map(re.escape, phrases('bylines', 'job_titles')))})\s*[:：/／・=]?\s*(?=\S)"
)
_PREFIX = re.compile(
    rf"(?:{'|'.join(map(re.escape, phrases('bylines', 'prefixes')))})(?=[ :：]|$)"
    rf"|(?:{'|'.join(map(re.escape, phrases('bylines', 'labels_of_names')))})(?=\s?[:：])",
    re.IGNORECASE,
)
_GENERATION = re.compile(r",?\s+(Jr|Sr|II|III)\b\.?(?=\s*(?:[,;&]|$))", re.IGNORECASE)
"""Belongs to the name before the comma: "Ada Park, Jr."."""
_ROLE = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases('bylines', 'roles')))})(?!\w)", re.IGNORECASE)
_OTHER_CREDIT = re.compile(rf"(?:{'|'.join(map(re.escape, phrases('bylines', 'other_credits')))})(?!\w)", re.IGNORECASE)
_PLACE = re.compile(rf"(\w\S*\s+\w\S*)\s+(?:{'|'.join(map(re.escape, phrases('bylines', 'places')))})\s+\S.*")
"""Follows a name of two or more words: "in Berlin", "für die Wochenschau"."""
_EDGES = " \t,.:;–—-|/*•·\"'„“”«»【】"
_MAX_NAME_WORDS = 6
"""The longest names in bylines have so many words; anything longer is a sentence or a job description."""
_MAX_NAME_LENGTH = 60
_DEGREE = re.compile(
    r"(?:(?:Ph|Psy|Ed|Pharm)\.?\s?D\.?|[MB]\.?Sc\.?|[A-Z](?:\.?\s?[A-Z]){1,5}\.?(?:-[A-Z]{1,3})?(?:\s\d+)?)[®™]?"
)
"""An academic degree or a licence, which follows the name: "MD", "Ph.D.", "RDN", "E-RYT 200"."""
_LABEL = re.compile(
    "|".join(
        re.escape(label) + (r"(?!\w)" if label[-1].upper() != label[-1] else "")
        for label in phrases("bylines", "labels")
    ),
    re.IGNORECASE,
)
"""A button, a link or a note; in scripts without capitals, words are not separated."""
_TEMPLATE_KEY = re.compile(r"[a-z]{3,}(?:\.[a-z]{3,}){2,}")
_DIGITS = re.compile(r"\d{2,}")


MAX_BYLINES = 50
"""Bylines read from one page; joint investigations of several publishers name up to 30 people."""


def clean_names(names: Iterable[str], others: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Single names from bylines, without duplicates: "By Ana Gómez and Li Wei (dpa)" has two.

    `others` are names to leave out, as returned by `keys_of_names`.
    """
    found: dict[str, str] = {}
    for name in islice(names, MAX_BYLINES):
        for part in _parts(name):
            key = match_key(part)
            if key and not _is_among(key, others) and _is_name(part):
                found.setdefault(key, part)
    return tuple(found.values())


def without_addresses(text: str) -> str:
    """A byline without URLs, e-mail addresses and names of accounts."""
    for unwanted in (_URL, _EMAIL, _HANDLE):
        text = unwanted.sub(" ", text)
    return single_line(text)


def _is_among(key: str, others: frozenset[str]) -> bool:
    """True for one of the names, also with more words after it ("Harbour Courier Online")."""
    words = key.split()
    return key.replace(" ", "") in others or any(
        " ".join(words[:count]) in others for count in range(1, len(words) + 1)
    )


def _parts(byline: str) -> Iterator[str]:
    text = single_line(_TAG.sub(" ", html.unescape(byline)))[:500]
    if is_unfilled(text) or _PATH.fullmatch(text):
        return
    text = _BRACKETS.sub(" ", without_addresses(text))
    text = _GENERATION.sub(r" \1.", _CONJUNCTIONS.sub(";", _without_prefix(single_line(text))))
    parts = [joined.strip(_EDGES) for joined in _SPLIT.split(text)]
    for at, part in enumerate(parts):
        if _OTHER_CREDIT.match(part) or (len(parts) > 1 and _ROLE.search(part)) or (at and _is_degree(part)):
            continue
        name = _JOB_TITLE_AFTER_NAME.sub("", _JOB_TITLE_BEFORE_NAME.sub("", _without_prefix(part), count=1))
        name = _PLACE.sub(r"\1", name)
        if name and name.casefold() not in LINKING_WORDS:
            yield name


def _is_degree(part: str) -> bool:
    return _DEGREE.fullmatch(part) is not None and match_key(part) not in agency_keys()


def last_name_first(name: str) -> str:
    """ "Park, Ada" as "Ada Park": so libraries write one name (Dublin Core, Highwire). Other texts stay as they are."""
    last, comma, first = (part.strip() for part in name.partition(","))
    is_one = bool(comma and last and first) and "," not in first and len(last.split()) == 1 and len(first.split()) < 4
    return f"{first} {last}" if is_one and not _is_degree(first) else name


def _without_prefix(text: str) -> str:
    return text[found.end() :].strip(_EDGES) if (found := _PREFIX.match(text)) else text


def _is_name(part: str) -> bool:
    return (
        len(part) <= _MAX_NAME_LENGTH
        and len(part.split()) <= _MAX_NAME_WORDS
        and not _DIGITS.search(part)
        and not _LABEL.match(part)
        and not _TEMPLATE_KEY.fullmatch(part)
        and len(match_key(part)) > 1
    )


def keys_of_names(names: Iterable[str]) -> frozenset[str]:
    """Match keys of names, with and without spaces, for the `others` of `clean_names`."""
    keys = {match_key(name) for name in names} - {""}
    return frozenset(keys | {key.replace(" ", "") for key in keys})


@cache
def agency_keys() -> frozenset[str]:
    """Match keys of the names of news agencies, with and without spaces."""
    return keys_of_names(phrases("bylines", "organisations"))
