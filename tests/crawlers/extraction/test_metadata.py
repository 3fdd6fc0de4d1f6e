"""The fields beside the text: which statement is believed, and how it is cleaned."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawlers.extraction.addresses import canonical_address, web_address
from crawlers.extraction.authors import clean_names
from crawlers.extraction.dates import parse_moment
from crawlers.extraction.language import choose_language
from crawlers.extraction.metadata import Metadata, read_head, read_metadata
from crawlers.extraction.page import Page, read_page

ASKED = "https://www.paper.example/news/2025/a-long-story-of-the-day"
GERMAN = "Der Stadtrat hat am Abend nach langer Aussprache beschlossen, die alte Brücke über den Fluss zu erhalten."
NORWEGIAN = "Kommunestyret vedtok sent i går kveld å bevare den gamle broen over elven, etter en lang debatt i salen."


def page_of(head: str = "", body: str = "", url: str = ASKED) -> Page:
    page = read_page(f"<html><head>{head}</head><body>{body}<p>text</p></body></html>".encode(), url)
    assert isinstance(page, Page)
    return page


def metadata_of(head: str = "", body: str = "", url: str = ASKED) -> Metadata:
    page = page_of(head, body, url)
    return read_metadata(page, read_head(page))


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


# ---- JSON-LD


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "NewsArticle", "headline": "Found it"}',
        '[{"@type": "WebSite"}, {"@type": ["CreativeWork", "https://schema.org/NewsArticle"], "headline": "Found it"}]',
        '{"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "Report", "headline": "Found it"}}]}',
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
def test_json_ld_that_says_nothing_is_left_out(text: str) -> None:
    assert (
        metadata_of(f'<script type="application/ld+json">{text}</script><title>The title</title>').title == "The title"
    )


def test_of_several_articles_in_json_ld_the_one_shown_counts() -> None:
    head = ld(headline="Another story", datePublished="2020-01-01T10:00:01Z") + ld(
        headline="This story", datePublished="2025-01-01T10:00:01Z"
    )
    found = metadata_of(head, "<h1>This story</h1>")
    assert (found.title, found.published and found.published.at.year) == ("This story", 2025)


def test_two_nodes_of_one_article_complete_each_other() -> None:
    found = metadata_of(
        ld(headline="One", author="Ada Park") + ld(headline="One", author="Web Desk", articleSection="Science")
    )
    assert (found.authors, found.section) == (("Ada Park",), "Science")


# ---- titles


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
        (meta("og:title", "Quotes &amp;quot;twice&amp;quot; escaped"), "", 'Quotes "twice" escaped'),
    ],
)  # fmt: skip
def test_the_title_is_what_the_page_agrees_on(head: str, body: str, title: str) -> None:
    assert metadata_of(head, body).title == title


# ---- dates


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2024-08-05T20:59:59+02:00", (2024, 8, 5, 18, 59, 59), "second"),
        ("2024-08-05 20:59:59 +02:00", (2024, 8, 5, 18, 59, 59), "second"),
        ("2024-08-05T20:59:59.123456+0200", (2024, 8, 5, 18, 59, 59), "second"),
        ("2024-08-05T20:59:00Z", (2024, 8, 5, 20, 59), "minute"),
        ("2024-08-05T20:59-03", (2024, 8, 5, 23, 59), "minute"),
        ("2024-08-05", (2024, 8, 5), "day"),
        ("2024/8/5", (2024, 8, 5), "day"),
        ("20240805", (2024, 8, 5), "day"),
        ("2024-08-05T00:00:00+02:00", (2024, 8, 5), "day"),
        ("2024-08-05 20:59:59.0", (2024, 8, 5, 20, 59, 59), "day"),
        ("05.08.2024, 20:59", (2024, 8, 5, 20, 59), "day"),
        ("Mon, 05 Aug 2024 20:59:59 +0200", (2024, 8, 5, 18, 59, 59), "second"),
        ("Mon Aug 05 2024 20:59:59 GMT+0200 (CEST)", (2024, 8, 5, 18, 59, 59), "second"),
        ("1722884399", (2024, 8, 5, 18, 59, 59), "second"),
        (1722884399000, (2024, 8, 5, 18, 59, 59), "second"),
    ],
)
def test_a_date_is_read_with_its_zone_and_no_more_precision_than_it_has(
    text: object, at: tuple[int, ...], precision: str
) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert (moment.at, moment.precision) == (datetime(*at, tzinfo=UTC), precision)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "03/04/2024",
        "2024-13-01",
        "2024-02-30",
        "0001-01-01T00:00:00Z",
        "2024",
        "12",
        "9" * 500,
        None,
        True,
        [],
        {},
        "2999-01-01",
    ],
)
def test_what_is_no_date_or_could_be_two_is_not_read(text: object) -> None:
    assert parse_moment(text) is None


def published(head: str, body: str = "") -> tuple[datetime | None, str | None]:
    found = metadata_of(head, body).published
    return (found.at, found.precision) if found else (None, None)


def test_json_ld_comes_before_meta_and_meta_before_marked_times() -> None:
    third = '<time itemprop="datePublished" datetime="2023-03-03T03:03:03Z"></time>'
    second = meta("article:published_time", "2022-02-02T02:02:02Z")
    assert published(ld(datePublished="2021-01-01T01:01:01Z") + second, third)[0] == datetime(
        2021, 1, 1, 1, 1, 1, tzinfo=UTC
    )
    assert published(second, third)[0] == datetime(2022, 2, 2, 2, 2, 2, tzinfo=UTC)
    assert published("", third)[0] == datetime(2023, 3, 3, 3, 3, 3, tzinfo=UTC)


def test_a_day_is_made_exact_by_the_time_in_the_byline_of_that_day_only() -> None:
    byline = (
        '<h1>T</h1><time datetime="2025-06-30T07:48:14+02:00"></time><time datetime="2025-06-29T09:09:09+02:00"></time>'
    )
    assert published(ld(datePublished="2025-06-30"), byline) == (datetime(2025, 6, 30, 5, 48, 14, tzinfo=UTC), "second")
    assert published(ld(datePublished="2025-06-29"), byline) == (datetime(2025, 6, 29, tzinfo=UTC), "day")


def test_a_time_without_zone_gets_it_from_another_statement_of_the_same_minute() -> None:
    naive = ld(datePublished="2023-04-28 18:11:01.0")
    assert published(naive + meta("date", "2023-04-28T18:11:01+02:00")) == (
        datetime(2023, 4, 28, 16, 11, 1, tzinfo=UTC),
        "second",
    )
    assert published(naive + meta("date", "2023-04-28T18:17:01+02:00")) == (
        datetime(2023, 4, 28, 18, 11, 1, tzinfo=UTC),
        "day",
    )


def test_without_any_statement_the_day_is_found_in_the_address() -> None:
    found = metadata_of(url="https://paper.example/2019/07/21/a-long-story-of-the-day").published
    assert found is not None
    assert (found.at, found.precision) == (datetime(2019, 7, 21, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    ("stated", "modified"),
    [
        ("2025-01-02T10:00:00Z", datetime(2025, 1, 2, 10, tzinfo=UTC)),
        ("2025-01-01T09:00:00Z", None),
        ("2025-01-01", datetime(2025, 1, 1, 10, 0, 1, tzinfo=UTC)),
        ("2024-12-31", None),
        ("nonsense", None),
    ],
)
def test_a_change_never_lies_before_the_publication(stated: str, modified: datetime | None) -> None:
    found = metadata_of(ld(datePublished="2025-01-01T10:00:01Z", dateModified=stated)).modified
    assert (found.at if found else None) == modified


# ---- authors


@pytest.mark.parametrize(
    ("bylines", "names"),
    [
        (["By Ana Gómez and Li Wei (dpa)"], ("Ana Gómez", "Li Wei")),
        (["Von Jana Öztürk, Kai von der Heide"], ("Jana Öztürk", "Kai von der Heide")),
        (["Par Élodie Petit et Luc Roy"], ("Élodie Petit", "Luc Roy")),
        (["Anna Kowalska; Jan Nowak", "anna kowalska"], ("Anna Kowalska", "Jan Nowak")),
        (["Ada Park ada.park@paper.example @adapark"], ("Ada Park",)),
        (["https://social.example/adapark"], ()),
        (["山田太郎、鈴木花子"], ("山田太郎", "鈴木花子")),
        (["Sandy Byrne"], ("Sandy Byrne",)),
        (["12345", "", "  ", "A sentence that is much too long to be the name of anybody at all"], ()),
    ],
)
def test_names_are_split_and_cleaned(bylines: list[str], names: tuple[str, ...]) -> None:
    assert clean_names(bylines) == names


@pytest.mark.parametrize(
    ("head", "body", "names"),
    [
        (ld(author=[{"@type": "Person", "name": "Ada Park"}, {"name": "Bo Lind"}]), "", ("Ada Park", "Bo Lind")),
        (ld(author="Ada Park, Bo Lind"), "", ("Ada Park", "Bo Lind")),
        (ld(author={"@type": "Person", "givenName": "Ada", "familyName": "Park"}), "", ("Ada Park",)),
        (ld(author=[{"@type": "Person", "name": "Ada Park"}, "Reuters"]), "", ("Ada Park",)),
        (ld(author={"@type": "Organization", "name": "The Paper"}) + meta("author", "Ada Park"), "", ("Ada Park",)),
        (meta("og:site_name", "The Paper") + meta("author", "The Paper Online, Ada Park"), "", ("Ada Park",)),
        (ld(author={"@type": "Organization", "name": "dpa"}), "", ("dpa",)),
        (ld(author="Redaktion"), "", ()),
        (meta("article:author", "https://social.example/paper") + meta("author", "Ada Park"), "", ("Ada Park",)),
        ("", '<a rel="author" href="/p">Ada Park</a>', ("Ada Park",)),
        (ld(author=[[[[["too", "deep"]]]], 5, None, {"name": None}]), "", ()),
    ],
)
def test_authors_are_the_persons_named(head: str, body: str, names: tuple[str, ...]) -> None:
    assert metadata_of(head, body).authors == names


# ---- language


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        (["de-AT"], GERMAN, "de"),
        (["en"], GERMAN, "de"),
        ([None, "", "xx", "pt_BR"], "Obrigado", "pt"),
        (["nb-NO"], NORWEGIAN, "no"),
        (["da"], NORWEGIAN, "da"),
        ([], GERMAN, "de"),
        ([], "1:0", None),
        (["iw"], "שלום", "he"),
    ],
)
def test_a_declared_language_holds_unless_the_text_clearly_speaks_another(
    declared: list[str | None], text: str, language: str | None
) -> None:
    assert choose_language(declared, text) == language


# ---- addresses


@pytest.mark.parametrize(
    ("canonical", "url", "expected"),
    [
        ("/news/2025/a-long-story-of-the-day", ASKED + "?page=2", ASKED),
        (
            "https://paper.example/news/2025/a-long-story-of-the-day",
            ASKED,
            "https://paper.example/news/2025/a-long-story-of-the-day",
        ),
        ("http://www.paper.example/news/2025/a-long-story-of-the-day", ASKED, ASKED),
        (ASKED, ASKED + "/amp", ASKED),
        (ASKED, ASKED + "/page/2", ASKED),
        ("https://www.paper.example/short-form-of-it-71234", ASKED, "https://www.paper.example/short-form-of-it-71234"),
        ("https://www.paper.example/", ASKED, ASKED),
        ("https://www.paper.example/news", ASKED, ASKED),
        ("https://www.paper.example/news/2025", ASKED, ASKED),
        ("https://other.example/news/2025/a-long-story-of-the-day", ASKED, ASKED),
        ("javascript:void(0)", ASKED, ASKED),
        ("https://[broken/x", ASKED, ASKED),
        ("", ASKED, ASKED),
    ],
)
def test_the_canonical_link_counts_where_it_can_be_true(canonical: str, url: str, expected: str) -> None:
    assert canonical_address(page_of(f'<link rel="canonical" href="{canonical}">', url=url)) == expected


def test_og_url_counts_where_there_is_no_canonical_link() -> None:
    assert canonical_address(page_of(meta("og:url", ASKED), url=ASKED + "/amp")) == ASKED


@pytest.mark.parametrize(
    "value",
    [None, "", "data:image/png;base64,AAAA", "http://", "https://a b/c", "https://[1/x", "https://a.example/\ud800"],
)
def test_what_is_no_web_address_is_left_out(value: str | None) -> None:
    assert web_address(value, ASKED) is None


# ---- the rest


def test_section_tags_image_and_description_come_from_json_ld_then_meta() -> None:
    stated = ld(
        articleSection=["Science", "Space"],
        keywords="comets, Comets; orbits",
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
    ("head", "is_free"),
    [
        (ld(isAccessibleForFree=False), False),
        (ld(isAccessibleForFree="True"), True),
        (ld(isAccessibleForFree="http://schema.org/False"), False),
        (ld(isAccessibleForFree=""), None),
        (meta("article:content_tier", "metered"), False),
        (meta("article:content_tier", "free"), True),
        ("", None),
    ],
)
def test_is_free_is_what_the_page_declares(head: str, is_free: bool | None) -> None:
    assert read_head(page_of(head)).is_free is is_free
