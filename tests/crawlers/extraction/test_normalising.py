"""The text of a page does not depend on the names of the elements that hold it."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from crawlers.extraction.body import read_lines
from crawlers.extraction.elements import Elements
from crawlers.extraction.markup_text import prose_blocks, text_with_breaks

SENTENCES = [
    "The town council voted on Monday night to keep the old swimming pool open for another five years, after a debate.",
    "Residents had collected more than four thousand signatures and filled the gallery of the hall until midnight.",
    "The mayor said that the money would come from the sale of a warehouse by the railway, and promised a new roof.",
    "Critics replied that the sale had been planned for years and that the sum would not be enough for the boiler.",
    "An engineer told the council that a heat pump would save a third of the energy that the pool uses every winter.",
]
HEADLINE = "<h1>Council keeps the pool open</h1>"
LIST = "<h2>What comes next</h2><ul><li>the roof is repaired</li><li>the pipes are replaced</li></ul>"
AFTER_LIST = ["What comes next", "the roof is repaired", "the pipes are replaced"]


def paragraphs(start: int = 0, end: int = 5) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in SENTENCES[start:end])


def lines_of(body: str) -> list[str]:
    page = f"<html lang='en'><head><title>Council keeps the pool open</title></head><body>{body}</body></html>"
    return read_lines(Elements(document_fromstring(page)), "https://paper.example/news/pool-stays-open")


WHOLE = [*SENTENCES[:3], *AFTER_LIST, *SENTENCES[3:]]
BODY = HEADLINE + paragraphs(0, 3) + LIST + paragraphs(3, 5)
MENU = "<div class='menu'><a href='/'>Home</a> <a href='/city'>City</a></div>"


@pytest.mark.parametrize(
    "tag", ["aside", "footer", "figure", "span", "nav", "header", "fieldset", "center", "font", "story-body"]
)
def test_an_article_is_whole_in_any_container(tag: str) -> None:
    assert lines_of(f"{MENU}<{tag}>{BODY}</{tag}><div>Copyright 2026</div>") == WHOLE


def test_an_article_without_a_container_keeps_its_lists_and_headings() -> None:
    assert lines_of(f"{MENU}{BODY}<div>Copyright 2026</div>") == WHOLE


def test_custom_elements_within_each_other_are_read() -> None:
    inner = f"<x-part>{HEADLINE}{paragraphs(0, 3)}</x-part><x-part><x-text>{LIST}{paragraphs(3, 5)}</x-text></x-part>"
    assert lines_of(f"<app-root>{MENU}<x-story>{inner}</x-story></app-root>") == WHOLE


def test_custom_elements_of_prose_are_paragraphs() -> None:
    assert lines_of("<x-body>" + "".join(f"<x-p>{text}</x-p>" for text in SENTENCES) + "</x-body>") == SENTENCES


def test_an_article_in_two_article_elements_is_whole() -> None:
    first, second = HEADLINE + paragraphs(0, 2), paragraphs(2, 3) + LIST + paragraphs(3, 5)
    assert lines_of(f"<article>{first}</article><div>Advertisement</div><article>{second}</article>") == WHOLE


def test_a_footer_longer_than_the_article_is_not_the_article() -> None:
    page = f"<article>{HEADLINE}{paragraphs(0, 1)}</article><footer>{paragraphs(1, 3)}</footer>"
    assert lines_of(page) == SENTENCES[:1]


def test_an_article_in_a_layout_table_is_whole() -> None:
    assert lines_of(f"<table><tr><td><a href='/'>Home</a></td><td>{BODY}</td></tr></table>") == WHOLE


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<ul><li>ten to twelve</li><li>two to six</li></ul>", "Monday | ten to twelve, two to six"),
        ("<ol><li>ten to twelve;</li><li>two to six</li></ol>", "Monday | ten to twelve; two to six"),
        ("<p>ten to twelve</p><p>two to six</p>", "Monday | ten to twelve two to six"),
    ],
)
def test_a_list_in_a_cell_is_the_text_of_the_cell(cell: str, expected: str) -> None:
    table = f"<table><tr><th>Day</th><th>Open</th></tr><tr><td>Monday</td><td>{cell}</td></tr></table>"
    lines = lines_of(f"<article>{HEADLINE}{paragraphs(0, 3)}{table}{paragraphs(3, 5)}</article>")
    assert lines == [*SENTENCES[:3], "Day | Open", expected, *SENTENCES[3:]]


def test_headings_and_lists_side_by_side_in_a_table_are_lines() -> None:
    table = (
        "<table><tr><td><h3>For</h3><ul><li>jobs</li></ul></td><td><h3>Against</h3><ul><li>noise</li></ul></td></tr>"
    )
    lines = lines_of(f"<article>{HEADLINE}{paragraphs(0, 3)}{table}</table>{paragraphs(3, 5)}</article>")
    assert lines == [*SENTENCES[:3], "For", "jobs", "Against", "noise", *SENTENCES[3:]]


def test_code_within_a_sentence_does_not_divide_it() -> None:
    sentence = (
        "<p>They ran <code>make all</code> twice and pressed <kbd>Ctrl-C</kbd> once, and then they went home.</p>"
    )
    lines = lines_of(f"<article>{HEADLINE}{paragraphs(0, 4)}{sentence}{paragraphs(4, 5)}</article>")
    assert "They ran make all twice and pressed Ctrl-C once, and then they went home." in lines


def test_a_long_box_does_not_replace_the_article() -> None:
    box = "<div class='article-body'>" + "".join(f"<p>About the author, part {n}.</p>" * 5 for n in range(5)) + "</div>"
    text = "<br><br>".join(f"{sentence} It was said {n} times." for n in range(8) for sentence in SENTENCES)
    lines = " ".join(lines_of(f"{box}<div class='x'>{HEADLINE}<div>{text}</div></div>"))
    assert all(sentence in lines for sentence in SENTENCES)


def test_prose_is_long_finished_text_outside_of_links_and_counts_once() -> None:
    link = f"<p><a href='/x'>{SENTENCES[2]}</a></p>"
    page = document_fromstring(f"<div>{SENTENCES[0]}<ul><li>{SENTENCES[1]}</li></ul>{link}<p>Short.</p></div>" * 2)
    assert [length for _, length in prose_blocks(Elements(page))] == [len(SENTENCES[0]), len(SENTENCES[1])]


def test_words_on_two_lines_are_not_joined() -> None:
    heading = document_fromstring("<h1>Council keeps<br>the pool<div>open</div></h1>")
    assert " ".join(text_with_breaks(heading).split()) == "Council keeps the pool open"
