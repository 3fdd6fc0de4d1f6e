"""The words of dates in many languages: folding of a text, and the names of months and days."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

_MIN_PREFIX = 3
"""Letters from which the start of a name stands for it: programs cut the names of months to three letters."""
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Accents and vowel points, which writers leave out, and invisible characters. Indic vowel signs distinguish names."""
_ALIKE = str.maketrans(
    {"ı": "i", "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "：": ":"}
    | {"’": "'", "ʼ": "'"}
)
_DIGIT = re.compile(r"[^\D0-9]")
_INNER_DOT = re.compile(r"(?<=[^\s\d.])\.(?=[^\s\d.])")
WORD = r"[^\s\d!-/:-@\[-`{-~·•،؛。，、《》「」‐-‧]+"
"""A word of a folded text: no blanks, digits or punctuation. (`\\w` leaves out the vowel signs of Indic scripts.)"""


def fold(text: str) -> str:
    """A text for comparison: lower case, without accents, invisible characters and dots within abbreviations, with
    ASCII digits and blanks."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_ALIKE)
        text = unicodedata.normalize("NFC", _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text))
    return _INNER_DOT.sub("", " ".join(text.lower().split()))


@dataclass(frozen=True, slots=True)
class Word:
    """What a word may mean: months (1 to 12) and days (0 is Monday), each with the languages in which it does."""

    months: Mapping[int, frozenset[str]]
    starts: Mapping[int, frozenset[str]]
    """Months of whose names it is the start, in languages where no other month begins like that."""
    days: Mapping[int, frozenset[str]]
    persian_month: int
    is_filler: bool

    @property
    def is_month(self) -> bool:
        """True if it may name a month."""
        return bool(self.months or self.starts or self.persian_month)

    def months_in(self, languages: Container[str]) -> set[int]:
        """The months that it may mean in these languages."""
        for meanings in (self.months, self.starts):
            if found := {month for month, spoken in meanings.items() if any(one in languages for one in spoken)}:
                return found
        return set()

    def all_months(self) -> set[int]:
        """The months that it may mean in any language."""
        return set(self.months or self.starts)


@dataclass(frozen=True, slots=True)
class Names:
    """All names, folded."""

    words: Mapping[str, Word]
    am: tuple[str, ...]
    pm: tuple[str, ...]
    clock_words: frozenset[str]
    """The words of `am` and `pm`."""
    zones: Mapping[str, str]
    """Names of time zones by their offset in hours."""
    phrases: tuple[tuple[str, str], ...]
    """Names of several words, and the one word that stands for each in `words`."""
    latin: re.Pattern[str]
    """Those phrases that are ASCII when they are folded."""

    def join(self, folded: str) -> str:
        """A folded text, with names of several words as one word."""
        if folded.isascii():
            return self.latin.sub(lambda phrase: "".join(re.findall(WORD, phrase[0])), folded)
        for phrase, word in self.phrases:
            folded = folded.replace(phrase, word)
        return folded


@cache
def names() -> Names:
    """The names of `names.toml`, read once, in some hundredths of a second."""
    tables = tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
    clock, calendars, zones = (tables.pop(kind) for kind in ("clock", "calendars", "zones"))
    months: dict[str, dict[int, set[str]]] = {}
    days: dict[str, dict[int, set[str]]] = {}
    starts: dict[str, dict[int, set[str]]] = {}
    phrases: dict[str, str] = {}
    for language, table in tables.items():
        own_starts: dict[str, set[int]] = {}
        for month, form in _forms(table.get("months", ""), phrases):
            months.setdefault(form, {}).setdefault(month + 1, set()).add(language)
            for end in range(_MIN_PREFIX, len(form)):
                own_starts.setdefault(form[:end], set()).add(month + 1)
        for day, form in _forms(table["days"], phrases):
            days.setdefault(form, {}).setdefault(day, set()).add(language)
        for start, meant in own_starts.items():
            if len(meant) == 1:
                starts.setdefault(start, {}).setdefault(next(iter(meant)), set()).add(language)
    persian = {form: month + 1 for month, form in _forms(calendars["persian"], phrases)}
    fillers = {fold(word) for word in clock["fillers"].split()}
    words = {
        form: Word(
            _frozen(months.get(form, {})),
            _frozen(starts.get(form, {})),
            _frozen(days.get(form, {})),
            persian.get(form, 0),
            form in fillers,
        )
        for form in {*months, *starts, *days, *persian, *fillers}
    }
    am, pm = (
        tuple(sorted({fold(word.replace("_", " ")) for word in clock[half].split()}, key=len, reverse=True))
        for half in ("am", "pm")
    )
    halves = frozenset(word for half in (*am, *pm) for word in half.split())
    longest_first = sorted(phrases, key=len, reverse=True)
    latin = re.compile(rf"\b(?:{'|'.join(re.escape(phrase) for phrase in longest_first if phrase.isascii())})\b")
    return Names(words, am, pm, halves, zones, tuple((phrase, phrases[phrase]) for phrase in longest_first), latin)


def _forms(stated: str, phrases: dict[str, str]) -> Iterator[tuple[int, str]]:
    """The number and every folded form of names; forms of several words are added to `phrases`."""
    for number, forms in enumerate(stated.split("|")):
        for form in forms.split():
            folded = fold(form.replace("_", " "))
            joined = "".join(re.findall(WORD, folded))
            if joined != folded:
                phrases[folded] = joined
            yield number, joined


def _frozen(meanings: Mapping[int, set[str]]) -> dict[int, frozenset[str]]:
    return {number: frozenset(languages) for number, languages in meanings.items()}
