"""Counting and comparing text in any script."""

from __future__ import annotations

import re
import unicodedata

_NO_BLANKS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_UNSPACED = re.compile(f"[{_NO_BLANKS}]")
_SPACED_WORD = re.compile(rf"[^\W{_NO_BLANKS}]+")
_LETTERS_PER_WORD = 2
"""Chinese, Japanese and Thai words are about two letters long; only used to put one figure on a text's length."""
_UNFOLDED = re.compile(r"[\W_]+")
_INVISIBLE = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFC])
_INVISIBLE |= dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF])  # surrogates from JSON's escapes: not text
for _space in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85):
    del _INVISIBLE[_space]


def count_words(text: str) -> int:
    """Words of a text; scripts that are written without blanks count a word for every two letters."""
    unspaced = len(_UNSPACED.findall(text))
    return sum(1 for _ in _SPACED_WORD.finditer(text)) + unspaced // _LETTERS_PER_WORD


def fold(text: str) -> str:
    """What two texts have in common when case, quotes, dashes, punctuation and blanks are set aside."""
    return _UNFOLDED.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def tidy(text: str) -> str:
    """One line of a text: NFC, every run of blanks one blank, nothing invisible (soft hyphens, control characters).

    The joiners U+200C and U+200D stay: Persian and the Indic scripts are spelt with them.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())
