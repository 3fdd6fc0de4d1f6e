"""Counting and comparing text in any script."""

from __future__ import annotations

import re
import unicodedata

from crawlers.unsegmented import UNSEGMENTED, count_unsegmented

_SEGMENTED_WORD = re.compile(rf"[^\W{UNSEGMENTED}]+")
_LETTERS_PER_WORD = 2
"""Chinese, Japanese and Thai words are about two letters long; only used to put one figure on a text's length."""
DOTTED_I = "i\u0307"
"""What the Turkish capital becomes in lower case, with a mark that is no letter."""
_UNFOLDED = re.compile(r"[\W_]+")
_ASCII_FOLDED = bytes(ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""The same for ASCII, where a table over bytes is several times as fast."""
_INVISIBLE = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFC])
_INVISIBLE |= dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF])  # surrogates from JSON's escapes: not text
for _space in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85):
    del _INVISIBLE[_space]
_HIDDEN = re.compile(f"[{re.escape(''.join(map(chr, _INVISIBLE)))}]")


def count_words(text: str) -> int:
    """The number of words in a text; in unsegmented scripts, every two letters count as one word."""
    return len(_SEGMENTED_WORD.findall(text)) + count_unsegmented(text) // _LETTERS_PER_WORD


def match_key(text: str) -> str:
    """What two texts have in common when case, quotes, dashes, punctuation and blanks are set aside."""
    if text.isascii():
        return " ".join(text.encode().translate(_ASCII_FOLDED).decode().split())
    return _UNFOLDED.sub(" ", unicodedata.normalize("NFKC", text).casefold().replace(DOTTED_I, "i")).strip()


def single_line(text: str) -> str:
    """One line of a text: NFC, every run of blanks one blank, nothing invisible (soft hyphens, control characters).

    The joiners U+200C and U+200D stay: Persian and the Indic scripts are spelt with them.
    """
    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable():
        return plain
    if not _HIDDEN.search(plain):
        return unicodedata.normalize("NFC", plain)
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())
