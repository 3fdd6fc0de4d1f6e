"""Count words, normalise lines and compare texts, in any script.

Texts are compared by keys, from the least to the most tolerant: `phrase_key` ignores case and typographic variants,
`match_key` also punctuation, `name_key` also spaces.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from crawlers.unsegmented import UNSEGMENTED, count_unsegmented

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEGMENTED_WORD = re.compile(rf"[^\W{UNSEGMENTED}]+")
_LETTERS_PER_WORD = 2
"""Chinese, Japanese and Thai words are about two letters long. Only used for one figure of a text's length."""
_DOTTED_I = "i\u0307"
"""Lower case of the Turkish capital dotted I: an i with a combining mark, which is not a letter."""
_MARKED = "άέήίόύώΐΰıς"
_UNMARKED = str.maketrans(_MARKED, "αεηιουωϊϋiσ")
"""Greek in capitals has no accents, and Turkish capitals in lower case have the other i: a label or a headline is the
same in both."""
_HAS_MARKED = re.compile(f"[{_MARKED}]")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_LATIN_ACCENT = re.compile("([a-z])[\u0300-\u036f]+")
_ASCII_KEY = bytes(ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""The same for ASCII, where a byte table is several times as fast."""
_ASCII_KEYS = _ASCII_KEY[:10] + b"\n" + _ASCII_KEY[11:]
"""The same, which keeps the ends of lines."""
_PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\xa0": " ",
}
"""The marks that most English texts have beyond ASCII, for which there is much faster code."""
_STRAIGHT = str.maketrans(_PLAIN)
_INVISIBLE = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFC])
_INVISIBLE |= dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF])  # surrogates from JSON escapes are not text
for _space in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85):
    del _INVISIBLE[_space]
_OBJECT = "\ufffc"
"""The only one of these that Python takes for printable."""
_HIDDEN = re.compile(f"[{re.escape(''.join(map(chr, _INVISIBLE)))}]")


def count_words(text: str) -> int:
    """The number of words in a text; in unsegmented scripts, every two letters count as one word."""
    return len(_SEGMENTED_WORD.findall(text)) + count_unsegmented(text) // _LETTERS_PER_WORD


def phrase_key(text: str) -> str:
    """A text in lower case (case-folded), with straight quotes and plain dashes; punctuation stays."""
    plain = _plain(text)
    if plain.isascii():
        return plain.lower()
    return _case_folded(plain).translate(_STRAIGHT)


def match_key(text: str) -> str:
    """The words of a text, case-folded, with single spaces: the same for texts that differ in case and punctuation."""
    plain = _plain(text)
    if plain.isascii():
        return " ".join(plain.encode().translate(_ASCII_KEY).decode().split())
    return _NOT_ALPHANUMERIC.sub(" ", _case_folded(plain)).strip()


def match_keys(lines: Sequence[str]) -> list[str]:
    """The match keys of lines; for ASCII, where all are made at once, in half the time."""
    plain = "\n".join(line if line.isascii() else "" for line in lines)
    keys = plain.encode().translate(_ASCII_KEYS).decode().split("\n")
    return [" ".join(key.split()) if line.isascii() else match_key(line) for line, key in zip(lines, keys, strict=True)]


def name_key(text: str) -> str:
    """The match key without spaces, for names that are written in one word or in several."""
    return match_key(text).replace(" ", "")


def _plain(text: str) -> str:
    """A text with marks of ASCII in place of typographic ones."""
    if not text.isascii():
        for mark, plain in _PLAIN.items():
            text = text.replace(mark, plain)
    return text


def _case_folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace(_DOTTED_I, "i")
    return folded.translate(_UNMARKED) if _HAS_MARKED.search(folded) else folded


def spellings(key: str) -> tuple[str, ...]:
    """A key, and how it is written where accents are left out, in capitals or in haste: "à lire" and "a lire".

    Only Latin letters lose them; the marks of other scripts are letters of their own.
    """
    if key.isascii():
        return (key,)
    plain = unicodedata.normalize("NFC", _LATIN_ACCENT.sub(r"\1", unicodedata.normalize("NFD", key)).replace("đ", "d"))
    return (key, plain) if plain != key else (key,)


def single_line(text: str) -> str:
    """A text on one line: NFC, each run of whitespace one space, no invisible characters (soft hyphens, controls).

    The joiners U+200C and U+200D stay, because Persian and the Indic scripts are spelt with them.
    """
    plain = " ".join(text.split())
    if (plain.isprintable() and _OBJECT not in plain) or not _HIDDEN.search(plain):
        return plain if plain.isascii() else unicodedata.normalize("NFC", plain)
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())
