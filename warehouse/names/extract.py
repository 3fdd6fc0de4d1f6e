"""Finds the names in an article: capitalised words, compared with lists of places, titles and endings.

No model: a few dozen microseconds a paragraph, and the same result on every machine. Scripts without capital letters
give the names of countries only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import justext

from warehouse.names.gazetteer import folded, word_lists
from warehouse.names.mention import Mention
from warehouse.names.places import places_of
from warehouse.names.tokens import tokens_of, without_possessive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.names.tokens import Tokens

# Every noun has a capital: only places are told apart.
NOUNS_IN_CAPITALS = frozenset({"de", "lb"})
MOST_NAMES = 60  # of an article, the most frequent ones
_NO_PERSON = frozenset({"for", "on", "and"})  # Transport for London
_CONTRACTION = re.compile(r"['’](?:m|d|ll|re|ve|t)$")  # I'm, They've


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
    headline, body = tokens_of(title), tokens_of(text)
    seen = set(body.texts)
    places, at_places = places_of(headline, body, language)
    if language in NOUNS_IN_CAPITALS:
        return places
    names = _names(body, at_places, seen, language)
    _fold(names)
    heads = {folded(word) for word in headline.texts}
    found = []
    for name in names.values():
        last = folded(name.words[-1])
        # In a headline of capitals, "MAY" is only a name if the text does not have "may".
        name.in_headline = last in heads and not (len(name.words) == 1 and _is_lower_case(last, seen))
        if name.sure or name.in_headline:
            found.append(Mention(" ".join(name.words), _kind(name), name.times, name.in_headline))
    found.sort(key=lambda mention: (-mention.times, mention.name))
    people = {folded(mention.name.split()[0]) for mention in found if mention.kind == "person" and " " in mention.name}
    # Vladimir is a city and, where Vladimir Putin is named, a person.
    places = [place for place in places if place.kind == "country" or folded(place.name) not in people]
    return found[:MOST_NAMES] + places


def _names(body: Tokens, at_places: set[int], seen: set[str], language: str) -> dict[tuple[str, ...], _Name]:
    lists, stop = word_lists(), _stop_words(language)
    texts, joined, capital = body.texts, body.joined, body.capital
    inside = [is_joined and not starts for is_joined, starts in zip(joined, body.starts, strict=True)]
    found: dict[tuple[str, ...], _Name] = {}
    following = 0
    for at in [number for number, is_capital in enumerate(capital) if is_capital]:
        if at < following:
            continue
        run = [at]
        following = at + 1
        while following < len(texts) and inside[following]:
            if capital[following]:
                if texts[following - 1].endswith(".") and texts[following].casefold() in stop:
                    break  # "… in the U.S. The …"
                if following in at_places and without_possessive(texts[following - 1]) != texts[following - 1]:
                    break  # "… Visa's San Francisco office …"
                run.append(following)
                following += 1
                continue
            link = following  # of, de la, …
            while link < len(texts) and link - following < 2 and joined[link] and texts[link] in lists.connecting:
                link += 1
            if link == following and _is_half(body, run, at_places):
                link += 1
            if link == following or link >= len(texts) or not joined[link] or not capital[link]:
                break
            run.extend(range(following, link + 1))
            following = link + 1
        _add(found, body, run, at_places, seen, stop)
    return found


def _add(
    found: dict[tuple[str, ...], _Name],
    body: Tokens,
    run: list[int],
    at_places: set[int],
    seen: set[str],
    stop: frozenset[str],
) -> None:
    lists, texts = word_lists(), body.texts
    first = run[0]
    # At the beginning of a sentence, a word that the language or the text has in lower case is no part of the name.
    while run and (
        texts[run[0]] in lists.never
        or (
            body.starts[run[0]]
            and texts[run[0]] not in lists.titles
            and ((word := texts[run[0]].casefold()) in stop or _is_lower_case(word, seen))
        )
        or texts[run[0]] in lists.connecting
    ):
        run = run[1:]
    while run and texts[run[-1]] in lists.never:
        run = run[:-1]
    titles = [
        number
        for number, index in enumerate(run)
        if texts[index].rpartition("-")[2] in lists.titles
        and not (number + 1 < len(run) and texts[run[number + 1]] in lists.endings)  # Justice Department
    ]
    person = False
    if titles and titles[-1] + 1 < len(run):
        run, person = run[titles[-1] + 1 :], True
        while run and texts[run[0]] in lists.connecting:
            run, person = run[1:], False
    elif titles:
        run = run[: titles[0]]
        if len(run) == 1 and texts[run[0]] in lists.offices:
            return  # Finance Minister
    while (
        len(run) > 2
        and texts[run[0]] in lists.offices
        and run[1] == run[0] + 1
        and texts[run[1]] not in lists.connecting
        and texts[run[-1]] not in lists.endings
    ):
        run, person = run[1:], True  # Secretary of State George …
    if not run:
        return
    if at_places.issuperset(run):
        return
    words = tuple([without_possessive(texts[index]) for index in run])
    if len(words) == 1 and (
        len(words[0].rstrip(".")) < 2
        or (word := words[0].casefold()) in stop
        or (not person and _is_lower_case(word, seen))  # Industry, where the text has "industry", too
        or _CONTRACTION.search(words[0])
    ):
        return
    key = tuple([folded(word) for word in words])
    name = found.get(key)
    if name is None:
        name = found[key] = _Name(words)
    name.times += 1
    name.sure |= not body.titled[first] and (
        not body.starts[first] or run[0] != first or len(words) > 1 or words[0].isupper()
    )
    if not person and len(words) <= 3:
        after = texts[run[-1] + 1] if run[-1] + 1 < len(texts) else ""
        before = texts[run[0] - 1] if run[0] else ""
        person = after in lists.speaking or (before in ("said", "says", "added") and body.joined[run[0]])
        name.person += 1 if person else 0
    elif person:
        name.person += 2


def _is_half(body: Tokens, run: Sequence[int], at_places: set[int]) -> bool:
    """Whether "and" and what follows belong to the name: "… and Co", "the Securities and Exchange Commission"."""
    lists, texts, link = word_lists(), body.texts, run[-1] + 1
    end = link + 1
    while end < len(texts) and body.joined[end] and body.capital[end]:
        end += 1
    if texts[link] != "and" or not body.joined[link] or end == link + 1:
        return False
    if texts[link + 1].rstrip(".") in lists.halves:
        return True
    own = [index for index in run if index not in at_places]
    return (
        len(own) == 1
        and run[0] > 0
        and texts[run[0] - 1].casefold() == "the"
        and (texts[own[0]] not in lists.endings or texts[own[0]].endswith("s"))
        and not texts[own[0]].isupper()
        and texts[end - 1] in lists.bodies
    )


def _is_lower_case(word: str, seen: set[str]) -> bool:
    return word in seen and word.islower()


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
    if (name.person >= 2 or (name.person and len(name.words) > 1)) and not _NO_PERSON.intersection(name.words):
        return "person"
    if len(name.words) == 1 and len(name.words[0]) > 1 and name.words[0].isupper():
        return "organisation"
    return None


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
