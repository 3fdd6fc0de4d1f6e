"""Finds the countries and cities that an article names, and the countries that it is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING

from warehouse.names.gazetteer import country_name, folded, hints, longest_places, places, word_lists
from warehouse.names.mention import Mention
from warehouse.names.tokens import without_possessive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.names.gazetteer import Place
    from warehouse.names.tokens import Tokens

EARLY = 50  # words
HEADLINE = 3  # a name in the headline counts as so many in the text


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
    headline: Tokens, body: Tokens, language: str
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
    for code, count in _hints([*headline.texts, *body.texts]).items():
        found.setdefault(code, Evidence()).hints += count
    total = sum(_mass(here) for here in found.values())
    for here in found.values():
        here.share = _mass(here) / total if total else 0.0
    return found, cities, used


def _mass(here: Evidence) -> int:
    return here.times + HEADLINE * (here.headline + here.headline_city)


def _hints(words: list[str]) -> Counter[str]:
    lists = hints()
    found: Counter[str] = Counter()
    for index, word in [(index, word) for index, word in enumerate(words) if word in lists.words]:
        code = lists.firms.get(word)
        if code is None and word in lists.currencies and index:
            before = words[index - 1]
            if before[-1].isdigit() or before in lists.amounts:
                code = lists.currencies[word]
        if code is not None:
            found[code] += 1
    return found


def places_of(headline: Tokens, body: Tokens, language: str) -> tuple[list[Mention], set[int]]:
    """Mentions of countries and cities, and the tokens of the body that are names of places."""
    evidence, cities, used = evidence_of(headline, body, language)
    countries = [
        Mention(country_name(code), "country", here.times, here.headline > 0, code, is_about(here))
        for code, here in sorted(evidence.items())
        if here.times or here.headline or is_about(here)
    ]
    return sorted(cities.values(), key=lambda city: city.name) + countries, used


def _find_places(tokens: Tokens, language: str) -> Iterator[tuple[int, int, Place, str]]:
    """Names of places: the first token, the one after the last, the place and its name as written."""
    known, longest = places(language), longest_places(language)
    texts, joined = tokens.texts, tokens.joined
    free = 0  # names do not overlap
    for at in [number for number, is_capital in enumerate(tokens.capital) if is_capital]:
        if at < free:
            continue
        first = without_possessive(texts[at])
        most = longest.get(folded(first))
        if most is None:
            continue
        words = [first]
        while len(words) < most and at + len(words) < len(texts) and joined[at + len(words)]:
            words.append(without_possessive(texts[at + len(words)]))
        while words:
            place = known.get(folded(" ".join(words)))
            if place is not None and place.kind == "city" and _ends_a_name(tokens, at, free):
                place = None
            if place is not None:
                free = at + len(words)
                yield at, free, place, " ".join(words)
                break
            words.pop()


def _ends_a_name(tokens: Tokens, at: int, free: int) -> bool:
    """Whether a city is only the end of a longer name: "Iron Man". `free` is the end of the place before it."""
    if at == free or at == 0 or not tokens.joined[at] or tokens.starts[at]:
        return False
    before = tokens.texts[at - 1]
    lists = word_lists()
    return (
        tokens.capital[at - 1]
        and not tokens.starts[at - 1]
        and not tokens.titled[at]
        and before not in lists.before_cities
        and before not in lists.endings
        and before not in lists.titles
        and before not in lists.never
        and without_possessive(before) == before
    )


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
