"""Measures how much of the shorter of two texts is in the other one, without boilerplate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.hashes import among, distinct
from flows.dedup.text.shingles import stored

if TYPE_CHECKING:
    from flows.dedup.text.hashes import Hashes

MIN_CONTAINMENT = 0.25  # of the shorter text in the other one,
MIN_SHARED = 12  # and so many shingles: a sentence or two that both have are not enough.
# Where less than half of the shorter text is in the other one, that must be a paragraph: two short texts of one
# template share a dozen shingles of set phrases.
HALF, MIN_SHARED_BELOW = 0.5, 24


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A text for comparing: its distinct shingles, ascending, and the same without common ones."""

    shingles: Hashes
    distinctive: Hashes


def comparable_text(ordered: Hashes, common: Hashes) -> ComparedText:
    """Prepare a text's shingles; `common` are shingles as the index stores them, ascending."""
    shingles = distinct(ordered)
    is_common = among(stored(shingles), common)
    return ComparedText(shingles, shingles[~is_common] if is_common.any() else shingles)


def overlap(one: ComparedText, other: ComparedText) -> int | None:
    """Count the shingles that both texts have; None if there are too few for one to repeat the other.

    There must be MIN_SHARED of them, and MIN_CONTAINMENT of the shorter text, both with and without common shingles. So
    a frame that two pages share does not make them duplicates, and two copies in one frame are still found.
    """
    found = _contained(one.shingles, other.shingles)
    if found is None or (one.distinctive is one.shingles and other.distinctive is other.shingles):
        return found
    distinctive = _contained(one.distinctive, other.distinctive)
    return None if distinctive is None else found


def _contained(one: Hashes, other: Hashes) -> int | None:
    least = min(len(one), len(other))
    shared = len(np.intersect1d(one, other, assume_unique=True))
    needed = MIN_SHARED if shared >= HALF * least else MIN_SHARED_BELOW
    return shared if shared >= max(needed, MIN_CONTAINMENT * least) else None
