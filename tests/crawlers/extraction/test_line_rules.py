"""The line rules match every example in their files and no counter-example."""

from __future__ import annotations

import time

import pytest

from crawlers.extraction.line_rules import KINDS, line_rules, matching_rules
from crawlers.extraction.rules import read_line_rules

LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "no", "da"),
    *("fi", "tr", "ru", "uk", "el", "ar", "he", "hi", "zh", "ja", "ko"),
)


def kinds(line: str, language: str | None = None) -> set[str]:
    return {rule.kind for rule in matching_rules(line, line_rules(language), in_tail=True)}


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_matched_by_its_rules(kind: str) -> None:
    assert [line for line in read_line_rules(kind)["examples"]["lines"] if kind not in kinds(line)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_counter_example_is_not_matched(kind: str) -> None:
    assert [line for line in read_line_rules(kind)["examples"]["kept"] if kind in kinds(line)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_has_examples_and_counter_examples(kind: str) -> None:
    assert len(read_line_rules(kind)["examples"]["lines"]) >= 10
    assert len(read_line_rules(kind)["examples"]["kept"]) >= 3


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "opening"])
def test_every_kind_has_phrases_in_every_language(kind: str) -> None:
    file = read_line_rules(kind)
    spoken = {*file.get("is", {}), *file.get("starts", {}), *file.get("holds", {})}
    assert set(LANGUAGES) - spoken == set()


def test_a_language_limits_the_rules_to_itself_and_english() -> None:
    assert kinds("Lesen Sie auch: Der Hafen", "de") == {"related"}
    assert kinds("Lesen Sie auch: Der Hafen", "fr") == set()
    assert kinds("Read more: The harbour", "fr") == {"related"}


def test_case_quotes_and_dashes_do_not_matter() -> None:
    assert "related" in kinds("DON\u2019T MISS: The harbour")
    assert "widgets" in kinds("\u2013 Advertisement \u2013")


def test_a_beginning_matches_whole_words_only() -> None:
    assert kinds("Sponsoredness is not a word") == set()
    assert kinds("Copyrighted works were burnt by the hundred in the yard") == set()


def test_a_long_line_matches_no_rule() -> None:
    assert kinds("Read more: " + "words " * 200) == set()


def test_hostile_lines_take_hardly_any_time() -> None:
    lines = ["read more" * 60, "©" * 550, "- " * 290, "sign up for our " * 34, "\u0130" * 590]
    start = time.process_time()
    for _ in range(100):
        for line in lines:
            matching_rules(line, line_rules(), in_tail=True)
    assert time.process_time() - start < 5
