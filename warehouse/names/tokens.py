"""Divides a text into words that know whether they can be part of a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

# Words: U.S., J.P., AT&T, O'Brien, Jean-Paul, Corp.
_TOKEN = re.compile(r"((?:[^\W\d_]\.){2,}|[^\W_]+(?:[&'’-][^\W_]+)*)")
_SENTENCE_END = re.compile(r"[.!?:;\n•\"“”„»«()\[\]]")
_POSSESSIVE = re.compile(r"['’]s?$")
_TITLE_WORDS = 16
_SHORT_WORD = 3  # letters
_TITLE_SHARE = 0.6
_TITLE_LETTERS = 5  # more than the longest of _SHORT has


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text in order, without punctuation; a list of a value for each, because objects take longer.

    `starts` is true where a word begins a sentence, `joined` where only a space is before it, `capital` where it begins
    with a capital, `titled` in a line that is written as a title is: capitals there do not tell names from words.
    """

    texts: list[str]
    starts: list[bool]
    joined: list[bool]
    capital: list[bool]
    titled: list[bool]


def tokens_of(text: str) -> Tokens:
    """The words of a text."""
    pieces = _TOKEN.split(text)  # what is between words, and the words, by turns
    words, gaps = pieces[1::2], pieces[:-1:2]
    joined = [gap == " " for gap in gaps]
    starts = [False] * len(words)
    for number, gap in enumerate(gaps):
        if gap == " ":
            continue
        # A full stop after an initial or a short title does not end a sentence.
        joined[number] = gap == ". " and len(words[number - 1]) < _TITLE_LETTERS and _abbreviates(pieces, number)
        starts[number] = number == 0 or (not joined[number] and _SENTENCE_END.search(gap) is not None)
    capital = ["A" <= word < "[" for word in words] if text.isascii() else [word[0].isupper() for word in words]
    return Tokens(words, starts, joined, capital, _titled(pieces, words, capital))


def _titled(pieces: list[str], words: list[str], capital: list[bool]) -> list[bool]:
    """Which words stand in a short line without a full stop, such as a subhead, most of whose words have capitals."""
    titled = [False] * len(words)
    ends = [number for number in range(1, len(words)) if "\n" in pieces[2 * number]]
    for begin, end in pairwise([0, *ends, len(words)]):
        if end - begin > _TITLE_WORDS or "." in pieces[2 * end]:
            continue
        # Short words, such as "of" and "the", have no capitals in titles either.
        counted = [capital[at] for at in range(begin, end) if capital[at] or len(words[at]) > _SHORT_WORD]
        if len(counted) > 1 and sum(counted) > _TITLE_SHARE * len(counted):
            titled[begin:end] = [True] * (end - begin)
    return titled


def _abbreviates(pieces: list[str], number: int) -> bool:
    """Whether what is before the gap of this number is an initial or a short title."""
    before = "".join(pieces[max(0, 2 * (number - _TITLE_LETTERS)) : 2 * number])
    word = before[-_TITLE_LETTERS:].rpartition(" ")[2]
    return word[:1].isupper() and (len(word) == 1 or word in _SHORT)


_SHORT = frozenset(
    {"Mr", "Mrs", "Ms", "Dr", "Prof", "Sen", "Rep", "Gen", "Col", "Capt", "Rev", "St", "Jr", "Gov", "Lt", "Sgt"}
)


def without_possessive(word: str) -> str:
    """A word without its possessive ending."""
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word
