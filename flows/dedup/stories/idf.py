"""Damps terms that many stored articles have: they say what kind of news an article is, and not which event it reports.

Results of companies, match reports and weather share most of their words; the few that differ name the event.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.rarity import RAREST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Idf:
    """Terms that are not rare, ascending, and the share of a language's articles that have each (0 to 1)."""

    terms: NDArray[np.uint32]
    shares: NDArray[np.float32]

    def factors(self, terms: NDArray[np.uint32]) -> NDArray[np.float32]:
        """The factors of the terms' weights, between 0 (every article has it) and 1 (at most one in RAREST has it).

        The square of a term's rarity. (On ten days of a wire, 0.97 of the reports on companies' results are in a story
        with another company's without it, 0.6 with the rarity itself, 0.02 to 0.05 with its square.)
        """
        found = np.full(len(terms), 1 / RAREST, np.float32)
        if len(self.terms):
            at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
            known = self.terms[at] == terms
            found[known] = np.maximum(self.shares[at][known], 1 / RAREST)
        rarity = np.log(found) / -math.log(RAREST)
        return (rarity * rarity).astype(np.float32)


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
    found = [
        common_terms(texts, YOUNG_SHARE)
        for language, texts in articles.items()
        if language not in languages and len(texts) >= YOUNG_ARTICLES
    ]
    return joined([known, *found])


def common_terms(texts: Sequence[NDArray[np.uint32]], least: float) -> Idf:
    """The terms that at least this share of the texts has, and MIN_COUNT of them."""
    distinct, counts = np.unique(np.concatenate(texts), return_counts=True)
    common = counts >= max(least * len(texts), MIN_COUNT)
    return Idf(distinct[common], (counts[common] / len(texts)).astype(np.float32))


def joined(parts: Sequence[Idf]) -> Idf:
    """The terms of all, with the largest of their shares."""
    if len(parts) == 1:
        return parts[0]
    terms, place = np.unique(np.concatenate([part.terms for part in parts]), return_inverse=True)
    shares = np.zeros(len(terms), np.float32)
    np.maximum.at(shares, place, np.concatenate([part.shares for part in parts]))
    return Idf(terms, shares)
