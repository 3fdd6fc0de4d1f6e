"""Finds the names in an article: capitalised words, compared with lists of places, titles and endings.

No model: a few dozen microseconds a paragraph, and the same result on every machine. Scripts without capital letters
give the names of countries only.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import log1p
from typing import TYPE_CHECKING

import justext

from warehouse.names.gazetteer import country_name, folded, hints, longest_places, places, word_lists

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from warehouse.names.gazetteer import Place

# Every noun has a capital: only places are told apart.
NOUNS_IN_CAPITALS = frozenset({"de", "lb"})
EARLY = 50  # words
HEADLINE = 3  # a name in the headline counts as so many in the text
MOST_NAMES = 60  # of an article, the most frequent ones
# Words: U.S., J.P., AT&T, O'Brien, Jean-Paul, Corp.
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[&'’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;\n•\"“”„»«()\[\]]")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(slots=True)
class Mention:
    """A name in an article. `kind` is person, organisation, place, country or None where unknown.

    `country` is the ISO 3166-1 code of a country or place. `about` is true for countries that the article is about.
    """

    name: str
    kind: str | None
    times: int
    in_headline: bool
    country: str | None = None
    about: bool = False


@dataclass(slots=True)
class _Token:
    text: str
    starts: bool  # begins a sentence
    joined: bool  # only a space before it
    capital: bool  # begins with a capital letter


@dataclass(slots=True)
class _Name:
    words: tuple[str, ...]
    times: int = 0
    person: int = 0
    sure: bool = False  # not only at the beginning of a sentence
    in_headline: bool = False


def names_of(title: str, text: str, language: str | None) -> list[Mention]:
    """The names in an article: people, organisations and others, the most frequent first, then places and countries.

    `language` is an ISO 639-1 code. A name is spelled as it first occurs; a surname or an acronym counts for the longer
    name in the same article.
    """
    language = language or "en"
    headline, body = _tokens(title), _tokens(text)
    seen_lower = {token.text for token in body if token.text.islower()}
    places, at_places = _places(headline, body, language)
    if language in NOUNS_IN_CAPITALS:
        return places
    names = _names(body, at_places, seen_lower, language)
    _fold(names)
    heads = {folded(token.text) for token in headline}
    found = []
    for name in names.values():
        last = folded(name.words[-1])
        # In a headline of capitals, "MAY" is only a name if the text does not have "may".
        name.in_headline = last in heads and not (len(name.words) == 1 and last in seen_lower)
        if name.sure or name.in_headline:
            found.append(Mention(" ".join(name.words), _kind(name), name.times, name.in_headline))
    found.sort(key=lambda mention: (-mention.times, mention.name))
    return found[:MOST_NAMES] + places


def _tokens(text: str) -> list[_Token]:
    found = []
    end = 0
    for match in _TOKEN.finditer(text):
        start = match.start()
        word = match[0]
        joined, starts = False, False
        if start == end + 1 and text[end] == " ":
            joined = True
        else:
            gap = text[end:start]
            # A full stop after an initial or a short title does not end a sentence.
            joined = gap == ". " and _abbreviates(text, end)
            starts = end == 0 or (not joined and bool(_SENTENCE_END.search(gap)))
        found.append(_Token(word, starts, joined, word[0].isupper()))
        end = match.end()
    return found


def _abbreviates(text: str, end: int) -> bool:
    word = text[max(0, end - 5) : end].rpartition(" ")[2]
    return word[:1].isupper() and (len(word) == 1 or word in _SHORT)


_SHORT = frozenset(
    {"Mr", "Mrs", "Ms", "Dr", "Prof", "Sen", "Rep", "Gen", "Col", "Capt", "Rev", "St", "Jr", "Gov", "Lt", "Sgt"}
)


def _names(
    body: Sequence[_Token], at_places: set[int], seen_lower: set[str], language: str
) -> dict[tuple[str, ...], _Name]:
    lists, stop = word_lists(), _stop_words(language)
    found: dict[tuple[str, ...], _Name] = {}
    at = 0
    while at < len(body):
        token = body[at]
        if not token.capital:
            at += 1
            continue
        run = [at]
        following = at + 1
        while following < len(body) and body[following].joined and not body[following].starts:
            text = body[following].text
            if body[following].capital:
                if body[following - 1].text.endswith(".") and text.casefold() in stop:
                    break  # "… in the U.S. The …"
                run.append(following)
                following += 1
                continue
            link = following  # of, de la, …
            while (
                link < len(body) and link - following < 2 and body[link].joined and body[link].text in lists.connecting
            ):
                link += 1
            if link == following or link >= len(body) or not body[link].joined or not body[link].capital:
                break
            run.extend(range(following, link + 1))
            following = link + 1
        at = following
        _add(found, body, run, at_places, seen_lower, stop)
    return found


def _add(
    found: dict[tuple[str, ...], _Name],
    body: Sequence[_Token],
    run: list[int],
    at_places: set[int],
    seen_lower: set[str],
    stop: frozenset[str],
) -> None:
    lists = word_lists()
    first = run[0]
    # At the beginning of a sentence, a word that the language or the text has in lower case is no part of the name.
    while run and (
        body[run[0]].text in lists.never
        or (body[run[0]].starts and body[run[0]].text.casefold() in stop | seen_lower)
        or body[run[0]].text in lists.connecting
    ):
        run = run[1:]
    while run and body[run[-1]].text in lists.never:
        run = run[:-1]
    titles = [number for number, index in enumerate(run) if body[index].text.rpartition("-")[2] in lists.titles]
    person = False
    if titles and titles[-1] + 1 < len(run):
        run, person = run[titles[-1] + 1 :], True
        while run and body[run[0]].text in lists.connecting:
            run, person = run[1:], False
    elif titles:
        run = run[: titles[0]]
    if not run:
        return
    if at_places.issuperset(run):
        return
    words = tuple(_bare(body[index].text) for index in run)
    if len(words) == 1 and (len(words[0].rstrip(".")) < 2 or words[0].casefold() in stop):
        return
    key = tuple(folded(word) for word in words)
    name = found.setdefault(key, _Name(words))
    name.times += 1
    name.sure |= not body[first].starts or run[0] != first or len(words) > 1 or words[0].isupper()
    if not person and len(words) <= 3:
        after = body[run[-1] + 1].text if run[-1] + 1 < len(body) else ""
        before = body[run[0] - 1].text if run[0] else ""
        person = after in lists.speaking or (before in ("said", "says", "added") and body[run[0]].joined)
        name.person += 1 if person else 0
    elif person:
        name.person += 2


def is_about(here: Evidence) -> bool:
    """Whether an article is about a country.

    A logistic regression on the editors' tags of a wire's reports of every second day; benchmarks/names.py tells what
    it does on the other days. The threshold is the one with the best F1, at a probability of a third.
    """
    score = (
        2.0 * min(here.headline, 1)
        + 1.4 * log1p(here.country)
        + 0.8 * log1p(here.adjective)
        + 1.1 * log1p(here.early)
        + 1.6 * log1p(here.hints)
        + 1.2 * here.share
    )
    return score >= 1.65


def _fold(names: dict[tuple[str, ...], _Name]) -> None:
    """Count a surname, an acronym or the beginning of a name for the only longer name that it can stand for."""
    longer: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key in names:
        if len(key) > 1:
            beginnings = [key[:length] for length in range(1, len(key))] if _is_organisation(names[key].words) else []
            for short in {(key[-1],), (_initials(names[key].words),), *beginnings}:
                longer.setdefault(short, []).append(key)
    for key in sorted(longer, key=lambda key: (-len(key), key)):  # the same in every process
        candidates = [other for other in longer[key] if other in names and other != key]
        if key in names and len(candidates) == 1:
            name, alone = names[candidates[0]], names.pop(key)
            name.times += alone.times
            name.person += alone.person


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words if word[0].isupper()).casefold()


def _is_organisation(words: Sequence[str]) -> bool:
    lists = word_lists()
    return words[-1].rstrip(".") in lists.endings or words[0] in lists.beginnings


def _kind(name: _Name) -> str | None:
    if _is_organisation(name.words):
        return "organisation"
    if name.person >= 2 or (name.person and len(name.words) > 1):
        return "person"
    if len(name.words) == 1 and len(name.words[0]) > 1 and name.words[0].isupper():
        return "organisation"
    return None


@dataclass(slots=True)
class Evidence:
    """What an article says of a country: how often its parts have which kind of name, and where."""

    headline: int = 0  # its name or adjective
    headline_city: int = 0
    country: int = 0
    adjective: int = 0
    city: int = 0
    early: int = 0  # of these, among the first EARLY words
    hints: int = 0
    share: float = 0.0  # of all names of countries in the text, the headline HEADLINE times

    @property
    def times(self) -> int:
        """The number of times that the text names it."""
        return self.country + self.adjective + self.city


def evidence_of(
    headline: Sequence[_Token], body: Sequence[_Token], language: str
) -> tuple[dict[str, Evidence], dict[str, Mention], set[int]]:
    """The evidence for each country, the cities by name, and the tokens of the body that are names of places."""
    found: dict[str, Evidence] = {}
    cities: dict[str, Mention] = {}
    used: set[int] = set()
    for start, end, place, name in _find_places(body, language):
        used.update(range(start, end))
        here = found.setdefault(place.country, Evidence())
        setattr(here, place.kind, getattr(here, place.kind) + 1)
        here.early += start < EARLY
        if place.kind == "city":
            city = cities.setdefault(folded(name), Mention(name, "place", 0, False, place.country))
            city.times += 1
    for _, _, place, name in _find_places(headline, language):
        if place.kind != "city":
            found.setdefault(place.country, Evidence()).headline += 1
        elif folded(name) in cities:  # a headline in capitals does not tell names from words
            found[place.country].headline_city += 1
            cities[folded(name)].in_headline = True
    for code, count in _hints([*headline, *body]).items():
        found.setdefault(code, Evidence()).hints += count
    total = sum(_mass(here) for here in found.values())
    for here in found.values():
        here.share = _mass(here) / total if total else 0.0
    return found, cities, used


def _mass(here: Evidence) -> int:
    return here.times + HEADLINE * (here.headline + here.headline_city)


def _hints(tokens: Sequence[_Token]) -> Counter[str]:
    lists = hints()
    found: Counter[str] = Counter()
    for index, token in enumerate(tokens):
        code = lists.firms.get(token.text)
        if code is None and token.text in lists.currencies and index:
            before = tokens[index - 1].text
            if before[-1].isdigit() or before in lists.amounts:
                code = lists.currencies[token.text]
        if code is not None:
            found[code] += 1
    return found


def _places(headline: Sequence[_Token], body: Sequence[_Token], language: str) -> tuple[list[Mention], set[int]]:
    """Mentions of countries and cities, and the tokens of the body that are names of places."""
    evidence, cities, used = evidence_of(headline, body, language)
    countries = [
        Mention(country_name(code), "country", here.times, here.headline > 0, code, is_about(here))
        for code, here in sorted(evidence.items())
        if here.times or here.headline or is_about(here)
    ]
    return sorted(cities.values(), key=lambda city: city.name) + countries, used


def _find_places(tokens: Sequence[_Token], language: str) -> Iterator[tuple[int, int, Place, str]]:
    """Names of places: the first token, the one after the last, the place and its name as written."""
    known, longest = places(language), longest_places(language)
    free = 0  # names do not overlap
    for at, token in enumerate(tokens):
        if at < free or not token.capital:
            continue
        words = [_bare(token.text)]
        most = longest.get(folded(words[0]), 0)
        while len(words) < most and at + len(words) < len(tokens) and tokens[at + len(words)].joined:
            words.append(_bare(tokens[at + len(words)].text))
        while words:
            place = known.get(folded(" ".join(words))) if most else None
            if place is not None:
                free = at + len(words)
                yield at, free, place, " ".join(words)
                break
            words.pop()


def _bare(word: str) -> str:
    """A word without its possessive ending."""
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


@cache
def _stop_words(language: str) -> frozenset[str]:
    return (
        frozenset(word.casefold() for word in justext.get_stoplist(_LISTS[language]))
        if language in _LISTS
        else frozenset()
    )


_LISTS = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "no": "Norwegian_Bokmal",
    "fi": "Finnish",
    "pl": "Polish",
    "cs": "Czech",
    "ru": "Russian",
    "uk": "Ukrainian",
    "el": "Greek",
    "tr": "Turkish",
    "hu": "Hungarian",
    "ro": "Romanian",
}
