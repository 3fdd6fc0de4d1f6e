"""Finds the names and numbers of a text in a form that other languages share."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.lexicon import STEM, word_hash
from flows.dedup.text.rarity import rarity
from flows.dedup.text.terms import language_seed, stop_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Marks = NDArray[np.uint32]

MIN_LETTERS = 4  # of a name
MIN_DIGITS = 2  # of a number: reports of all kinds have small ones
NAME_LETTERS = 5  # that count: endings differ between languages, and between cases of one
_YEARS = range(1900, 2036)
_NUMBER = re.compile(r"\d+(?:[.,\u0020\u00a0\u2009\u202f]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_BLANK = re.compile(r"[\u00a0\u2009\u202f]")
_SEPARATOR = re.compile(r"[., ]")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_APOSTROPHE = re.compile(r"['’]")
# Letters that have no decomposition, and Cyrillic letters as English newspapers spell them.
_LATIN = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "ß": "ss", "đ": "d", "æ": "ae", "œ": "oe",
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
        "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip


def find_marks(text: str, language: str) -> Marks:
    """The hashes of the names and numbers in a text, ascending; `language` is an ISO 639-1 code.

    A name is a word with a capital letter that is rare in the language, in Latin letters, cut to NAME_LETTERS. Only
    scripts with capital letters have names; others often give a foreign name in Latin letters. Numbers are compared by
    value: 6,1 is 6.1, and 70.000 is 70 000. Years do not count.
    """
    found = {word_hash(mark) & 0xFFFFFFFF for mark in chain(_numbers(text), _names(text, language))}
    return np.array(sorted(found), np.uint32)


def overlap(one: Marks, other: Marks) -> float:
    """The share of marks that two texts have in common, from 0 to 1: the cosine of the two sets."""
    if not len(one) or not len(other):
        return 0.0
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return float(shared / np.sqrt(len(one) * len(other)))


def _numbers(text: str) -> Iterator[str]:
    for written in _NUMBER.findall(text):
        digits = _BLANK.sub(" ", written)
        if _THOUSANDS.fullmatch(digits):
            digits = _SEPARATOR.sub("", digits)
        else:
            # Two numbers may follow each other, and a date or a version is none.
            digits = digits.partition(" ")[0].replace(",", ".")
            if digits.count(".") > 1:
                continue
        if "." not in digits and (len(digits) < MIN_DIGITS or int(digits) in _YEARS):
            continue
        yield f"number {digits}"


def _names(text: str, language: str) -> Iterator[str]:
    seed = int(language_seed(language))
    words = {word for found in _WORD.findall(text) if (word := _without_article(found)) and word[0].isupper()}
    stop = stop_words(language)
    folded = {word: unicodedata.normalize("NFKC", word).casefold() for word in words}
    names = [word for word in words if len(word) >= MIN_LETTERS and folded[word] not in stop]
    terms = np.array([(word_hash(folded[word][:STEM]) ^ seed) & 0xFFFFFFFF for word in names], np.uint32)
    for word, rare in zip(names, rarity(terms), strict=True):
        letters = _in_latin(word)
        if rare >= 1 and letters.isascii():
            yield f"name {letters[:NAME_LETTERS]}"


def _without_article(word: str) -> str:
    """The longest part between apostrophes, of several the last: l'Italia, Bingöl'de."""
    return max(reversed(_APOSTROPHE.split(word)), key=len)


def _in_latin(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LATIN)
