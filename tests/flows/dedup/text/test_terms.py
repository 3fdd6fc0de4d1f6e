"""The weighted terms of articles."""

from __future__ import annotations

import pytest

from flows.dedup.text.lexicon import lexicon
from flows.dedup.text.terms import language_seed, weigh


def terms_of(title: str, text: str, language: str = "en") -> dict[int, float]:
    found = weigh(title, text, language)
    return dict(zip(found.hashes.tolist(), (found.weights * found.rarity).tolist(), strict=True))


def names_of(title: str, text: str) -> set[str]:
    found = weigh(title, text, "en")
    words = {
        int((lexicon.stems[lexicon[word]] ^ language_seed("en")).astype("uint32")): word
        for word in f"{title} {text}".lower().split()
    }
    return {words[term] for term in found.hashes[found.names].tolist()}


def test_names_and_numbers_are_marked_and_common_words_are_no_terms() -> None:
    assert names_of("", "the trawlers of Keral had 41 of them") == {"keral", "41"}
    assert not names_of("", "Keral")  # at the beginning of a text a capital may be that of the sentence
    assert not terms_of("", "the of and")


def test_a_word_that_is_lower_case_elsewhere_in_the_text_is_no_name() -> None:
    assert not names_of("", "so Keral said that a keral and KERAL are one")


def test_rare_words_weigh_more_than_common_ones_and_small_numbers() -> None:
    (rare,), (common,) = terms_of("", "trawler").values(), terms_of("", "friend").values()
    (small,), (large,) = terms_of("", "7").values(), terms_of("", "70412").values()
    assert common < 0.6 * rare
    assert small < 0.6 * large
    assert large == rare


def test_a_number_is_one_term_and_a_date_is_not() -> None:
    assert terms_of("", "3,660,273") == terms_of("", "3.660.273") == terms_of("", "3660273")
    assert terms_of("3,660,273", "").keys() == terms_of("", "3660273").keys()
    assert len(terms_of("", "24.12.2026")) == 3


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
