"""How much of one text is in another."""

from __future__ import annotations

import numpy as np

from flows.dedup.copies.containment import comparable_text, overlap
from flows.dedup.text.shingles import shingles, stored
from tests.flows.dedup.library import prose

NOTHING = np.empty(0, np.uint64)


def test_overlap_counts_from_a_dozen_shingles_and_a_quarter_on() -> None:
    whole = comparable_text(shingles(prose(1)), NOTHING)
    assert overlap(whole, comparable_text(shingles(prose(1)[:60]), NOTHING)) is None  # some seven shingles
    assert overlap(whole, comparable_text(shingles(prose(1)[:400]), NOTHING)) is not None
    mixed = comparable_text(shingles(f"{prose(1)[:160]}\n{prose(2, 300)}"), NOTHING)
    assert overlap(whole, mixed) is None


def test_less_than_half_of_a_text_must_be_a_paragraph() -> None:
    lines = prose(1, 60).split("\n")
    phrases = [comparable_text(shingles(f"{lines[0][:90]}\n{prose(seed, 45)}"), NOTHING) for seed in (2, 3)]
    paragraphs = [comparable_text(shingles(f"{lines[0]}\n{prose(seed, 45)}"), NOTHING) for seed in (2, 3)]
    assert overlap(*phrases) is None
    assert overlap(*paragraphs) is not None


def test_common_shingles_do_not_count() -> None:
    frame = prose(9, 60)
    one, other = (shingles(f"{frame}\n{prose(seed, 75)}") for seed in (1, 2))
    assert overlap(comparable_text(one, NOTHING), comparable_text(other, NOTHING)) is not None
    common = np.unique(stored(shingles(frame)))
    assert overlap(comparable_text(one, common), comparable_text(other, common)) is None
    copy = shingles(f"{frame}\n{prose(1, 75)}\n{prose(5, 15)}")
    assert overlap(comparable_text(one, common), comparable_text(copy, common)) is not None
