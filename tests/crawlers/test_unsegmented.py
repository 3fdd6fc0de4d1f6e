"""Which characters belong to scripts that are written without spaces between words."""

from __future__ import annotations

import unicodedata

import pytest

from crawlers.unsegmented import HAN, KANA, SOUTH_EAST_ASIAN, count_unsegmented, has_unsegmented


@pytest.mark.parametrize(
    "text",
    ["桥梁", "𠮷", "人々", "ひらがな", "カタカナ", "ㇰ", "ภาษาไทย", "ພາສາລາວ", "བོད་སྐད", "မြန်မာ", "ꩠ", "ភាសាខ្មែរ"],
)
def test_every_character_of_an_unsegmented_script_counts(text: str) -> None:
    assert count_unsegmented(text) == len(text)
    assert has_unsegmented(text)


@pytest.mark.parametrize(
    "text", ["", "harbour", "Hafengebühr", "гавань", "ميناء", "נמל", "한국어", "हिन्दी", "1984", "…", "「」", "゠", "䷀"]
)
def test_other_scripts_and_punctuation_do_not_count(text: str) -> None:
    assert count_unsegmented(text) == 0
    assert not has_unsegmented(text)


def test_a_mixed_text_counts_the_characters_of_the_unsegmented_script_alone() -> None:
    assert count_unsegmented("iPhone の価格は100ドル") == 6


@pytest.mark.parametrize(
    ("characters", "names"),
    [
        (HAN, ("CJK ", "IDEOGRAPHIC ")),
        (KANA, ("HIRAGANA", "KATAKANA", "COMBINING KATAKANA")),
        (SOUTH_EAST_ASIAN, ("THAI ", "LAO ", "TIBETAN ", "MYANMAR ", "KHMER ")),
    ],
)
def test_the_classes_are_named_after_their_scripts(characters: str, names: tuple[str, ...]) -> None:
    ends = [character for character in characters if character != "-"]
    assert all(unicodedata.name(end, names[0]).startswith(names) for end in ends)
