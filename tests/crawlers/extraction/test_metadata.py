"""The fields beside the text: which statement is believed, and how it is cleaned."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from crawlers.extraction.addresses import canonical_address, web_address
from crawlers.extraction.authors import clean_names
from crawlers.extraction.dates import Known, day_in_address
from crawlers.extraction.language import find_language
from crawlers.extraction.metadata import Metadata, read_head, read_metadata
from crawlers.extraction.moments import parse_moment
from crawlers.extraction.page import Page, read_page
from crawlers.extraction.titles import TitleCandidate, rank_titles

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
        # A heading in the breadcrumb is for search engines; the headline is the one that stands over the article.
        (
            ld(headline="The mayor's own headline") + meta("og:title", "Mayor: words for a search engine"),
            "<nav><ul><li><h1>Mayor: words for a search engine</h1></li></ul></nav><h2>The mayor's own headline</h2>",
            "The mayor's own headline",
        ),
        # The kicker stands in the heading, but not in what the page says is its title.
        (
            ld(headline="At the river: The bridge is open") + meta("og:title", "The bridge is open"),
            "<h2><span>At the river</span> <span>The bridge is open</span></h2>",
            "The bridge is open",
        ),
        (ld(headline="The bridge") + meta("og:title", "City: The bridge | News | Paper"), "", "The bridge"),
        (meta("og:title", "The mayor resigns") + "<title>Mayor</title>", "<h1>Mayor goes</h1>", "The mayor resigns"),
        (ld(headline="Search words here") + meta("og:title", "The mayor"), "<h1>The mayor</h1>", "The mayor"),
        (meta("og:title", "Short"), ld(headline="In full") + "<title>In full</title><h1>In full</h1>", "In full"),
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
        (meta("og:title", "Quotes &amp;quot;twice&amp;quot; escaped"), "", 'Quotes "twice" escaped'),
    ],
)  # fmt: skip
def test_the_title_is_what_the_page_agrees_on(head: str, body: str, title: str) -> None:
    assert metadata_of(head, body).title == title


def test_every_wording_of_the_headline_says_what_speaks_for_it() -> None:
    page = page_of(ld(headline="One") + meta("og:title", "Two"), "<h1>One</h1>")
    head = read_head(page)
    assert rank_titles(head.article, head.titles, head.names) == [
        TitleCandidate("Two", "og:title", ("og:title",), 4),
        TitleCandidate("One", "json-ld", ("json-ld", "h1", "shown"), 4),
    ]


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
    ("url", "day"),
    [
        ("https://a.example/2025/06/30/x", date(2025, 6, 30)),
        ("https://a.example/news/2025-6-3-x", date(2025, 6, 3)),
        ("https://a.example/x-20250630.html", date(2025, 6, 30)),
        ("https://a.example/2025/13/30/x", None),
        ("https://a.example/2025/02/30/x", None),
        ("https://a.example/2025/06/x", None),
        ("https://a.example/12025063012", None),
        ("https://2025-06-30.example/x", None),
    ],
)
def test_the_day_in_an_address(url: str, day: date | None) -> None:
    assert day_in_address(url) == day


@pytest.mark.parametrize(
    ("stated", "at"),
    [
        ("2025-05-03T10:00:01Z", datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC)),
        ("2025-03-05T10:00:01Z", datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC)),
        ("2025-03-06T10:00:01Z", datetime(2025, 3, 6, 10, 0, 1, tzinfo=UTC)),
        ("2024-05-03T10:00:01Z", datetime(2024, 5, 3, 10, 0, 1, tzinfo=UTC)),
    ],
)
def test_day_and_month_that_changed_places_are_put_right_by_the_address(stated: str, at: datetime) -> None:
    found = metadata_of(ld(datePublished=stated), url="https://paper.example/2025/03/05/a-story").published
    assert found is not None
    assert found.at == at


def test_a_date_after_the_fetch_is_passed_over() -> None:
    page = page_of(
        ld(datePublished="2031-01-01T10:00:01Z", dateModified="2031-01-02T10:00:01Z")
        + meta("article:published_time", "2025-01-01T10:00:01Z")
    )
    head = read_head(page)
    late = read_metadata(page, head, Known(datetime(2026, 1, 1, tzinfo=UTC)))
    assert (late.published and late.published.at, late.modified) == (datetime(2025, 1, 1, 10, 0, 1, tzinfo=UTC), None)
    assert ("published_at", "meta") in late.provenance
    only = page_of(ld(datePublished="2031-01-01T10:00:01Z"))
    assert read_metadata(only, read_head(only), Known(datetime(2026, 1, 1, tzinfo=UTC))).published is None


@pytest.mark.parametrize(
    ("head", "at", "origin"),
    [
        ("", datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC), "listing"),
        (ld(datePublished="2025-03-05"), datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC), "json-ld"),
        (ld(datePublished="2025-05-03"), datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC), "json-ld"),
        (ld(datePublished="2025-05-03T11:11:11Z"), datetime(2025, 3, 5, 11, 11, 11, tzinfo=UTC), "json-ld"),
        (ld(datePublished="2025-03-01T11:11:11Z"), datetime(2025, 3, 1, 11, 11, 11, tzinfo=UTC), "json-ld"),
    ],
)
def test_the_date_of_the_listing_fills_in_and_puts_right(head: str, at: datetime, origin: str) -> None:
    page = page_of(head)
    found = read_metadata(page, read_head(page), Known(listed_at=datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC)))
    assert found.published is not None
    assert (found.published.at, dict(found.provenance)["published_at"]) == (at, origin)


def test_a_date_within_a_day_of_the_fetch_stands() -> None:
    page = page_of(ld(datePublished="2026-01-01T10:00:01"))
    assert read_metadata(page, read_head(page), Known(datetime(2026, 1, 1, 1, tzinfo=UTC))).published is not None


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
        (["신현주 기자", "박준석 기자 외 1명"], ("신현주", "박준석")),
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
        (
            "",
            '<div class="byline">By <a>Ada Park</a> and <a>Bo Lind</a> <span>Monday</span></div>',
            ("Ada Park", "Bo Lind"),
        ),
        ("", '<div class="author-box">Follow Twitter</div><p class="author">Ada Park</p>', ("Ada Park",)),
        ("", f'<p class="author">{"Ada Park has written for this paper since its first day. " * 4}</p>', ()),
        (ld(author="The Paper", publisher={"name": "The Paper"}), '<p class="byline">Ada Park</p>', ("The Paper",)),
        (
            ld(author="Redaktion"),
            "<h1>T</h1><div><p>Von <b>Ada Park</b> und Bo Lind, dpa</p></div>",
            ("Ada Park", "Bo Lind"),
        ),
        (ld(author="Redaktion"), "<h1>T</h1><p>By the river stands a house.</p>", ()),
        ("", "<p>By Eva Moe</p><h1>T</h1><p>By Ada Park on Monday</p>", ("Ada Park",)),
        (ld(author="Paper", publisher={"name": "Paper"}) + meta("articleauthor", "Reuters"), "", ("Reuters",)),
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
    assert find_language(declared, text)[0] == language


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
def test_the_section_may_stand_in_the_breadcrumb_alone(crumbs: object, section: str | None) -> None:
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
    assert read_head(page_of(head, '<div class="body locked">text</div>')).is_free.value is is_free
