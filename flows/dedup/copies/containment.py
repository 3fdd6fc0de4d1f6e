"""How much of the shorter of two texts is in the other one, without what tells nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.shingles import distinct, stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from flows.dedup.text.shingles import Hashes

MIN_CONTAINMENT = 0.3  # of the shorter text in the other one…
MIN_SHARED = 12  # …and so many shingles: a sentence or two that both quote is not enough
# Shingles before and behind a common fingerprint that do not count either: boilerplate comes in paragraphs of fifty to
# a hundred words, and one shingle in sixteen of it is a fingerprint.
AROUND = 32


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A text for comparing: its distinct shingles, ascending, and the same without those near common fingerprints."""

    shingles: Hashes
    distinctive: Hashes


def comparable_text(ordered: Hashes, common: Hashes) -> ComparedText:
    """Of a text's shingles in their order; `common` are fingerprints as the index has them, ascending."""
    shingles = distinct(ordered)
    if not len(common):
        return ComparedText(shingles, shingles)
    found = np.flatnonzero(_among(stored(ordered), common))
    if not len(found):
        return ComparedText(shingles, shingles)
    distinctive = np.ones(len(ordered), bool)
    for place in found:
        distinctive[max(0, place - AROUND) : place + AROUND + 1] = False
    return ComparedText(shingles, distinct(ordered[distinctive]))


def overlap(one: ComparedText, other: ComparedText) -> int | None:
    """How many shingles both texts have; None where that is no sign of one report.

    Both with and without what stands near common fingerprints it must be LEAST_SHARED, and LEAST_CONTAINMENT of the
    shorter: a frame
    that two pages have makes no duplicates, and two copies in one frame remain some.
    """
    found = _contained(one.shingles, other.shingles)
    if found is None or (one.distinctive is one.shingles and other.distinctive is other.shingles):
        return found
    distinctive = _contained(one.distinctive, other.distinctive)
    return None if distinctive is None else found


def _contained(one: Hashes, other: Hashes) -> int | None:
    least = min(len(one), len(other))
    shared = len(np.intersect1d(one, other, assume_unique=True))
    if shared < MIN_SHARED or shared < MIN_CONTAINMENT * least:
        return None
    return shared


def _among(values: Hashes, ascending: Hashes) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[at] == values
    return found
