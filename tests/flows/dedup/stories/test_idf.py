"""The weights of common and rare terms."""

from __future__ import annotations

import numpy as np
import pytest

from flows.dedup.stories.idf import NO_IDF, TEMPLATE_ARTICLES, Idf, complete, with_templates
from flows.dedup.text.terms import language_seed


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


def test_what_many_articles_of_one_source_share_is_a_template() -> None:
    articles = [np.array([1, 100 + number], np.uint32) for number in range(TEMPLATE_ARTICLES)]
    found = with_templates(NO_IDF, {("en", "a.example"): articles})
    assert found.terms.tolist() == [1]
    assert with_templates(NO_IDF, {("en", "a.example"): articles[1:]}) is NO_IDF


def test_a_template_is_one_whatever_language_a_table_is_taken_for() -> None:
    def share(language: str) -> int:
        return int(language_seed(language).astype(np.uint32)) ^ 7

    english = [np.array(sorted([share("en"), 100 + number]), np.uint32) for number in range(TEMPLATE_ARTICLES - 2)]
    danish = [np.array(sorted([share("da"), 100 + number]), np.uint32) for number in range(2)]
    found = with_templates(NO_IDF, {("en", "a.example"): english, ("da", "a.example"): danish})
    assert found.terms.tolist() == sorted([share("en"), share("da")])
    assert with_templates(NO_IDF, {("en", "a.example"): english, ("da", "b.example"): danish}) is NO_IDF


def test_what_a_fifth_of_the_articles_of_all_sources_have_is_no_event() -> None:
    articles = [np.array([1, 2 + number % 10, 100 + number], np.uint32) for number in range(TEMPLATE_ARTICLES)]
    sources = {("en", f"{source}.example"): articles[source::20] for source in range(20)}
    assert with_templates(NO_IDF, sources).terms.tolist() == [1]
