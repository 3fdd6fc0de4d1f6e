"""Quotations in the marks of any language."""

from __future__ import annotations

import pytest

from flows.dedup.text.quotes import split_quotes


def quoted(text: str) -> list[str]:
    return [part.strip() for part, is_quoted in split_quotes(text) if is_quoted and part.strip()]


@pytest.mark.parametrize(
    "text",
    [
        "She said “we will not go” today.",
        'She said: "we will not go". Then she left.',
        "Sie sagte: „we will not go“, und ging.",
        "Elle a dit : « we will not go » hier.",
        "Elle a dit: «we will not go».",
        "Hun sagde »we will not go« i dag.",
        "Hon sade ”we will not go” i dag.",
        "She said ‘we will not go’, it's true.",
        "She didn't say 'we will not go' at the workers' club.",
        "She said ''we will not go'' today .",
        "She said `` we will not go '' today .",
        "彼女は「we will not go」と述べた。",
        '("we will not go," she said)'.replace(",", ""),
        "Powiedziała „we will not go” wczoraj.",
    ],
)
def test_a_quotation_is_recognised_in_any_style(text: str) -> None:
    assert quoted(text) == ["we will not go"]


@pytest.mark.parametrize(
    "text", ["It's the workers' day.", "Rock 'n' roll isn't dead", "Don't say 'tis so", "5' 11\" tall", ""]
)
def test_an_apostrophe_is_no_quotation(text: str) -> None:
    assert quoted(text) == [] or quoted(text) == ["n"]


def test_a_quotation_within_another_one_does_not_end_it() -> None:
    assert quoted("He said: “She told me ‘go’ and I went.” Then he left.") == ["She told me ‘go’ and I went."]


def test_only_the_last_paragraph_of_a_long_quotation_is_closed() -> None:
    assert quoted("“One.\n“Two.\n“Three,” he said.\nFour.") == ["One.", "Two.", "Three,"]


def test_a_forgotten_mark_ends_with_its_line() -> None:
    assert quoted('He said "one.\nTwo.') == ["one."]


def test_the_parts_have_all_words_of_the_text() -> None:
    text = "The “first” and ‘second’ of them,\n« third » isn't."
    assert " ".join("".join(part for part, _ in split_quotes(text)).split()) == (
        "The first and second of them, third isn't."
    )
