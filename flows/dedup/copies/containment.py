"""Measures how much of the shorter of two texts is in the other one, without boilerplate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.text.hashes import among, distinct
from flows.dedup.text.shingles import stored

if TYPE_CHECKING:
    from flows.dedup.text.hashes import Hashes

MIN_CONTAINMENT = 0.3  # of the shorter text in the other one,
MIN_SHARED = 12  # and so many shingles: a sentence or two that both quote are not enough
# Shingles before and after a common fingerprint that do not count either: boilerplate comes in paragraphs of fifty to a
# hundred words, and one shingle in sixteen of it is a fingerprint.
AROUND = 32


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A text for comparing: its distinct shingles, ascending, and the same without those near common fingerprints."""

    shingles: Hashes
    distinctive: Hashes


def comparable_text(ordered: Hashes, common: Hashes) -> ComparedText:
    """Prepare a text's shingles (in their order); `common` are fingerprints as the index stores them, ascending."""
    shingles = distinct(ordered)
    if not len(common):
        return ComparedText(shingles, shingles)
    found = np.flatnonzero(among(stored(ordered), common))
    if not len(found):
        return ComparedText(shingles, shingles)
    distinctive = np.ones(len(ordered), bool)
    for place in found:
        distinctive[max(0, place - AROUND) : place + AROUND + 1] = False
    return ComparedText(shingles, distinct(ordered[distinctive]))


def overlap(one: ComparedText, other: ComparedText) -> int | None:
    """Count the shingles that both texts have; None if there are too few for one to repeat the other.

    There must be MIN_SHARED of them, and MIN_CONTAINMENT of the shorter text, both with and without the shingles near
    common fingerprints. So a frame that two pages share does not make them duplicates, and two copies in one frame are
    still found.
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
