"""Numbers words: the properties of a word are computed once, and those of a text's words looked up as arrays."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.rarity import number_rarity

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from flows.dedup.text.hashes import Hashes

    Numbers = NDArray[np.intp]
    Flags = NDArray[np.bool_]

# Letters of a word that count for what an article is about: on news in one language, five to seven do as well as whole
# words, and inflected names (Путин, Путина, Путиным) become one.
STEM = 6


def word_hash(word: str) -> int:
    """A stable 64-bit hash."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


class Lexicon(dict[str, int]):
    """The numbers of words in any case, and their properties by number; emptied before it grows large.

    `hashes` are those of the case-folded words, `stems` those of their first STEM letters, `folded` the numbers of the
    case-folded words themselves; `digits` marks words of digits, `short` words of a single letter. `rarity` is that of
    numbers. Numbers that were looked up before the lexicon was emptied are no longer valid.
    """

    MAX_WORDS = 200_000

    def __init__(self) -> None:
        super().__init__()
        self.hashes: Hashes = np.zeros(self.MAX_WORDS, np.uint64)
        self.stems: Hashes = np.zeros(self.MAX_WORDS, np.uint64)
        self.folded: Numbers = np.zeros(self.MAX_WORDS, np.intp)
        self.digits: Flags = np.zeros(self.MAX_WORDS, np.bool_)
        self.short: Flags = np.zeros(self.MAX_WORDS, np.bool_)
        self.rarity: NDArray[np.float32] = np.ones(self.MAX_WORDS, np.float32)
        self._marked: Flags = np.zeros(self.MAX_WORDS, np.bool_)

    def __missing__(self, word: str) -> int:
        number = len(self)
        self[word] = number
        folded = word.casefold()
        if folded == word:
            self.folded[number] = number
            self.hashes[number] = word_hash(folded)
            self.stems[number] = word_hash(folded[:STEM])
            self.digits[number] = folded.isdigit()
            self.rarity[number] = number_rarity(folded) if folded.isdigit() else 1.0
            self.short[number] = len(folded) < 2
        else:
            same = self.folded[number] = self[folded]
            for array in (self.hashes, self.stems, self.digits, self.rarity, self.short):
                array[number] = array[same]
        return number

    def make_room(self, words: int) -> bool:
        """Make room for looking up so many words at most; returns whether the lexicon had to be emptied."""
        needed = 2 * words  # each in its own case and case-folded
        if len(self) + needed <= len(self.hashes):
            return False
        self.clear()
        more = needed - len(self.hashes)
        if more > 0:  # a very long text
            for name in ("hashes", "stems", "folded", "digits", "rarity", "short", "_marked"):
                array = getattr(self, name)
                setattr(self, name, np.concatenate((array, np.zeros(more, array.dtype))))
        return True

    def numbers(self, words: Collection[str]) -> Numbers:
        """The number of each word."""
        return np.fromiter(map(self.__getitem__, words), np.intp, len(words))

    def among(self, numbers: Numbers, others: Numbers) -> Flags:
        """Flag the numbers that are among the others."""
        self._marked[others] = True
        found: Flags = self._marked[numbers]
        self._marked[others] = False
        return found


lexicon = Lexicon()


@cache
def hash_of_all(words: frozenset[str]) -> Hashes:
    """The hashes of a word list that is used repeatedly, ascending."""
    return np.sort(np.array([word_hash(word) for word in words], np.uint64))
