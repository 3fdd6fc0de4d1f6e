"""Reads the words of a text as numbers, once for its shingles, its terms and its hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.unsegmented import has_unsegmented
from flows.dedup.text.lexicon import lexicon
from flows.dedup.text.tokens import Script, mixed_tokens, normalise, spaced_words

if TYPE_CHECKING:
    from flows.dedup.text.hashes import Hashes
    from flows.dedup.text.lexicon import Numbers


@dataclass(frozen=True, slots=True)
class Words:
    """A normalised text and the hashes of its case-folded tokens, in its order.

    In scripts with spaces the tokens are its words: `spaced` has them in their own case, `numbers` has their numbers in
    the lexicon, valid until that is emptied. For other texts both are None.
    """

    normalised: str
    script: Script
    hashes: Hashes
    spaced: list[str] | None
    numbers: Numbers | None


def read_words(text: str) -> Words:
    """The words of a text; in unsegmented scripts every character that belongs to a word is a token."""
    normalised = normalise(text)
    if has_unsegmented(normalised):
        tokens, script = mixed_tokens(normalised)
        return Words(normalised, script, lexicon.hashes[_numbered(tokens)], None, None)
    words = spaced_words(normalised)
    numbers = _numbered(words)
    return Words(normalised, Script.SPACED, lexicon.hashes[numbers], words, numbers)


def _numbered(words: list[str]) -> Numbers:
    lexicon.make_room(len(words))
    return lexicon.numbers(words)
