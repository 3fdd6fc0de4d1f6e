"""How much a term tells: little where most articles of the language have it, whatever they are about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

# A term that one article in so many has tells as much as one that nobody has: below that, counts are chance.
RAREST = 1000


@dataclass(frozen=True, slots=True)
class Idf:
    """Terms that are not rare, ascending, and the part of a language's articles that have each (0 to 1)."""

    terms: NDArray[np.uint32]
    shares: NDArray[np.float32]

    def weights(self, terms: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Between 0 (every article has it) and 1 (at most one in RAREST has).

        The square root of the logarithm of how rare a term is: in the product of two articles it counts once, not
        twice. (On ECB+, with news of other events as background, BCubed F1 is 0.02 higher so.)
        """
        found = np.full(len(terms), 1 / RAREST, np.float32)
        if len(self.terms):
            at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
            known = self.terms[at] == terms
            found[known] = np.maximum(self.shares[at][known], 1 / RAREST)
        return np.sqrt(np.log(found) / -math.log(RAREST)).astype(np.float32)


NO_IDF = Idf(np.empty(0, np.uint32), np.empty(0, np.float32))
# A young warehouse has few articles, and these may be of few events: so many more are imagined that have no term in
# common, so that a name that a third of thirty articles have is not taken for a word of the language.
IMAGINED = 200


# A word of the language, in a few articles of which nothing else is known: rarer ones may be what these are about.
YOUNG_SHARE = 0.05
MIN_COUNT = 3  # articles of a sample that have a term: fewer are chance
YOUNG_ARTICLES = 50  # fewer say nothing of a language


def shares(counts: dict[int, int], articles: int) -> dict[int, float]:
    """The part of articles that have each term, of those that are not rare; `counts` of a sample of `articles`."""
    whole = articles + IMAGINED
    return {term: count / whole for term, count in counts.items() if count * RAREST > whole and count >= MIN_COUNT}


def complete(known: Idf, languages: Collection[str], articles: Mapping[str, Sequence[NDArray[np.uint32]]]) -> Idf:
    """The background with what can be told of languages that it lacks (it has `languages`) from the articles at hand.

    `articles` are the terms of each, by language. Only terms that one article in twenty has count there: what is rarer
    may be what a few stories are about.
    """
    terms, parts = [known.terms], [known.shares]
    for language, found in articles.items():
        if language in languages or len(found) < YOUNG_ARTICLES:
            continue
        distinct, counts = np.unique(np.concatenate(found), return_counts=True)
        share = (counts / len(found)).astype(np.float32)
        common = counts >= YOUNG_SHARE * len(found)
        terms.append(distinct[common])
        parts.append(share[common])
    if len(terms) == 1:
        return known
    joined, share = np.concatenate(terms), np.concatenate(parts)
    order = np.argsort(joined, kind="stable")
    return Idf(joined[order], share[order])
