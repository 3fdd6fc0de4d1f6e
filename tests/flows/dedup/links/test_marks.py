"""Names and numbers in a form that other languages share."""

from __future__ import annotations

import pytest

from flows.dedup.links.marks import find_marks, overlap


@pytest.mark.parametrize(
    ("one", "other", "languages"),
    [
        ("a rise of 6.1 points", "ein Anstieg um 6,1 Punkte", "en de"),
        ("some 70,000 travellers", "etwa 70.000 Reisende", "en de"),
        ("70 000 voyageurs", "70\u202f000 voyageurs", "fr fr"),
        ("the banker Reinhold Steger", "банкир Рейнхольда Стегера", "en ru"),
        ("in Bingöl and Karlıova", "Bingöl'de ve Karlıova'da", "en tr"),
        ("l'Aldobrand", "the Aldobrand", "it en"),
    ],
)
def test_languages_share_names_and_numbers(one: str, other: str, languages: str) -> None:
    first, second = languages.split()
    shared = overlap(find_marks(one, first), find_marks(other, second))
    assert 0.45 < shared <= 1.0


@pytest.mark.parametrize("text", ["in 2026", "3 people", "Die Bank am Montag", "on 1.2.2026", "the 4 of them", ""])
def test_years_small_numbers_and_common_words_are_no_marks(text: str) -> None:
    assert len(find_marks(text, "de" if "Bank" in text else "en")) == 0


def test_different_numbers_are_different_marks() -> None:
    assert overlap(find_marks("6.1", "en"), find_marks("6.4", "en")) == 0.0
    assert overlap(find_marks("6.1", "en"), find_marks("", "en")) == 0.0
