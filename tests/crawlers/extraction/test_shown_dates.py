"""Of the dates that a page shows, the one beside the headline is the publication."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.crawlers.extraction.statements import ld, meta, metadata_of

HEADLINE = "<h1>Ferry line to the islands reopens</h1>"
TEXT = f"<p>{'The ferry left the quay in the morning with two hundred passengers on board. ' * 3}</p>"
MENU = "".join(f"<div><a href='/{section}'>{section}</a></div>" for section in "abcdefghijkl")
DAY = datetime(2026, 3, 5, tzinfo=UTC)
TIME = '<time datetime="2026-03-05T10:00:00Z">5 March</time>'


def published(body: str, head: str = "") -> tuple[datetime | None, str | None]:
    found = metadata_of(f'<meta charset="utf-8">{head}', body)
    return found.published.at if found.published else None, dict(found.provenance).get("published_at")


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{HEADLINE}<p>Published March 5, 2026</p>{TEXT}</article>",
        f"<article><p class='kicker'>Harbour | March 5, 2026</p>{HEADLINE}{TEXT}</article>",
        f"<header>Friday, March 20, 2026</header><main>{HEADLINE}<div>By Ann Lee</div><i>5 March 2026</i>{TEXT}</main>",
        f"<article>{HEADLINE}<p>Updated March 6, 2026</p><p>Published: 5 March 2026</p>{TEXT}</article>",
        f"<article>{HEADLINE}<p>Updated March 6, 2026 · Published: 5 March 2026</p>{TEXT}</article>",
        f"<article>{HEADLINE}<footer><span>5. März 2026</span></footer>{TEXT}</article>",
        f"<div>{HEADLINE}</div><div><div><ul><li>2026年3月5日</li></ul></div></div>{TEXT}",
        f"<article>{HEADLINE}<p>Ann Lee, 5.3.26</p>{TEXT}</article>",
        f"<div class='teaser-meta'><a href='/a/lee'>Ann Lee</a> / 5.3.2026</div>{HEADLINE}{TEXT}",
        f"<article>{HEADLINE}{TEXT}</article><aside><div>Topic: ships</div><div>5 March 2026</div></aside>",
        f"<article>{HEADLINE}{TEXT}</article><p>Dieser Beitrag wurde am Donnerstag, 5. März 2026 veröffentlicht.</p>",
        f"<article>{HEADLINE}{TEXT}</article><p>This entry was posted on Thursday, March 5th, 2026 and is filed under"
        f" Harbour. {'You can follow any responses to it through the feed of this page. ' * 4}</p>",
    ],
)
def test_a_date_beside_the_headline_is_the_publication(body: str) -> None:
    assert published(body) == (DAY, "text")


@pytest.mark.parametrize(
    "body",
    [
        f"<header><time datetime='2026-03-20T08:00:00Z'>Today</time></header><article>{HEADLINE}{TEXT}</article>",
        f"<div class='masthead'>Friday, March 20, 2026</div><article>{HEADLINE}{TEXT}</article>",
        f"<article>{HEADLINE}{TEXT}</article><div class='comments'>{TIME}<p>First!</p></div>",
        f"<article>{HEADLINE}{TEXT}<aside><ul><li><a href='/x'>Other</a> {TIME}</li></ul></aside></article>",
        f"<article>{HEADLINE}{TEXT}</article><aside><a href='/x'>Other</a> 11 Feb 2019</aside>",
        f"<article>{HEADLINE}{TEXT}</article><div class='sidebar'><h3><a href='/x'>Other</a></h3><p>5.2.2019</p></div>",
        f"<aside class='weather'>5 March 2026</aside><article>{HEADLINE}{TEXT}</article>",
        f"<article>{HEADLINE}<p>Version 5.3.26.1 of the timetable, see page 1/28/22/4</p>{TEXT}</article>",
        f"<article>{HEADLINE}<div class='related-items'><a href='/x'>X</a> {TIME}</div>{TEXT}</article>",
        f"<article>{HEADLINE}<p>{'The line was opened in town on 11 May 2019 by the king. ' * 3}</p></article>",
    ],
)
def test_the_date_of_anything_else_is_not_the_publication(body: str) -> None:
    assert published(body) == (None, None)


@pytest.mark.parametrize("zero", ["1970-01-01T00:00:00Z", "1900-01-01", "0001-01-01T00:00:00", "1404-12-14T10:00:00Z"])
def test_a_time_below_the_headline_replaces_a_zero_in_json_ld(zero: str) -> None:
    found = published(f"<article>{HEADLINE}{TIME}{TEXT}</article>", ld(datePublished=zero))
    assert found == (datetime(2026, 3, 5, 10, tzinfo=UTC), "time")


def test_a_shown_date_comes_before_a_day_in_prose_in_json_ld() -> None:
    stated = ld(datePublished="Jun 24, 2026")
    assert published(f"<article>{HEADLINE}<p>March 5, 2026</p>{TEXT}</article>", stated) == (DAY, "text")
    assert published(f"<article>{HEADLINE}{TEXT}</article>", stated) == (datetime(2026, 6, 24, tzinfo=UTC), "json-ld")


def test_a_deeply_nested_page_is_read() -> None:
    body = "<div>" * 1200 + HEADLINE + "<span>" * 50 + "5 March 2026" + "</span>" * 50
    assert published(body) == (DAY, "text")


@pytest.mark.parametrize(
    "other",
    [
        f"<div id='date'>Friday, March 20, 2026</div>{MENU}@",
        f"<div><b>The Courier</b> <i>Friday, March 20, 2026</i></div>{MENU}@",
        f"<table><tr><td>Friday, March 20, 2026</td></tr></table>{MENU}@",
        "@<div class='posts'><b>Bob</b> <time datetime='2026-03-06T10:00:00Z'>6 March</time> First!</div>",
        "@<section><h2>Read more</h2><a href='/x'>Other</a> <time datetime='2026-03-09'>9 March</time></section>",
        "@<p><a href='/x'>Ships and quays of the old harbour</a> <time datetime='2026-03-09'>9 March</time></p>",
        "@<p>The next meeting is on March 30, 2026.</p>",
        "@<p>Updated March 6, 2026</p>",
    ],
)
def test_neither_masthead_nor_comment_nor_teaser_outweighs_the_date_beside_the_headline(other: str) -> None:
    article = f"<article>{HEADLINE}<p>By Ann Lee, 5 March 2026</p>{TEXT}{TEXT}</article>"
    assert published(other.replace("@", article))[0] == DAY


def test_a_date_in_a_general_meta_element_yields_to_one_beside_the_headline() -> None:
    general = meta("date", "2026-03-20")
    assert published(f"<article>{HEADLINE}<p>5 March 2026</p>{TEXT}</article>", general) == (DAY, "text")
    assert published(f"<article>{HEADLINE}{TEXT}</article>", general) == (datetime(2026, 3, 20, tzinfo=UTC), "meta")
    both = general + meta("article:published_time", "2026-03-18")
    assert published(f"<article>{HEADLINE}<p>5 March 2026</p>{TEXT}</article>", both)[1] == "meta"


@pytest.mark.parametrize(
    "line",
    [
        "<svg></svg> 5 March 2026",
        "Posted by <b>Ann</b><br>5 March 2026",
        "<span>5 March 2026</span><span>12:44</span>",
        "5 March 2026 <div>Harbour</div>",
    ],
)
def test_a_date_is_found_between_the_elements_of_a_line(line: str) -> None:
    found, origin = published(f"<article>{HEADLINE}<div>{line}</div>{TEXT}</article>")
    assert found is not None
    assert (found.date(), origin) == (DAY.date(), "text")


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{HEADLINE}{TEXT}{TEXT}<p class='byline'>By Ann Lee, 5 March 2026</p></article>",
        f"<article>{HEADLINE}{TEXT}{TEXT}<p>Published on 5 March 2026</p></article>",
        f"<form><h1><time>5 March 2026</time> Ferry line to the islands reopens</h1>{TEXT}</form>",
    ],
)
def test_a_date_that_is_marked_or_labelled_is_found_anywhere_in_the_article(body: str) -> None:
    assert published(body) == (DAY, "text")


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("<div><i>5 March 2026</i></div>", DAY),
        ("<div><i>5 March 2026</i></div><div>11 February 2019</div>", DAY),
        ("<nav><div>5 March 2026</div></nav>", None),
    ],
)
def test_a_date_alone_in_its_block_is_the_publication_where_there_is_no_other(end: str, day: datetime | None) -> None:
    assert published(f"<div>{HEADLINE}{TEXT}{TEXT}</div>{end}")[0] == day
