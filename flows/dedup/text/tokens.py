"""Splits texts of any language into tokens, which shingles and terms are made of.

Unsegmented scripts (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) are compared by characters.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

from crawlers.unsegmented import SOUTH_EAST_ASIAN, UNSEGMENTED

_APOSTROPHES = "'’‘ʼ`´"
_ONE_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")


def _marks() -> str:
    """The combining marks as ranges of a character class: `\\w` lacks the vowel signs of Hindi, Tamil, Thai, …"""
    ranges: list[list[int]] = []
    for point in range(0x300, 0x11A00):
        if unicodedata.category(chr(point))[0] == "M":
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_MARKS = _marks()
_WORD = re.compile(rf"[\w{_MARKS}]+")
# A character of an unsegmented script, or a word of another one.
_MIXED = re.compile(rf"[{UNSEGMENTED}]|(?:(?![{UNSEGMENTED}])[\w{_MARKS}])+")
_UNSEGMENTED_CHARACTER = re.compile(f"[{UNSEGMENTED}]")
_SOUTH_EAST = re.compile(f"[{SOUTH_EAST_ASIAN}]")
_NOT_WORD = re.compile(rf"[^\w{_MARKS}]")


class Script(IntEnum):
    """How a text is written; the value is how many tokens make a shingle.

    Five words, eight characters of Chinese or Japanese (about 1.6 per word), or sixteen characters of Thai and its
    neighbours (about four per word): about the same amount of text each time.
    """

    SPACED = 5
    EAST_ASIAN = 8
    SOUTH_EAST_ASIAN = 16


def normalise(text: str) -> str:
    """The text in NFKC, without apostrophes, in its own case."""
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    return _ONE_APOSTROPHE.sub("", unicodedata.normalize("NFKC", text))


def spaced_words(normalised: str) -> list[str]:
    """Runs of letters, digits and combining marks, in their own case."""
    return (_ASCII_WORD if normalised.isascii() else _WORD).findall(normalised)


def mixed_tokens(normalised: str) -> tuple[list[str], Script]:
    """The case-folded tokens of a text with characters of unsegmented scripts, and how most of it is written.

    Each of these characters that belongs to a word is a token, and each word of other scripts.
    """
    found = [token for token in _MIXED.findall(normalised.casefold()) if not _NOT_WORD.fullmatch(token)]
    alone = [token for token in found if _UNSEGMENTED_CHARACTER.match(token)]
    if 2 * len(alone) < len(found):
        return found, Script.SPACED
    south_east = sum(1 for token in alone if _SOUTH_EAST.match(token))
    return found, Script.SOUTH_EAST_ASIAN if 2 * south_east > len(alone) else Script.EAST_ASIAN
