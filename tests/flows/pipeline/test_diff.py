"""What changed between two texts."""

from __future__ import annotations

import time

from flows.pipeline.diff import Edit, compare

TEXT = "The council met on Monday and put off its decision on the roof of the fish market until after Easter."


def test_a_change_is_shown_with_what_is_around_it() -> None:
    assert compare(TEXT, TEXT.replace("Monday", "Tuesday evening")) == Edit(
        2, 1, "The council met on [-Monday-] {+Tuesday evening+} and put off its decision …"
    )


def test_each_change_has_its_line() -> None:
    edit = compare(TEXT, TEXT.replace("Monday", "Tuesday").replace("after Easter", "March"))
    assert edit.diff is not None
    assert edit.diff.splitlines()[1] == "… of the fish market until [-after Easter.-] {+March.+}"
    assert (edit.words_added, edit.words_removed) == (2, 3)


def test_what_is_only_added_or_only_removed() -> None:
    assert compare("a b c", "a b new c") == Edit(1, 0, "a b {+new+} c")
    assert compare("a b c", "a c") == Edit(0, 1, "a [-b-] c")


def test_other_spaces_are_no_change() -> None:
    assert compare("a b\nc", "a  b c") == Edit(0, 0, None)


def test_very_long_texts_are_counted_and_take_no_long_time() -> None:
    old, new = " ".join(f"a{n}" for n in range(30_000)), " ".join(f"b{n}" for n in range(30_001))
    begin = time.monotonic()
    edit = compare(old, new)
    assert (edit.words_added, edit.words_removed) == (30_001, 30_000)
    assert time.monotonic() - begin < 5
