"""How much of one text is in another."""

from __future__ import annotations

import numpy as np

from flows.dedup.copies.containment import comparable_text, overlap
from flows.dedup.text.shingles import shingles, stored
from tests.flows.dedup.library import prose

NOTHING = np.empty(0, np.uint64)


def test_overlap_counts_from_a_dozen_shingles_and_three_tenths_on() -> None:
    whole = comparable_text(shingles(prose(1)), NOTHING)
    assert overlap(whole, comparable_text(shingles(prose(1)[:60]), NOTHING)) is None  # some seven shingles
    assert overlap(whole, comparable_text(shingles(prose(1)[:400]), NOTHING)) is not None
    mixed = comparable_text(shingles(f"{prose(1)[:220]}\n{prose(2, 300)}"), NOTHING)
    assert overlap(whole, mixed) is None


def test_text_near_common_fingerprints_does_not_count() -> None:
    frame = prose(9, 60)
    one, other = (shingles(f"{frame}\n{prose(seed, 75)}") for seed in (1, 2))
    assert overlap(comparable_text(one, NOTHING), comparable_text(other, NOTHING)) is not None
    common = np.unique(stored(shingles(frame)[20:30]))
    assert overlap(comparable_text(one, common), comparable_text(other, common)) is None
    copy = shingles(f"{frame}\n{prose(1, 75)}\n{prose(5, 15)}")
    assert overlap(comparable_text(one, common), comparable_text(copy, common)) is not None
