"""Computes with sparse vectors of terms, many at once, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.stories.headlines import agreement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from flows.dedup.stories.headlines import Headlines

    Numbers = NDArray[np.int64]

TERMS = 32  # kept of an article: with 40, 48 and 64, on seven dated collections, the figures are the same within 0.01
MANY_TERMS = 64  # the same where only names tell two events of one kind apart: with 32, F1 on ECB+ is 0.007 lower
CENTROID_TERMS = 40  # kept of a story of several articles: only stories that are collapsed are compared by these
# Two texts of a sentence each can share three words of eight without reporting one event ("… shares fall on Monday").
# So a text of fewer terms than ENOUGH is compared as if it had UNSAID more terms that no other text has.
ENOUGH = 20
UNSAID = 16
MAX_PRODUCTS = 4_000_000  # in memory at once
# Pairs of rows, whether they share a term or not, that are looked at at once: with eight times as many, which no
# processor's cache has room for, a wire takes a quarter longer.
MAX_CELLS = 1_000_000
WEIGHT_UNIT = 4096  # weights are rounded to the steps that they are stored in: a weight of 1 is stored as this


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors as rows (row, term, weight): three arrays of one length, ordered by row, then by decreasing weight."""

    rows: Numbers
    terms: NDArray[np.uint32]
    weights: NDArray[np.float32]

    def some(self, number: Numbers) -> Vectors:
        """Renumber the rows: `number` has the new number of each, or -1 for rows to leave out."""
        rows = number[self.rows]
        kept = np.flatnonzero(rows >= 0)
        order = kept[np.argsort(rows[kept], kind="stable")]
        return Vectors(rows[order], self.terms[order], self.weights[order])

    def where(self, kept: NDArray[np.bool_]) -> Vectors:
        """Only these entries."""
        return Vectors(self.rows[kept], self.terms[kept], self.weights[kept])

    def shifted(self, by: int) -> Vectors:
        """The same vectors, as rows further down."""
        return Vectors(self.rows + by, self.terms, self.weights)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of rows and their scalar products: three arrays of one length."""

    one: Numbers
    other: Numbers
    products: NDArray[np.float64]


NONE = Vectors(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32))


def heaviest(rows: Numbers, terms: NDArray[np.uint32], weights: NDArray[np.float32], most: int) -> Vectors:
    """The heaviest terms of each row, `most` of each; the entries are ordered by row, then by decreasing weight."""
    kept = choose_heaviest(rows, terms, weights, most)
    return Vectors(rows[kept], terms[kept], weights[kept])


def choose_heaviest(
    rows: Numbers, terms: NDArray[np.uint32], weights: NDArray[np.float32], most: int | Numbers
) -> NDArray[np.intp]:
    """The places of the heaviest terms of each row, ordered by row, then by decreasing weight.

    `most` is how many, or how many of each row. `terms` ascend within each row. Of terms with equal weight the lower
    hash is kept, so that the order of arrival does not matter. Weights are not negative.
    """
    # Read as integers, the bits of these floats sort in the same order: a single sort by row and weight is enough.
    order = np.argsort(_keys(rows, ~weights.astype(np.float32).view(np.uint32)), kind="stable")
    ordered = rows[order]
    place = np.arange(len(rows)) - np.searchsorted(ordered, ordered)
    kept: NDArray[np.intp] = order[place < (most if isinstance(most, int) else most[ordered])]
    return kept


def unit(vectors: Vectors, plain: NDArray[np.float32], lengths: NDArray[np.float64]) -> Vectors:
    """Scale each vector to its length in `lengths`, or to less if it is damped, or has fewer terms than ENOUGH.

    `plain` are the weights before damping. A vector is divided by its length before: so a text that says little but
    what many say is not compared by that little alone. Weights are rounded to the steps they are stored in, so that
    stored vectors equal those compared before.
    """
    if not len(vectors.rows):
        return vectors
    many = len(lengths)
    before = np.bincount(vectors.rows, plain.astype(np.float64) ** 2, many)
    counts = np.clip(np.bincount(vectors.rows, minlength=many), 1, ENOUGH)
    missing = (1 + UNSAID / counts) / (1 + UNSAID / ENOUGH)
    # The terms of a text in an unlisted language may all be of weight 0.
    divisors = np.maximum(np.sqrt(before * missing), 1e-9) / lengths
    steps = np.round(vectors.weights / divisors[vectors.rows] * WEIGHT_UNIT) / WEIGHT_UNIT
    return Vectors(vectors.rows, vectors.terms, steps.astype(np.float32))


def together(one: Vectors, other: Vectors) -> Vectors:
    """Concatenate vectors; the rows of the second come after those of the first."""
    return Vectors(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.terms, other.terms]),
        np.concatenate([one.weights, other.weights]),
    )


def products(vectors: Vectors, least: float, part: Numbers | None = None, headlines: Headlines | None = None) -> Pairs:
    """The pairs of rows with a scalar product of at least `least`, which is more than 0.

    Takes as many multiplications as there are pairs of equal terms. If `part` gives a part for each row, only rows of
    the same part are multiplied. With `headlines`, each product is multiplied by the agreement of two headlines with
    the other's text, and is 1 at most.
    """
    keys = vectors.terms if part is None else _keys(part[vectors.rows], vectors.terms)
    order = np.argsort(keys, kind="stable")
    rows, terms, weights = vectors.rows[order], keys[order], vectors.weights[order].astype(np.float64)
    shares = None if headlines is None else headlines.shares[order]
    # Within a term, rows ascend: each entry is paired with those after it.
    partners = np.searchsorted(terms, terms, side="right") - np.arange(1, len(terms) + 1)
    by_row = np.empty(len(order), np.int64)
    by_row[order] = np.arange(len(order))
    sums = np.concatenate([[0], np.cumsum(partners[by_row])])
    width = int(rows.max(initial=0)) + 1
    found = [Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))]
    first = 0
    while first < width:
        # Take as many rows as there is room for their products.
        begin = np.searchsorted(vectors.rows, first)
        full = int(np.searchsorted(sums, sums[begin] + MAX_PRODUCTS, side="right")) - 1
        last = width if full >= len(order) else int(vectors.rows[full])
        last = max(first + 1, min(last, first + MAX_CELLS // width))
        chosen = by_row[begin : np.searchsorted(vectors.rows, last)]
        many = partners[chosen]
        mine = np.repeat(chosen, many)
        theirs = np.arange(1, len(mine) + 1) + np.repeat(chosen - (np.cumsum(many) - many), many)
        cells, place = _numbered(rows[mine] * width + rows[theirs], first * width, last * width)
        totals = _sums(place, weights[mine] * weights[theirs], len(cells))
        if headlines is not None and shares is not None:
            of_mine, of_theirs = _sums(place, shares[mine], len(cells)), _sums(place, shares[theirs], len(cells))
            factors = agreement(headlines, cells // width, cells % width, of_mine, of_theirs)
            totals = np.minimum(totals * factors, 1)
        cells, totals = cells[totals >= least], totals[totals >= least]
        found.append(Pairs(cells // width, cells % width, totals))
        first = last
    return Pairs(
        np.concatenate([each.one for each in found]),
        np.concatenate([each.other for each in found]),
        np.concatenate([each.products for each in found]),
    )


def distances(one: Vectors, other: Vectors, many: int) -> NDArray[np.float64]:
    """How far each of `many` rows of one is from the same row of the other (Euclidean)."""
    keys = np.concatenate([_keys(one.rows, one.terms), _keys(other.rows, other.terms)])
    distinct, place = np.unique(keys, return_inverse=True)
    differences = _sums(place, np.concatenate([one.weights, -other.weights]), len(distinct))
    return np.sqrt(_sums((distinct >> 32).astype(np.int64), differences**2, many))


def means(vectors: Vectors, group: Numbers, sizes: Numbers) -> Vectors:
    """The mean vector of each group, weighted by `sizes`, with its heaviest terms; the rows are the groups' numbers.

    `group` and `sizes` have an entry for each row; -1 is for rows without a group. A group of size 0 has no vector.
    """
    totals = np.bincount(group[group >= 0], sizes[group >= 0])
    rows = group[vectors.rows]
    kept = (rows >= 0) & (sizes[vectors.rows] > 0)
    if not kept.any():
        return NONE
    rows, terms = rows[kept], vectors.terms[kept]
    parts = vectors.weights[kept] * (sizes[vectors.rows[kept]] / totals[rows])
    distinct, places = np.unique(_keys(rows, terms), return_inverse=True)
    sums = np.bincount(places, parts).astype(np.float32)
    return heaviest((distinct >> 32).astype(np.int64), (distinct & _TERM).astype(np.uint32), sums, CENTROID_TERMS)


def similarities(vectors: Vectors, group: Numbers, centroids: Vectors) -> NDArray[np.float64]:
    """The scalar product of each row with the centroid of its group; 0 for rows without a group (-1)."""
    rows = group[vectors.rows]
    kept = np.flatnonzero(rows >= 0)
    wanted, known = _keys(rows[kept], vectors.terms[kept]), _keys(centroids.rows, centroids.terms)
    order = np.argsort(known)
    known, weights = known[order], centroids.weights[order]
    if not len(known):
        return np.zeros(len(group))
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    hit = known[at] == wanted
    kept, at = kept[hit], at[hit]
    found = np.zeros(len(group))
    np.add.at(found, vectors.rows[kept], vectors.weights[kept].astype(np.float64) * weights[at])
    return found


_TERM = np.uint64(0xFFFFFFFF)


def _numbered(cells: Numbers, begin: int, end: int) -> tuple[Numbers, Numbers]:
    """The distinct cells, ascending, and the place of each cell among them; all are in the range from begin to end.

    Like `numpy.unique`, which sorts them: with it, four million products take twice as long.
    """
    there = np.zeros(end - begin, np.bool_)
    there[cells - begin] = True
    distinct = np.flatnonzero(there)
    number = np.empty(end - begin, np.int32)
    number[distinct] = np.arange(len(distinct), dtype=np.int32)
    return distinct + begin, number[cells - begin].astype(np.int64)


def _sums(place: Numbers, values: NDArray[np.float64], many: int) -> NDArray[np.float64]:
    """The sum of the values at each of `many` places."""
    sums: NDArray[np.float64] = np.bincount(place, values, many).astype(np.float64, copy=False)
    return sums


def _keys(rows: Numbers, terms: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return (rows.astype(np.uint64) << np.uint64(32)) | terms
