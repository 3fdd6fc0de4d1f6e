"""Shingles and fingerprints of texts."""

from __future__ import annotations

import numpy as np

from flows.dedup.text.shingles import MIN_FINGERPRINTS, fingerprints, shingles, stored
from tests.flows.dedup.library import prose


def test_shingles_do_not_depend_on_the_typography() -> None:
    assert np.array_equal(shingles("“It’s a new day,” he said – again."), shingles("it's a NEW day he said again"))


def test_the_index_is_the_same_on_every_machine() -> None:
    """These numbers are on disk: another hash would find none of the old fingerprints."""
    assert [int(value) for value in stored(shingles("one two three four five six"))] == [
        102395107207786,
        12101535517022,
    ]


def test_one_shingle_in_sixteen_is_a_fingerprint_but_eight_at_least() -> None:
    many = [len(fingerprints(np.unique(shingles(prose(seed, 1500))))) for seed in range(8)]
    assert 75 < sum(many) / len(many) < 112
    assert len(fingerprints(np.unique(shingles(prose(1, 30))))) == MIN_FINGERPRINTS
    assert len(fingerprints(np.unique(shingles("two words")))) == 1
    assert len(fingerprints(np.unique(shingles("")))) == 0
