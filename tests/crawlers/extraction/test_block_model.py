"""The model of text blocks: blocks in page order, probabilities that follow the trees, and reasons that add up."""

from __future__ import annotations

import numpy as np
import pytest
from lxml.html import document_fromstring

from crawlers.extraction.block_features import PageContext, block_features
from crawlers.extraction.block_model import block_model
from crawlers.extraction.body import weigh_lines
from crawlers.extraction.elements import Elements
from crawlers.extraction.text_blocks import read_blocks
from crawlers.extraction.version import BLOCK_MODEL

SENTENCE = "The mill stands by the weir, and its wheel has turned there since the year of the great flood, they say."
PAGE = (
    "<html><body><nav><a href='/'>Home</a> <a href='/s'>Sport</a></nav><article><h1>Mill turns again</h1>"
    + "".join(f"<p>{number}. {SENTENCE}</p>" for number in range(9))
    + "<table><tr><td>Wheel</td><td>Oak</td></tr></table><p>One<br>two <b>three</b></p></article></body></html>"
)


def test_blocks_are_the_lines_that_a_browser_shows() -> None:
    texts = [block.text for block in read_blocks(Elements(document_fromstring(PAGE)))]
    assert texts[:3] == ["Home Sport", "Mill turns again", f"0. {SENTENCE}"]
    assert texts[-3:] == ["Wheel | Oak", "One", "two three"]


def test_a_further_article_on_the_page_is_left_out() -> None:
    two = "".join(f"<article><h1>Title {number}</h1><p>Text {number}</p></article>" for number in (1, 2))
    assert [block.text for block in read_blocks(Elements(document_fromstring(f"<div>{two}<p>After</p></div>")))] == [
        "Title 1",
        "Text 1",
        "After",
    ]


def test_every_feature_is_one_number_per_block_in_any_script() -> None:
    blocks = read_blocks(
        Elements(document_fromstring("<div><p>水車は堰のそばに立つ。</p><p>\U0001f600 ok</p><p>שלום, עולם</p></div>"))
    )
    columns = block_features(blocks, PageContext())
    assert {column.shape for column in columns.values()} == {(3,)}
    assert all(np.isfinite(column).all() for column in columns.values())
    assert set(block_model().features) <= set(columns)


def test_the_reasons_of_a_block_add_up_to_its_probability() -> None:
    model = block_model()
    assert model.version == BLOCK_MODEL
    context = PageContext(frozenset(f"{number}. {SENTENCE}" for number in range(9)))
    columns = block_features(read_blocks(Elements(document_fromstring(PAGE))), context)
    probabilities = model.probabilities(columns)
    base = sum(float(model.value[root]) for root in model.roots)
    for block in (1, 4, len(probabilities) - 1):
        log_odds = base + sum(model.contributions(columns, block).values())
        assert probabilities[block] == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-6)


def test_the_text_is_taken_and_the_menu_is_not() -> None:
    kept = {line.text: line.kept for line in weigh_lines(Elements(document_fromstring(PAGE)), "https://mill.example/a")}
    assert kept[f"4. {SENTENCE}"]
    assert not kept["Home Sport"]
