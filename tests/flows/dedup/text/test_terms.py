"""The weighted terms of articles."""

from __future__ import annotations

import pytest

from flows.dedup.text.terms import NAME_WEIGHT, weigh


def terms_of(title: str, text: str, language: str = "en") -> dict[int, float]:
    terms, weights = weigh(title, text, language)
    return dict(zip(terms.tolist(), weights.tolist(), strict=True))


def test_names_and_numbers_weigh_more_and_common_words_nothing() -> None:
    (name,) = terms_of("", "Keral").values()
    (number,) = terms_of("", "the 41").values()
    (word,) = terms_of("", "the trawler").values()
    assert word * NAME_WEIGHT == pytest.approx(number)
    assert word == name  # at the beginning of a text a capital may be that of the sentence
    assert max(terms_of("", "trawlers of Keral").values()) == pytest.approx(NAME_WEIGHT * word)


def test_a_word_that_is_lower_case_elsewhere_in_the_text_is_no_name() -> None:
    said = terms_of("", "so Keral said that a keral and KERAL are one")
    assert max(said.values()) < NAME_WEIGHT * min(said.values())


def test_inflected_words_are_one_term_and_languages_are_apart() -> None:
    assert len(terms_of("", "minister ministers ministerial")) == 1
    assert terms_of("", "trawler", "en").keys().isdisjoint(terms_of("", "trawler", "fr").keys())


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("ja", "防潮堤の建設計画を見直す", "政府は防潮堤の計画を発表した"),
        ("zh", "重新评估防波堤建设方案", "新的防波堤方案"),
        ("th", "แผนการก่อสร้างเขื่อนกันคลื่น", "รัฐบาลทบทวนเขื่อนกันคลื่น"),
    ],
)
def test_texts_in_unsegmented_scripts_share_terms(language: str, one: str, other: str) -> None:
    assert terms_of("", one, language).keys() & terms_of("", other, language).keys()
