"""Texts and their keys, and the elements of a page that hold them: the quick ways give what the plain ones do."""

from __future__ import annotations

import re
from typing import cast

import pytest
from lxml.html import HtmlMixin

from crawlers.extraction.text import match_key, match_keys, single_line
from tests.crawlers.extraction.statements import page_of

LINES = [
    "The weir's gate_keeper: 2 locks, 1 mill",
    "",
    "ΟΔΌΣ – ΤΟΥ ΜΎΛΟΥ",
    "_",
    "İstanbul’daki değirmen…",
    "水車は 堰の、そばに",
    "ﬁve ½ mills",
    "a\u00a0b",
    "– –",
]


def test_the_keys_of_many_lines_are_those_of_each() -> None:
    assert match_keys(LINES) == [match_key(line) for line in LINES]
    assert match_keys(LINES[:2]) == ["the weir s gate keeper 2 locks 1 mill", ""]


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\ufeff", "\ufffc", "\ud800", "\x7f", "\x9d"])
def test_a_single_line_has_no_invisible_characters(hidden: str) -> None:
    assert single_line(f"  The mi{hidden}ll \n by the we\u0301ir ") == "The mill by the w\u00e9ir"


def test_a_single_line_keeps_joiners() -> None:
    assert single_line("می\u200cخواهم\n🏳\ufe0f\u200d🌈") == "می\u200cخواهم 🏳\ufe0f\u200d🌈"


def test_the_text_of_an_element_is_without_what_follows_it() -> None:
    page = page_of(
        "", "<div id=a>The <b>mill&nbsp;<i>by</i></b><br> the <!-- old --> wéir &#127987;</div> After <p></p>"
    )
    for element in page.elements.all:
        assert element.text_content() == cast("str", HtmlMixin.text_content(element))
    assert page.tree.get_element_by_id("a").text_content() == "The mill\u00a0by the  wéir 🏳"


def test_elements_are_found_by_their_class_in_page_order() -> None:
    page = page_of("", '<p class="by author">A<p class=lead>B<p id=author>C<p class="by author">D<p class=Authors>E')
    found = page.elements.with_class(re.compile("author"))
    assert [element.text for element in found] == ["A", "D"]
