"""How rare the terms of a language are, in wide text: what a word says, whatever is stored in the warehouse.

`word-rarity.npz` has the common terms of the languages that it covers. It is made once (`make_word_rarity.py`) and
belongs to a version of the method, so that results do not depend on what is stored.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A term that one article in so many has weighs as much as one that no article has: rarer ones are counted by chance.
RAREST = 1000
# Terms that fewer articles have count as rare. (On real events, a list down to one article in 1,000 did no better, and
# it takes four times the space.)
COMMON = 0.01
LEVELS = 255  # rarity is stored in a byte
# The share of articles with a number of one, two and three digits, and with a certain year: read off English news.
_DIGITS = {1: 0.2, 2: 0.1, 3: 0.03}
_YEARS, _YEAR = range(1900, 2036), 0.05


def rarity_of(share: float) -> float:
    """The rarity of a term that this share of articles has: 0 if every article has it, 1 if one in RAREST or fewer."""
    return math.log(max(share, 1 / RAREST)) / -math.log(RAREST)


def number_rarity(digits: str) -> float:
    """The rarity of a number: small ones and years are in articles of all kinds."""
    if len(digits) == 4 and digits.isascii() and int(digits) in _YEARS:
        return rarity_of(_YEAR)
    return rarity_of(_DIGITS.get(len(digits), 1 / RAREST))


def rarity(terms: NDArray[np.uint32]) -> NDArray[np.float32]:
    """The rarity of terms, from 0 to 1; 1 for those that are not common, and in languages that the file lacks."""
    known, levels = _table()
    at = np.minimum(np.searchsorted(known, terms), len(known) - 1)
    found: NDArray[np.float32] = np.where(known[at] == terms, levels[at], np.float32(1))
    return found


@cache
def _table() -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    with (files("flows.dedup.text") / "word-rarity.npz").open("rb") as file, np.load(file) as stored:
        return stored["terms"], (stored["levels"] / LEVELS).astype(np.float32)
