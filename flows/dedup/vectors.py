"""Sparse vectors of terms, as arrays: many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Sparse = tuple[NDArray[np.uint32], NDArray[np.float32]]

TERMS = 40  # kept of an article and of a story: on ECB+ 32 to 64 do as well as all
AT_ONCE = 4_000_000  # products that are held in memory


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors as rows (row, term, weight): three arrays of one length, ordered by row, then by falling weight."""

    rows: NDArray[np.int64]
    terms: NDArray[np.uint32]
    weights: NDArray[np.float32]

    def of(self, row: int) -> Sparse:
        """Terms and weights of one vector."""
        first, last = np.searchsorted(self.rows, [row, row + 1])
        return self.terms[first:last], self.weights[first:last]


NONE = Vectors(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32))


def heaviest(rows: NDArray[np.int64], terms: NDArray[np.uint32], weights: NDArray[np.float32]) -> Vectors:
    """The TERMS heaviest terms of each row; among equals the lower hash, so that no order of arrival matters."""
    order = np.lexsort((terms, -weights, rows))
    rows, terms, weights = rows[order], terms[order], weights[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = place < TERMS
    return Vectors(rows[kept], terms[kept], weights[kept])


def unit(vectors: Vectors) -> Vectors:
    """Each of length 1."""
    if not len(vectors.rows):
        return vectors
    lengths = np.sqrt(np.bincount(vectors.rows, vectors.weights.astype(np.float64) ** 2))
    return Vectors(vectors.rows, vectors.terms, (vectors.weights / lengths[vectors.rows]).astype(np.float32))


def together(one: Vectors, other: Vectors) -> Vectors:
    """Both, where the rows of the second come after those of the first."""
    return Vectors(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.terms, other.terms]),
        np.concatenate([one.weights, other.weights]),
    )


def products(vectors: Vectors, many: int, least: float) -> list[tuple[int, int, float]]:
    """Pairs (row, later row, scalar product) with a product of at least `least`, the row among the first `many`.

    By the terms that they share: costs as many multiplications as there are pairs of equal terms.
    """
    order = np.argsort(vectors.terms, kind="stable")
    rows, terms, weights = vectors.rows[order], vectors.terms[order], vectors.weights[order]
    ends = np.searchsorted(terms, terms, side="right")
    places = np.arange(len(terms))
    # Within a term rows ascend: each entry meets those behind it.
    partners = np.where(rows < many, ends - places - 1, 0)
    by_row = np.argsort(rows, kind="stable")
    found: list[tuple[int, int, float]] = []
    begin = 0
    sums = np.cumsum(partners[by_row])
    while begin < len(by_row):
        done = sums[begin - 1] if begin else 0
        end = int(np.searchsorted(sums, done + AT_ONCE, side="right"))
        end = max(end, begin + 1)
        # A row's products are summed in one go: cut between rows.
        if end < len(by_row):
            first = int(np.searchsorted(rows[by_row], rows[by_row[end]], side="left"))
            last = int(np.searchsorted(rows[by_row], rows[by_row[end]], side="right"))
            end = first if first > begin else last
        found += _some(rows, weights, partners, by_row[begin:end], least)
        begin = end
    return found


def _some(
    rows: NDArray[np.int64],
    weights: NDArray[np.float32],
    partners: NDArray[np.int64],
    chosen: NDArray[np.int64],
    least: float,
) -> list[tuple[int, int, float]]:
    many = partners[chosen]
    one = np.repeat(chosen, many)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(many) - many, many)
    if not len(one):
        return []
    width = int(rows.max()) + 1
    keys = rows[one] * width + rows[other]
    distinct, places = np.unique(keys, return_inverse=True)
    sums = np.bincount(places, weights[one].astype(np.float64) * weights[other])
    kept = sums >= least
    return list(
        zip((distinct[kept] // width).tolist(), (distinct[kept] % width).tolist(), sums[kept].tolist(), strict=True)
    )


def mean(vectors: Vectors, members: Sequence[tuple[int, float]], row: int) -> Vectors:
    """The weighted mean of some rows (row, weight), as the row of that number, its heaviest terms."""
    if len(members) == 1 and members[0][1]:
        terms, weights = vectors.of(members[0][0])
        return Vectors(np.full(len(terms), row, np.int64), terms, weights)
    whole = sum(weight for _, weight in members)
    parts = [(vectors.of(number), weight) for number, weight in members if weight]
    if not parts:
        return NONE
    terms = np.concatenate([terms for (terms, _), _ in parts])
    weights = np.concatenate([weights * np.float32(weight / whole) for (_, weights), weight in parts])
    distinct, places = np.unique(terms, return_inverse=True)
    sums = np.bincount(places, weights).astype(np.float32)
    return heaviest(np.full(len(distinct), row, np.int64), distinct, sums)


def dot(one: Sparse, other: Sparse) -> float:
    """The scalar product of two vectors, each as terms and weights."""
    _, mine, theirs = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return float((one[1][mine] * other[1][theirs]).sum())
