from __future__ import annotations

from flows.dashboard.differences import Part, differences
from flows.pipeline.diff import MOST_WORDS


def test_changed_words_stand_in_their_paragraph() -> None:
    assert differences("The old mayor spoke.\nNobody was hurt.", "The new mayor spoke.\nNobody was hurt.") == [
        [Part("same", "The "), Part("removed", "old "), Part("added", "new "), Part("same", "mayor spoke.")],
        [Part("same", "Nobody was hurt.")],
    ]


def test_a_word_between_two_changes_belongs_to_the_change() -> None:
    assert differences("Council puts off market roof", "Fish market will open") == [
        [Part("removed", "Council puts off market roof"), Part("added", "Fish market will open")]
    ]


def test_a_new_paragraph_is_added_as_a_whole() -> None:
    assert differences("One two.", "One two.\nThree four.") == [
        [Part("same", "One two.")],
        [Part("added", "Three four.")],
    ]


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert differences("市長は今日話した", "市長は昨日話した") == [
        [Part("same", "市長は"), Part("removed", "今"), Part("added", "昨"), Part("same", "日話した")]
    ]


def test_both_versions_can_be_read_off() -> None:
    before, after = "a b c d e\nf g h", "a x c d\ny f h i j"
    paragraphs = differences(before, after)
    assert paragraphs is not None
    parts = [part for paragraph in paragraphs for part in paragraph]
    for kind, text in (("removed", before), ("added", after)):
        read = "".join(part.text for part in parts if part.kind in ("same", kind))
        assert "".join(read.split()) == "".join(text.split())


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert differences("a " * (MOST_WORDS + 1), "b") is None
