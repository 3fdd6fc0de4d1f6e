"""Fingerprints that many different articles have."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from flows.dedup.copies.boilerplate import MANY, common_fingerprints
from flows.dedup.text.shingles import shingles
from tests.flows.dedup.library import prose


def test_boilerplate_is_common_and_a_report_in_many_papers_is_not() -> None:
    names = [UUID(int=number) for number in range(20)]
    frame = prose(9, 30)
    framed = {name: np.unique(shingles(f"{frame}\n{prose(name.int, 105)}")) for name in names}
    printed = {name: np.unique(shingles(f"{prose(77)}\n{prose(name.int, 30)}")) for name in names}
    assert common_fingerprints({1: names}, framed) == {1}
    assert common_fingerprints({1: names[: MANY - 1]}, framed) == set()
    assert common_fingerprints({1: names}, printed) == set()
