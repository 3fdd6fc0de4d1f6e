"""Shingles of a text as numbers, and the few of them that stand for it in the index.

A shingle is a run of words (`tokens.Script` says how many). FracMinHash keeps those whose hash is in the lowest
sixteenth of the range: of two texts it keeps the same shingles, so that what they share shows in any part of them,
however much longer one is (Irber and others, "Lightweight compositional analysis of metagenomes with FracMinHash and
minimum metagenome covers", bioRxiv 2022.01.11.475838).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.tokens import Script
from flows.dedup.text.words import read_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from flows.dedup.text.words import Words

    Hashes = NDArray[np.uint64]

FRACTION = 16  # one shingle of so many is a fingerprint: an article of 400 words has 25
MIN_FINGERPRINTS = (
    8  # …but so many at least: a report of 60 words would have 3 or 4, and often share none with its copy
)
# Of a hash in the index: the 44 that vary make one chance agreement in 70 batches against 10 million rows.
STORED_BITS = 48

_FIRST = np.ones(1, bool)
_BASE = np.uint64(0x9E3779B97F4A7C15)
_POWERS = {
    int(script): np.array([pow(int(_BASE), power, 1 << 64) for power in range(int(script))], dtype=np.uint64)
    for script in Script
}


def shingles(text: str) -> Hashes:
    """The shingles of a text as 64-bit hashes, in the order of the text; a text shorter than one is one."""
    return roll(read_words(text))


def roll(words: Words) -> Hashes:
    """As `shingles`, of a text that was read."""
    hashes, script = words.hashes, words.script
    if not len(hashes):
        return hashes
    width = min(int(script), len(hashes))
    count = len(hashes) - width + 1
    rolled = np.zeros(count, dtype=np.uint64)
    for offset, power in enumerate(_POWERS[int(script)][:width]):
        rolled += hashes[offset : offset + count] * power
    return _mix(rolled)


def _mix(values: Hashes) -> Hashes:
    """The finaliser of splitmix64, which spreads every bit over all others."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def distinct(hashes: Hashes) -> Hashes:
    """The distinct hashes, ascending: as `numpy.unique`, which takes six times as long for a text's few hundred."""
    ascending = np.sort(hashes)
    first = np.concatenate((_FIRST, ascending[1:] != ascending[:-1]))[: len(ascending)]
    found: Hashes = ascending[first]
    return found


def fingerprints(ascending: Hashes) -> Hashes:
    """Of a text's distinct shingles (ascending) those that stand for it in the index: their STORED_BITS upper bits."""
    below = int(np.searchsorted(ascending, np.uint64((1 << 64) // FRACTION)))
    return stored(ascending[: max(below, MIN_FINGERPRINTS)])


def stored(hashes: Hashes) -> Hashes:
    """The upper bits, as the index has them."""
    return hashes >> np.uint64(64 - STORED_BITS)
