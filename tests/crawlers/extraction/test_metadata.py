"""JSON-LD in all its forms, and the fields that `metadata` chooses itself."""

from __future__ import annotations

import json

import pytest

from crawlers.extraction.metadata import read_declared
from tests.crawlers.extraction.statements import ld, meta, metadata_of, page_of


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "NewsArticle", "headline": "Found it"}',
        '[{"@type": "WebSite"}, {"@type": ["CreativeWork", "https://schema.org/NewsArticle"], "headline": "Found it"}]',
        '{"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "ReportageNewsArticle", "headline": "Found it"}}]}',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Found it"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "Found it", "keywords": ["a",],}',
        '{"@type": "NewsArticle", "description": "two\nlines", "headline": "Found it"};',
        '{"@type": "NewsArticle", "headline": "Found it"}}',
        '{"@type": "NewsArticle", "headline": "<b>Found</b>&nbsp;it"}',
    ],
)
def test_json_ld_is_read_in_all_its_shapes(text: str) -> None:
    assert metadata_of(f'<script type="application/ld+json">{text}</script><title>Lost</title>').title == "Found it"


@pytest.mark.parametrize(
    "text", ["", "{", "[[[[", "null", '"NewsArticle"', '{"@type": 5}', '{"@type": "NewsArticle", "headline": 5}']
)
def test_invalid_json_ld_is_skipped(text: str) -> None:
    assert (
        metadata_of(f'<script type="application/ld+json">{text}</script><title>The title</title>').title == "The title"
    )


def test_among_several_articles_in_json_ld_the_one_shown_is_chosen() -> None:
    head = ld(headline="Another story", datePublished="2020-01-01T10:00:01Z") + ld(
        headline="This story", datePublished="2025-01-01T10:00:01Z"
    )
    found = metadata_of(head, "<h1>This story</h1>")
    assert (found.title, found.published and found.published.at.year) == ("This story", 2025)


def test_two_nodes_of_the_same_article_are_merged() -> None:
    found = metadata_of(
        ld(headline="One", author="Ada Park") + ld(headline="One", author="Web Desk", articleSection="Science")
    )
    assert (found.authors, found.section) == (("Ada Park",), "Science")


def test_section_tags_image_and_description_come_from_json_ld_then_meta() -> None:
    stated = ld(
        articleSection=["Science", "Space"],
        keywords="comets, #Comets; orbits, Paper",
        image=[{"url": "//img.example/c.jpg"}],
        description="From &amp; of it",
    )
    found = metadata_of(stated)
    assert (found.section, found.tags, found.image_url, found.description) == (
        "Science",
        ("comets", "orbits"),
        "https://img.example/c.jpg",
        "From & of it",
    )
    other = metadata_of(
        meta("article:section", "Sport")
        + meta("article:tag", "rowing")
        + meta("article:tag", "cups")
        + meta("og:image", "/a.jpg")
    )
    assert (other.section, other.tags, other.image_url, other.description) == (
        "Sport",
        ("rowing", "cups"),
        "https://www.paper.example/a.jpg",
        None,
    )


@pytest.mark.parametrize(
    ("crumbs", "section"),
    [
        ([{"name": "Home"}, {"name": "Sport"}, {"name": "Rowing"}, {"name": "A cup won"}], "Sport"),
        (
            [{"item": {"@id": "https://www.paper.example/", "name": "Zum Anfang"}}, {"item": {"name": "Kultur"}}],
            "Kultur",
        ),
        ([{"name": "Paper", "item": "https://www.paper.example/start"}, {"name": "A cup won"}], None),
        (["Sport", 5, None], None),
        ({"name": "Sport"}, None),
    ],
)
def test_the_section_may_come_from_the_breadcrumb(crumbs: object, section: str | None) -> None:
    head = json.dumps({"@type": "BreadcrumbList", "itemListElement": crumbs})
    found = metadata_of(f'<script type="application/ld+json">{head}</script>', "<h1>A cup won</h1>")
    assert found.section == section


@pytest.mark.parametrize(
    ("head", "is_free"),
    [
        (ld(isAccessibleForFree=False), False),
        (ld(isAccessibleForFree="True"), True),
        (ld(isAccessibleForFree="http://schema.org/False"), False),
        (ld(isAccessibleForFree=""), None),
        (ld(isAccessibleForFree=True, hasPart={"isAccessibleForFree": False, "cssSelector": ".locked"}), False),
        (ld(isAccessibleForFree=True, hasPart={"isAccessibleForFree": False, "cssSelector": ".absent"}), True),
        (ld(isAccessibleForFree=True, hasPart=[{"isAccessibleForFree": True, "cssSelector": ".locked"}, 5]), True),
        (meta("article:content_tier", "metered"), False),
        (meta("article:content_tier", "free"), True),
        ("", None),
    ],
)
def test_is_free_is_what_the_page_declares(head: str, is_free: bool | None) -> None:
    assert read_declared(page_of(head, '<div class="body locked">text</div>')).is_free.value is is_free
