"""The names of countries and cities, and the words that say what else a name is the name of."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError

ENGLISH = "en"
# CLDR's territories that are no countries, or that news hardly means by these names.
_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "JE", "IM", "HM", "UM", "BV", "CP", "DG", "EA", "IC", "TA"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a name of a place stands for: `country` is an ISO 3166-1 code, `kind` country, adjective, or
    city (or region)."""

    country: str
    kind: str


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists of words.toml, see there."""

    titles: frozenset[str]
    endings: frozenset[str]
    beginnings: frozenset[str]
    halves: frozenset[str]
    bodies: frozenset[str]
    before_cities: frozenset[str]
    offices: frozenset[str]
    connecting: frozenset[str]
    speaking: frozenset[str]
    never: frozenset[str]


@cache
def word_lists() -> WordLists:
    """The lists of words.toml."""
    lists = tomllib.loads(_read("words.toml"))
    return WordLists(**{name: frozenset(words) for name, words in lists.items()})


@lru_cache(50_000)
def folded(name: str) -> str:
    """A name as names are compared: without accents, full stops and case."""
    if not name.isascii():
        decomposed = unicodedata.normalize("NFD", name)
        name = "".join(char for char in decomposed if not unicodedata.combining(char))
    return name.replace(".", "").replace("’", "'").casefold()


@cache
def places(language: str) -> dict[str, Place]:
    """Every known name of a place, folded. Countries are named in `language` (ISO 639-1) and in English."""
    found = {}
    for line in _read("places.tsv").splitlines():
        name, country = line.split("\t")
        found[folded(name)] = Place(country, "city")
    for code, names in tomllib.loads(_read("regions.toml")).items():
        found |= {folded(name): Place(code, "city") for name in names}
    for code, name in (_territories(ENGLISH) | _territories(language)).items():
        if len(code) == 2 and code not in _NO_COUNTRIES:
            for part in {name, Locale(ENGLISH).territories[code], name.replace(" SAR China", "").replace("&", "and")}:
                found[folded(part)] = Place(code, "country")
    del found["georgia"]  # mostly the American state; the country is found by its adjective and cities
    for code, names in tomllib.loads(_read("demonyms.toml")).items():
        for name in names:
            ends = name.endswith(
                ("n", "ns", "i", "ish", "ese", "ch", "ss", "Greek", "Turk", "Czech", "Thai", "Serb", "Croat")
            )
            found[folded(name)] = Place(code, "adjective" if ends and name not in _NAMES else "country")
    return found


# Names of countries that end like adjectives.
_NAMES = frozenset({"Soviet Union", "Ivory Coast", "Taiwan", "Viet Nam"})


@dataclass(frozen=True, slots=True)
class Hints:
    """hints.toml: words before a currency, and the country of each currency (folded) and ending of a firm; `words` are
    all of these currencies and endings."""

    amounts: frozenset[str]
    currencies: dict[str, str]
    firms: dict[str, str]
    words: frozenset[str]


@cache
def hints() -> Hints:
    """The lists of hints.toml."""
    lists = tomllib.loads(_read("hints.toml"))
    currencies, firms = (
        {word: code for code, words in lists[name].items() for word in words} for name in ("currencies", "firms")
    )
    return Hints(frozenset(lists["amounts"]), currencies, firms, frozenset(currencies.keys() | firms.keys()))


@cache
def longest_places(language: str) -> dict[str, int]:
    """The number of words of the longest name of a place, by the first word of the name."""
    found: dict[str, int] = {}
    for name in places(language):
        first, *rest = name.split(" ")
        found[first] = max(found.get(first, 0), 1 + len(rest))
    return found


@cache
def country_name(code: str) -> str:
    """The English name of a country by its ISO 3166-1 code."""
    name: str = Locale(ENGLISH).territories.get(code, code)
    return name.replace(" SAR China", "")


def _territories(language: str) -> dict[str, str]:
    try:
        return dict(Locale(language).territories)
    except (UnknownLocaleError, ValueError):
        return {}


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
