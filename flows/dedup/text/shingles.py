"""Computes the shingles of a text, and the few of them that represent it in the index: its fingerprints.

A shingle is a run of words (`tokens.Script` says how many). FracMinHash keeps those whose hash is in the lowest
sixteenth of the range. It keeps the same shingles of two texts, so that the part they share is found anywhere in them,
however much longer one of them is (Irber and others, "Lightweight compositional analysis of metagenomes with
FracMinHash and minimum metagenome covers", bioRxiv 2022.01.11.475838).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.tokens import Script
from flows.dedup.text.words import read_words

if TYPE_CHECKING:
    from flows.dedup.text.hashes import Hashes

FRACTION = 16  # one shingle of so many is a fingerprint: an article of 400 words has 25
MIN_FINGERPRINTS = 8  # but so many at least: a report of 60 words would have 3 or 4, and often share none with its copy
# Bits of a hash in the index: the 44 that vary give one chance match in 70 batches against 10 million rows.
STORED_BITS = 48

_BASE = np.uint64(0x9E3779B97F4A7C15)
_POWERS = {
    int(script): np.array([pow(int(_BASE), power, 1 << 64) for power in range(int(script))], dtype=np.uint64)
    for script in Script
}


def shingles(text: str) -> Hashes:
    """The shingles of a text as 64-bit hashes, in the order of the text; a shorter text is a single one."""
    words = read_words(text)
    return roll(words.hashes, words.script)


def roll(hashes: Hashes, script: Script) -> Hashes:
    """The same for a text whose tokens have been hashed already."""
    if not len(hashes):
        return hashes
    width = min(int(script), len(hashes))
    count = len(hashes) - width + 1
    rolled = np.zeros(count, dtype=np.uint64)
    for offset, power in enumerate(_POWERS[int(script)][:width]):
        rolled += hashes[offset : offset + count] * power
    return _mix(rolled)


def _mix(values: Hashes) -> Hashes:
    """The finaliser of splitmix64: every bit affects all others."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def fingerprints(ascending: Hashes) -> Hashes:
    """The fingerprints of a text, from its distinct shingles (ascending): the upper bits of the lowest of these."""
    below = int(np.searchsorted(ascending, np.uint64((1 << 64) // FRACTION)))
    return stored(ascending[: max(below, MIN_FINGERPRINTS)])


def stored(hashes: Hashes) -> Hashes:
    """The STORED_BITS upper bits, as the index stores them."""
    return hashes >> np.uint64(64 - STORED_BITS)
