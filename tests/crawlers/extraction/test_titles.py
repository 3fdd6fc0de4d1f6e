"""The choice of the title, and how it is cut."""

from __future__ import annotations

import pytest

from crawlers.extraction.metadata import read_declared
from crawlers.extraction.titles import TitleCandidate, rank_titles
from tests.crawlers.extraction.statements import ld, meta, metadata_of, page_of


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (ld(headline="Short form") + meta("og:title", "The headline"), "<h1>The Headline</h1>", "The Headline"),
        (meta("og:site_name", "The Paper") + "<title>The headline - The Paper</title>", "", "The headline"),
        ("<title>The headline | The Paper</title>", "<h1>The headline</h1>", "The headline"),
        (meta("og:title", "The headline - Politics | Paper") + ld(headline="The headline"), "", "The headline"),
        (meta("og:title", "The headline"), "<h1>Kicker – The headline</h1>", "The headline"),
        ("<title>The headline</title>", "<h1>Paper</h1><h1>Menu</h1>", "The headline"),
        (ld(headline="It goes on and on…"), "<h1>It goes on and on for ever</h1>", "It goes on and on for ever"),
        (ld(headline="A well-known fact: 1-0 is enough"), "", "A well-known fact: 1-0 is enough"),
        # A heading in the breadcrumb is for search engines; the headline is the one above the article.
        (
            ld(headline="The mayor's own headline") + meta("og:title", "Mayor: words for a search engine"),
            "<nav><ul><li><h1>Mayor: words for a search engine</h1></li></ul></nav><h2>The mayor's own headline</h2>",
            "The mayor's own headline",
        ),
        # The kicker is part of the heading, but not of the stated title.
        (
            ld(headline="At the river: The bridge is open") + meta("og:title", "The bridge is open"),
            "<h2><span>At the river</span> <span>The bridge is open</span></h2>",
            "The bridge is open",
        ),
        (ld(headline="The bridge") + meta("og:title", "City: The bridge | News | Paper"), "", "The bridge"),
        (meta("og:title", "The mayor resigns") + "<title>Mayor</title>", "<h1>Mayor goes</h1>", "The mayor resigns"),
        (ld(headline="Search words here") + meta("og:title", "The mayor"), "<h1>The mayor</h1>", "The mayor"),
        # Heading, JSON-LD and <title> print the same field; og:title wins over them unless twitter:title disagrees.
        (meta("og:title", "Short"), ld(headline="In full") + "<title>In full</title><h1>In full</h1>", "Short"),
        (
            meta("og:title", "Short") + meta("twitter:title", "In full") + ld(headline="In full"),
            "<h1>In full</h1>",
            "In full",
        ),
        (ld(headline="In full", alternativeHeadline="Short") + meta("og:title", "Short"), "", "In full"),
        (meta("og:title", "Storm: The bridge holds"), "<h1>Live - The bridge holds</h1>", "The bridge holds"),
        (meta("twitter:title", "The bridge - Paper Online"), "<h1>Rubric</h1>", "The bridge"),
        (meta("article:section", "Sport") + "<title>A cup won - Sport | paper.example</title>", "", "A cup won"),
        ("<title>A cup won - Paper Online</title>", "", "A cup won"),
        (meta("og:title", "Opinion | The mayor's bridge"), "<h1>Opinion</h1>", "Opinion | The mayor's bridge"),
        ("<title>Paper: A cup won</title>", "", "Paper: A cup won"),
        (ld(headline="The anti-drug campaign | Paper"), "<h1>The anti-drug campaign</h1>", "The anti-drug campaign"),
        ("<title>A new anti-drug campaign - Paper Online</title>", "", "A new anti-drug campaign"),
        ("<title>Paper | A cup won</title>", "", "A cup won"),
        (ld(headline="Fire! - Latest") + meta("og:title", "Fire! - Latest"), "<h1>Fire!</h1>", "Fire! - Latest"),
        ("<title>The mayor resigns</title>", "<h1>Everyday wisdom from the quay</h1>", "The mayor resigns"),
        (ld(headline="word " * 21 + "cut"), f"<h1>{'word ' * 21}cut short</h1>", "word " * 21 + "cut short"),
        (meta("og:title", "word " * 21 + "cut"), f"<h1>{'word ' * 21}cut short</h1>", "word " * 21 + "cut short"),
        (meta("og:title", "word " * 9 + "cut"), f"<h1>{'word ' * 9}cut short</h1>", "word " * 9 + "cut"),
        # A quotation mark that is not escaped ends the value of the attribute.
        ('<meta property="og:title" content="The "royal" guest">', "<h1>The “royal” guest</h1>", "The “royal” guest"),
        ("<meta property='og:title' content='The mayor's day'>", "<h1>The mayor's day</h1>", "The mayor's day"),
        (meta("og:title", "Quotes &amp;quot;twice&amp;quot; escaped"), "", 'Quotes "twice" escaped'),
    ],
)  # fmt: skip
def test_the_title_of_news_is_the_wording_most_statements_agree_on(head: str, body: str, title: str) -> None:
    assert metadata_of(head if "ld+json" in head else ld() + head, body).title == title


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        # The heading is what readers see; og:title and <title> are often written for search engines.
        (
            meta("og:title", "Repair a Kettle in 5 Steps (2025)") + "<title>Repair a Kettle in 5 Steps (2025)</title>",
            "<h1>How my grandmother repaired the kettle</h1>",
            "How my grandmother repaired the kettle",
        ),
        ("<title>The kettle - A blog</title>", "<h1>The kettle of my aunt</h1>", "The kettle of my aunt"),
        (
            "<title>The kettle of my aunt | Mypaper</title>" + meta("og:site_name", "Getmypaper"),
            "",
            "The kettle of my aunt",
        ),
        ("<title>The kettle of my aunt | Teapots</title>", "", "The kettle of my aunt | Teapots"),
        # A heading that names something else, or only the kicker, is no title.
        (
            meta("og:title", "How to repair a kettle") + "<title>How to repair a kettle | Blog</title>",
            "<h1>Our magazine</h1>",
            "How to repair a kettle",
        ),
        (meta("og:title", "Opinion | The mayor's new bridge"), "<h1>Opinion</h1>", "Opinion | The mayor's new bridge"),
        # Titles that differ in a word are two wordings of one sentence, and nothing is a kicker.
        (
            meta("og:title", "I mend kettles - it pays to do it well"),
            "<h1>I mend old kettles - it pays to do it well</h1>",
            "I mend old kettles - it pays to do it well",
        ),
    ],
)
def test_the_title_of_another_page_is_what_its_readers_see(head: str, body: str, title: str) -> None:
    assert metadata_of(head, body).title == title


def test_every_title_candidate_lists_its_statements() -> None:
    page = page_of(ld(headline="One") + meta("og:title", "Two"), "<h1>One</h1>")
    head = read_declared(page)
    assert rank_titles(head.article, head.titles, head.site_name_keys) == [
        TitleCandidate("Two", "og:title", ("og:title",), 3),
        TitleCandidate("One", "json-ld", ("json-ld", "h1", "shown"), 3),
    ]
