"""The main extractor gives what trafilatura's own gives, and a page's elements are found by tag and attribute."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from lxml.etree import XPath
from lxml.html import document_fromstring
from trafilatura.htmlprocessing import convert_tags, tree_cleaning
from trafilatura.main_extractor import _extract
from trafilatura.settings import Extractor
from trafilatura.xpaths import BODY_XPATH, OVERALL_DISCARD_XPATH

from crawlers.extraction.elements import Elements
from crawlers.extraction.main_extractor import _Expression, main_result

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FROZEN = sorted((Path(__file__).parent / "frozen").rglob("*.html"))
URL = "https://paper.example/news/a-story"
SENTENCE = (
    "The ferry left the harbour an hour late because of the fog, and most of its passengers had gone home by then."
)
P = f"<p>{SENTENCE}</p>"
LINKS = "".join(f"<li><a href='/{number}'>The ferry is late again, part {number}</a></li>" for number in range(8))
CRAFTED = {
    "links": f"<article>{P}<ul>{LINKS}</ul>{P}{P}</article>",
    "link in item": f"<article>{P * 4}<ul><li><p><a href='/1'>{SENTENCE}</a></p></li></ul></article>",
    "shared box": f"<div class='entry'>{P * 9}<div class='social x'>Share</div> it{P}</div>",
    "cookie in the class": f"<article><div class='cookie' id='a'>Cookies</div>{P * 9}</article>",
    "cookie after the id": f"<article><div id='a' class='cookie'>Cookies</div>{P * 9}</article>",
    "text of its own": f"<div class='post'>{SENTENCE}<br>{SENTENCE}<br><b>{SENTENCE}</b></div>",
    "teaser": f"<main>{P * 9}<div class='Teaser-box'>{P}</div></main>",
    "table": f"<article>{P * 9}<table><tr><th>Fish</th><td>Cod</td></tr></table>after it</article>",
    "list alone": f"<div id='content'><ul><li>{SENTENCE}</li><li>{SENTENCE}</li></ul> between <h2>The end</h2></div>",
    "nothing": "<div></div>",
}


PAGES = {**CRAFTED, **{file.stem: file.read_text("utf-8", "replace") for file in FROZEN}}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_the_result_is_that_of_trafilatura(html: str) -> None:
    page = document_fromstring(html.encode())
    options = Extractor(url=URL, comments=False)
    body, text, _ = _extract(convert_tags(tree_cleaning(deepcopy(page), options), options, URL), options)
    found, found_text = main_result(page, options)
    assert found_text == text
    # Ours also drops repetitions and the elements that were emptied, as trafilatura does one step later.
    lines = dict.fromkeys(filter(None, (" ".join("".join(map(str, element.itertext())).split()) for element in body)))
    assert list(dict.fromkeys(" ".join("".join(map(str, element.itertext())).split()) for element in found)) == list(
        lines
    )


def found_by(expression: XPath, tree: HtmlElement) -> list[HtmlElement]:
    return cast("list[HtmlElement]", expression(tree))


@pytest.mark.parametrize("file", FROZEN[::3], ids=lambda file: file.stem)
def test_expressions_find_the_same_elements(file: Path) -> None:
    tree = document_fromstring(file.read_bytes())
    for expression in OVERALL_DISCARD_XPATH:
        assert set(_Expression(expression)(tree)) == set(found_by(expression, tree))
    for expression in BODY_XPATH:
        assert _Expression(expression).first(tree) is next(iter(found_by(expression, tree)), None)


def test_of_several_attributes_the_first_on_the_page_counts() -> None:
    first = XPath(
        ".//*[self::div][re:test(@id|@class, 'x')]", namespaces={"re": "http://exslt.org/regular-expressions"}
    )
    tree = document_fromstring("<body><div id=a class=x>1</div><div class=x id=a>2</div><p class=x>3</p></body>")
    assert (
        [element.text for element in _Expression(first)(tree)]
        == ["2"]
        == [element.text for element in found_by(first, tree)]
    )


def test_elements_are_found_by_tag_and_attribute() -> None:
    elements = Elements(document_fromstring("<body><p id=1>a</p><div id=''><p>b</p><h1 id=2>c</h1></div></body>"))
    assert [element.text for element in elements.named("p")] == ["a", "b"]
    assert [element.text for element in elements.among("h1", "p")] == ["a", "b", "c"]
    assert [(element.tag, value) for element, value in elements.having("id")] == [("p", "1"), ("div", ""), ("h1", "2")]
    assert elements.first("table") is None
    assert elements.having("class") == []
