"""The words of texts in many scripts."""

from __future__ import annotations

import pytest

from flows.dedup.text.lexicon import word_hash
from flows.dedup.text.tokens import Script
from flows.dedup.text.words import read_words


@pytest.mark.parametrize(
    ("text", "found", "script"),
    [
        ("Don’t STOP — it's 2026!", ["dont", "stop", "its", "2026"], Script.SPACED),
        ("Straße ﬁnal", ["strasse", "final"], Script.SPACED),
        ("हिन्दी में समाचार", ["हिन्दी", "में", "समाचार"], Script.SPACED),
        ("தமிழ் செய்தி", ["தமிழ்", "செய்தி"], Script.SPACED),
        ("東京で、会議。", ["東", "京", "で", "会", "議"], Script.EAST_ASIAN),
        ("서울 시장", ["서울", "시장"], Script.SPACED),
        ("…", [], Script.SPACED),
    ],
)
def test_words_of_many_scripts(text: str, found: list[str], script: Script) -> None:
    words = read_words(text)
    assert words.script is script
    assert words.hashes.tolist() == [word_hash(word) for word in found]


def test_thai_is_read_by_characters_and_their_marks() -> None:
    words = read_words("ที่ประชุม")
    assert words.script is Script.SOUTH_EAST_ASIAN
    assert words.hashes.tolist() == [word_hash(word) for word in "ที่ประชุม"]
