"""What comparing needs of an article, made once from its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup.shingles import distinct, fingerprints, hashed_words, roll
from flows.dedup.terms import weigh

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from flows.dedup.shingles import Hashes
    from flows.dedup.tokens import Script


@dataclass(frozen=True, slots=True)
class Traits:
    """An article as numbers.

    `shingles` are all of its text, in its order, `fingerprints` those that stand for it in the index, ascending;
    `terms` (ascending) and `weights` stand beside each other and say what it is about.
    """

    shingles: Hashes
    fingerprints: Hashes
    terms: NDArray[np.uint32]
    weights: NDArray[np.float32]


def traits_of(title: str, text: str, language: str | None, words: tuple[Hashes, Script] | None = None) -> Traits:
    """Read an article; `language` is an ISO 639-1 code, `words` what `hashed_words` gave of the text, where known."""
    found = roll(*(words or hashed_words(text)))
    return Traits(found, fingerprints(distinct(found)), *weigh(title, text, language))
