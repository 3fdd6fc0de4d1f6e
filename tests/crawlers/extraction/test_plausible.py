"""Values that no publisher meant: templates that were not filled in, identifiers, and what belongs to someone else."""

from __future__ import annotations

import json

import pytest

from crawlers.extraction.urls import canonical_url
from tests.crawlers.extraction.statements import ASKED, ld, meta, metadata_of, page_of

UNFILLED = ["{{ page.author }}", "%author%", "[[author]]", "${author}", "null", "undefined", "None", "[object Object]"]
UNFILLED.append("null null")


@pytest.mark.parametrize("value", UNFILLED)
def test_an_unfilled_value_is_no_author_title_or_description(value: str) -> None:
    head = meta("author", value) + meta("og:title", value) + meta("og:description", value) + "<title>The pool</title>"
    found = metadata_of(head + ld(author={"name": value}, headline=value))
    assert (found.authors, found.title, found.description) == ((), "The pool", None)


@pytest.mark.parametrize(
    "href",
    [
        "{{url}}",
        "/news/null",
        "undefined",
        "https://www.paper.example/%7B%7Bslug%7D%7D",
        "/news/x-long-story-y?id=null",
    ],
)
def test_an_unfilled_canonical_link_is_ignored(href: str) -> None:
    assert canonical_url(page_of(f'<link rel="canonical" href="{href}">')) == ASKED


def test_a_canonical_link_without_a_scheme_names_the_host() -> None:
    link = '<link rel="canonical" href="www.paper.example/news/2025/another-long-story">'
    assert canonical_url(page_of(link)) == "https://www.paper.example/news/2025/another-long-story"


def test_links_are_relative_to_the_base_element() -> None:
    head = '<base href="https://www.paper.example/archive/"><link rel="canonical" href="a-very-long-story-12345">'
    found = metadata_of(head + meta("og:image", "pool.jpg"))
    assert found.url == "https://www.paper.example/archive/a-very-long-story-12345"
    assert found.image_url == "https://www.paper.example/archive/pool.jpg"


def test_markup_and_paths_in_authors_are_not_names() -> None:
    links = "&lt;a href='/by/ada'&gt;Ada Park&lt;/a&gt;, &lt;a href='/by/li'&gt;Li Wei&lt;/a&gt;"
    assert metadata_of(meta("author", links)).authors == ("Ada Park", "Li Wei")
    assert metadata_of(meta("og:author", "Ada Park")).authors == ("Ada Park",)
    assert metadata_of(meta("author", "/authors/ada-park")).authors == ()


@pytest.mark.parametrize("name", ["Array", "false", "Author Name", "No author", "Firstname Lastname", "Anonymous"])
def test_what_a_template_has_in_place_of_a_name_is_no_author(name: str) -> None:
    assert metadata_of(meta("author", name)).authors == ()


@pytest.mark.parametrize("of", ["meta", "json-ld"])
def test_a_placeholder_among_keywords_costs_no_other(of: str) -> None:
    listed = "harbour, {{tag}}, breakwater, null"
    found = metadata_of(meta("keywords", listed) if of == "meta" else ld(keywords=listed))
    assert found.tags == ("harbour", "breakwater")


def test_references_in_json_ld_are_resolved() -> None:
    graph = [
        {"@type": "NewsArticle", "headline": "The pool", "author": {"@id": "#ada"}, "image": {"@id": "#image"}},
        {"@type": "Person", "@id": "#ada", "name": "Ada Park"},
        {"@type": "ImageObject", "@id": "#image", "url": "https://www.paper.example/pool.jpg"},
    ]
    found = metadata_of(f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>')
    assert (found.authors, found.image_url) == (("Ada Park",), "https://www.paper.example/pool.jpg")


def test_who_comments_is_no_author() -> None:
    comment = (
        '<div class="comment"><b class="comment-author">Grim Reader</b><meta itemprop="author" content="A B"></div>'
    )
    assert metadata_of(body=f"<h1>The pool</h1><p>Text.</p>{comment}").authors == ()


def test_tags_are_topics() -> None:
    keywords = "Swimming, 100312362, 98be933f-38cf-4fba-b6c6-ad438e82010a, NLP Category: General, template: 4"
    assert metadata_of(meta("keywords", f"{keywords}, fullwidthheaderimageleftinset")).tags == ("Swimming",)
    assert metadata_of(meta("keywords", "pool council heating energy roof signatures mayor")).tags[:2] == (
        "pool",
        "council",
    )


def test_a_title_that_is_cut_or_the_name_of_the_site_yields_to_the_heading() -> None:
    heading = "<h1>Council keeps the pool open after a debate until midnight</h1>"
    whole = "Council keeps the pool open after a debate until midnight"
    assert metadata_of(meta("og:title", "Council keeps the pool open after a deb..."), heading).title == whole
    site = meta("og:site_name", "The Paper") + meta("og:title", "The Paper")
    assert metadata_of(site, heading).title == whole


@pytest.mark.parametrize(
    "heading",
    ["Council keeps<br>the pool open", "<span>City</span><span>Council keeps the pool open</span>"],
)
def test_words_of_a_heading_are_not_joined(heading: str) -> None:
    found = metadata_of("<title>Council keeps the pool open</title>", f"<h1>{heading}</h1>")
    assert found.title == "Council keeps the pool open"
