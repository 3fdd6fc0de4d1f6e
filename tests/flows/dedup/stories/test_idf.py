"""The weights of common and rare terms."""

from __future__ import annotations

import numpy as np
import pytest

from flows.dedup.stories.idf import NO_IDF, Idf, complete


def test_a_common_term_weighs_less() -> None:
    known = Idf(np.array([5, 9], np.uint32), np.array([0.5, 0.01], np.float32))
    common, rare, unknown = known.factors(np.array([5, 9, 7], np.uint32))
    assert 0 < common < 0.02 < 0.4 < rare < 0.5 < unknown == 1
    assert NO_IDF.factors(np.array([1], np.uint32)).tolist() == [1.0]


def test_a_language_without_frequencies_is_learned_from_the_articles_at_hand() -> None:
    articles = [np.array(sorted({1, 2 + number % 2, 100 + number}), np.uint32) for number in range(60)]
    young = complete(NO_IDF, set(), {"xx": articles})
    assert young.terms.tolist() == [1, 2, 3]
    assert young.shares.tolist() == pytest.approx([1.0, 0.5, 0.5])
    assert complete(NO_IDF, {"xx"}, {"xx": articles}) is NO_IDF
    assert complete(NO_IDF, set(), {"xx": articles[:10]}) is NO_IDF
