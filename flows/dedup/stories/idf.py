"""Weighs terms by their rarity: a term that most articles of a language have says little about any of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

# A term that one article in so many has weighs as much as one that no article has: rarer ones are counted by chance.
RAREST = 1000


@dataclass(frozen=True, slots=True)
class Idf:
    """Terms that are not rare, ascending, and the share of a language's articles that have each (0 to 1)."""

    terms: NDArray[np.uint32]
    shares: NDArray[np.float32]

    def weights(self, terms: NDArray[np.uint32]) -> NDArray[np.float32]:
        """The weights of terms, between 0 (every article has it) and 1 (at most one in RAREST has it).

        The square root of the logarithm of a term's rarity: in the product of two articles it then counts once, not
        twice. (On ECB+, among news of other events, BCubed F1 is 0.02 higher with it.)
        """
        found = np.full(len(terms), 1 / RAREST, np.float32)
        if len(self.terms):
            at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
            known = self.terms[at] == terms
            found[known] = np.maximum(self.shares[at][known], 1 / RAREST)
        return np.sqrt(np.log(found) / -math.log(RAREST)).astype(np.float32)


NO_IDF = Idf(np.empty(0, np.uint32), np.empty(0, np.float32))
# A young warehouse has few articles, perhaps of few events. So many more without any term in common are assumed, so
# that a name that a third of thirty articles have does not count as a word of the language.
ASSUMED_ARTICLES = 200


# Without other knowledge of a language, a term is a word of it from this share on: rarer ones may be what the articles
# are about.
YOUNG_SHARE = 0.05
MIN_COUNT = 3  # articles of a sample with a term: fewer are chance
YOUNG_ARTICLES = 50  # fewer say nothing about a language


def shares(counts: dict[int, int], articles: int) -> dict[int, float]:
    """The share of articles with each term that is not rare; `counts` are those of a sample of `articles`."""
    whole = articles + ASSUMED_ARTICLES
    return {term: count / whole for term, count in counts.items() if count * RAREST > whole and count >= MIN_COUNT}


def complete(known: Idf, languages: Collection[str], articles: Mapping[str, Sequence[NDArray[np.uint32]]]) -> Idf:
    """Complete stored frequencies, which cover `languages`, for other languages from the articles at hand.

    `articles` are the terms of each article, by language. Only terms that one article in twenty has are added: rarer
    ones may be what a few stories are about.
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
