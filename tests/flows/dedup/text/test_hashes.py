"""Hashes as sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flows.dedup.text.hashes import among, distinct

HASHES = st.lists(st.integers(0, 20) | st.integers(0, (1 << 64) - 1))


@given(HASHES)
def test_distinct_hashes_are_ascending_and_occur_once(values: list[int]) -> None:
    assert distinct(np.array(values, np.uint64)).tolist() == sorted(set(values))


@given(HASHES, HASHES)
def test_hashes_are_among_those_that_have_them(values: list[int], others: list[int]) -> None:
    found = among(np.array(values, np.uint64), distinct(np.array(others, np.uint64)))
    assert found.tolist() == [value in others for value in values]
