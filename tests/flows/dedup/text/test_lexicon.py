"""The lexicon, when it is full."""

from __future__ import annotations

import pytest

from flows.dedup.text.lexicon import Lexicon, lexicon
from flows.dedup.text.shingles import shingles
from tests.flows.dedup.text.test_terms import terms_of


@pytest.mark.parametrize("left", [0, 1, 5, 9])
def test_a_full_lexicon_is_emptied_without_changing_any_number(left: int) -> None:
    title, text = "Talks in Keral", "So far the talks of Mrs Reyde in KERAL, 41 days long, brought nothing."
    lexicon.clear()
    found = terms_of(title, text), shingles(text).tolist()
    lexicon.clear()
    lexicon.numbers([f"word{number}" for number in range(len(lexicon.hashes) - left)])
    assert (terms_of(title, text), shingles(text).tolist()) == found
    assert len(lexicon) < 100


def test_a_text_of_more_words_than_the_lexicon_has_room_for() -> None:
    words = [f"word{number}" for number in range(Lexicon.MAX_WORDS + 1)]
    lexicon.clear()
    assert shingles(" ".join(words))[-1] == shingles(" ".join(words[-5:]))[0]
    lexicon.clear()
