"""Words as numbers: what is needed of a word is found out once, and of a text's words looked up as arrays."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

# Letters of a word that count for what an article is about: on news in one language five to seven do equally well as
# whole words, and inflected names (Путин, Путина, Путиным) become one.
STEM = 6


def word_hash(word: str) -> int:
    """A stable 64-bit hash."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


class Lexicon(dict[str, int]):
    """Numbers of words in any case, with what they are by number; emptied before it grows large.

    `hashes` are those of the case-folded words, `stems` of their first STEM letters; `digits` are those all of digits,
    `short` those of a single letter. What was looked up before it was emptied must not be used with it.
    """

    MOST = 200_000

    def __init__(self) -> None:
        super().__init__()
        self.hashes: Hashes = np.zeros(self.MOST, np.uint64)
        self.stems: Hashes = np.zeros(self.MOST, np.uint64)
        self.digits: NDArray[np.bool_] = np.zeros(self.MOST, np.bool_)
        self.short: NDArray[np.bool_] = np.zeros(self.MOST, np.bool_)

    def __missing__(self, word: str) -> int:
        number = len(self)
        folded = word.casefold()
        self.hashes[number] = word_hash(folded)
        self.stems[number] = word_hash(folded[:STEM])
        self.digits[number] = folded.isdigit()
        self.short[number] = len(folded) < 2
        self[word] = number
        return number

    def make_room(self, words: int) -> None:
        """Call it before the words of a text (so many at most) are looked up."""
        if len(self) + words > self.MOST:
            self.clear()
            more = words - len(self.hashes)
            if more > 0:  # a book
                for name in ("hashes", "stems", "digits", "short"):
                    array = getattr(self, name)
                    setattr(self, name, np.concatenate((array, np.zeros(more, array.dtype))))

    def numbers(self, words: Sequence[str]) -> NDArray[np.intp]:
        """The number of each word."""
        return np.fromiter(map(self.__getitem__, words), np.intp, len(words))


lexicon = Lexicon()


def hash_words(words: Sequence[str]) -> Hashes:
    """A stable 64-bit hash of each word, case folded."""
    lexicon.make_room(len(words))
    found: Hashes = lexicon.hashes[lexicon.numbers(words)]
    return found


@cache
def hash_of_all(words: frozenset[str]) -> Hashes:
    """The hashes of a list that is used again and again, ascending."""
    return np.sort(hashed(words))


def hashed(words: Iterable[str]) -> Hashes:
    """The hashes of words that will hardly be seen again, as they are."""
    return np.array([word_hash(word) for word in words], np.uint64)
