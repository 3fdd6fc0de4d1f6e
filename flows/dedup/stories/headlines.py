"""Compares headlines with texts: a report of an event has the words of other reports' headlines.

Two texts on one topic share words, but what the headline of one says is not in the other. (Of the features of a pair
that were tried on real events and on news of a day, such as names and numbers in common, only this one told one event
from two on all of them, beside the similarity of all words.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.terms import headline_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from flows.dedup.stories.vectors import Vectors

    Numbers = NDArray[np.int64]

# The share of a headline that reports of one event usually find in each other: more makes a pair more similar.
USUAL = 0.37
# A word of a headline counts by this power of its weight: names and rare words, which tell one event from another, for
# much more than the others. From 3.5 to 6, the figures on all collections are the same; with 2, they are lower.
POWER = 4
CHANCE = 0.05  # added to each share, because a headline may say it in other words


@dataclass(frozen=True, slots=True)
class Headlines:
    """The headlines of rows of vectors.

    `shares` has for each entry of the vectors its share of the row's headline (0 to 1; 0 if the term is not in it),
    `known` whether a row has such terms at all, `compared` whether its headline matters.
    """

    shares: NDArray[np.float64]
    known: NDArray[np.bool_]
    compared: NDArray[np.bool_]


def read_headlines(
    vectors: Vectors, headlines: Sequence[tuple[str, str | None]], compared: NDArray[np.bool_]
) -> Headlines:
    """The shares of terms in the headlines (text, language) of the rows, by powers of their weights.

    Headlines that are not `compared` are not read.
    """
    many = len(headlines)
    found = [headline_terms(*headlines[row]) for row in np.flatnonzero(compared).tolist()]
    rows = np.repeat(np.flatnonzero(compared), [len(terms) for terms in found])
    own = _keys(vectors.rows, vectors.terms)
    said = np.isin(own, _keys(rows, np.concatenate([np.empty(0, np.uint32), *found])))
    powers = np.where(said, vectors.weights.astype(np.float64) ** POWER, 0.0)
    sums = np.bincount(vectors.rows, powers, many)
    known = sums > 0
    return Headlines(powers / np.where(known, sums, 1.0)[vectors.rows], known, compared)


def agreement(
    headlines: Headlines,
    one: Numbers,
    other: Numbers,
    found_of_one: NDArray[np.float64],
    found_of_other: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The factor of the similarity of pairs of rows, by how much of each headline is found in the other text.

    It is 1 where both find the USUAL share (as their geometric mean), and where a headline is not compared.
    """
    mine = np.where(headlines.known[one], found_of_one, USUAL) + CHANCE
    theirs = np.where(headlines.known[other], found_of_other, USUAL) + CHANCE
    factors = np.sqrt(mine * theirs) / (USUAL + CHANCE)
    return np.where(headlines.compared[one] & headlines.compared[other], factors, 1.0)


def _keys(rows: Numbers, terms: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return (rows.astype(np.uint64) << np.uint64(32)) | terms
