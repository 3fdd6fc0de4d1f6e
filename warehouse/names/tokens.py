"""Divides a text into words that know whether they can be part of a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Words: U.S., J.P., AT&T, O'Brien, Jean-Paul, Corp.
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[&'’-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?:;\n•\"“”„»«()\[\]]")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(slots=True)
class Token:
    """A word of a text. `starts` is true where it begins a sentence, `joined` where only a space is before it."""

    text: str
    starts: bool
    joined: bool
    capital: bool


def tokens_of(text: str) -> list[Token]:
    """The words of a text in order, without punctuation."""
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
        found.append(Token(word, starts, joined, word[0].isupper()))
        end = match.end()
    return found


def _abbreviates(text: str, end: int) -> bool:
    word = text[max(0, end - 5) : end].rpartition(" ")[2]
    return word[:1].isupper() and (len(word) == 1 or word in _SHORT)


_SHORT = frozenset(
    {"Mr", "Mrs", "Ms", "Dr", "Prof", "Sen", "Rep", "Gen", "Col", "Capt", "Rev", "St", "Jr", "Gov", "Lt", "Sgt"}
)


def without_possessive(word: str) -> str:
    """A word without its possessive ending."""
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word
