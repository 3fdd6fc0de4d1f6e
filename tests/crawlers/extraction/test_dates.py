"""The choice of the dates, and their precision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.dates import parse_date
from crawlers.extraction.dates import FetchContext
from crawlers.extraction.metadata import choose_metadata, read_declared
from tests.crawlers.extraction.statements import ld, meta, metadata_of, page_of


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
def test_a_date_is_read_with_its_zone_and_its_precision(text: object, at: tuple[int, ...], precision: str) -> None:
    parsed = parse_date(text)
    assert parsed is not None
    assert (parsed.at, parsed.precision) == (datetime(*at, tzinfo=UTC), precision)  # type: ignore[arg-type, misc]


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


def test_only_a_byline_time_of_the_same_day_makes_a_day_exact() -> None:
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


def test_without_a_statement_the_day_is_taken_from_the_url() -> None:
    found = metadata_of(url="https://paper.example/2019/07/21/a-long-story-of-the-day").published
    assert found is not None
    assert (found.at, found.precision) == (datetime(2019, 7, 21, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    ("stated", "at"),
    [
        ("2025-05-03T10:00:01Z", datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC)),
        ("2025-03-05T10:00:01Z", datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC)),
        ("2025-03-06T10:00:01Z", datetime(2025, 3, 6, 10, 0, 1, tzinfo=UTC)),
        ("2024-05-03T10:00:01Z", datetime(2024, 5, 3, 10, 0, 1, tzinfo=UTC)),
    ],
)
def test_the_url_corrects_swapped_day_and_month(stated: str, at: datetime) -> None:
    found = metadata_of(ld(datePublished=stated), url="https://paper.example/2025/03/05/a-story").published
    assert found is not None
    assert found.at == at


def test_a_date_after_the_fetch_is_skipped() -> None:
    page = page_of(
        ld(datePublished="2031-01-01T10:00:01Z", dateModified="2031-01-02T10:00:01Z")
        + meta("article:published_time", "2025-01-01T10:00:01Z")
    )
    head = read_declared(page)
    late = choose_metadata(page, head, FetchContext(datetime(2026, 1, 1, tzinfo=UTC)))
    assert (late.published and late.published.at, late.modified) == (datetime(2025, 1, 1, 10, 0, 1, tzinfo=UTC), None)
    assert ("published_at", "meta") in late.provenance
    only = page_of(ld(datePublished="2031-01-01T10:00:01Z"))
    assert choose_metadata(only, read_declared(only), FetchContext(datetime(2026, 1, 1, tzinfo=UTC))).published is None


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
def test_the_date_of_the_listing_completes_and_corrects(head: str, at: datetime, origin: str) -> None:
    page = page_of(head)
    found = choose_metadata(
        page, read_declared(page), FetchContext(listed_at=datetime(2025, 3, 5, 10, 0, 1, tzinfo=UTC))
    )
    assert found.published is not None
    assert (found.published.at, dict(found.provenance)["published_at"]) == (at, origin)


def test_a_date_within_a_day_of_the_fetch_is_accepted() -> None:
    page = page_of(ld(datePublished="2026-01-01T10:00:01"))
    assert (
        choose_metadata(page, read_declared(page), FetchContext(datetime(2026, 1, 1, 1, tzinfo=UTC))).published
        is not None
    )


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
def test_a_modification_is_never_before_the_publication(stated: str, modified: datetime | None) -> None:
    found = metadata_of(ld(datePublished="2025-01-01T10:00:01Z", dateModified=stated)).modified
    assert (found.at if found else None) == modified


@pytest.mark.parametrize("listed", [datetime(1404, 12, 14, 10, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
def test_an_impossible_date_of_the_listing_is_no_date(listed: datetime) -> None:
    page = page_of("", "<h1>The ferry is back</h1><p>March 5, 2026</p>")
    found = choose_metadata(page, read_declared(page), FetchContext(listed_at=listed)).published
    assert found is not None
    assert found.at == datetime(2026, 3, 5, tzinfo=UTC)
    bare = page_of()
    assert choose_metadata(bare, read_declared(bare), FetchContext(listed_at=listed)).published is None


def test_the_language_of_the_page_decides_the_order_of_day_and_month() -> None:
    page = page_of(meta("date", "05/03/2026"))
    page.tree.set("lang", "fr-FR")
    found = choose_metadata(page, read_declared(page))
    assert found.published is not None
    assert (found.published.day.month, dict(found.provenance)["published_at"]) == (3, "meta")


@pytest.mark.parametrize(
    ("modified", "at", "precision"),
    [
        ("2025-03-05T12:30:00+01:00", datetime(2025, 3, 5, 9, tzinfo=UTC), "minute"),
        ("2025-03-05T10:00:00+01:00", datetime(2025, 3, 5, 9, tzinfo=UTC), "minute"),
        ("2025-03-05T12:30:00Z", datetime(2025, 3, 5, 10, tzinfo=UTC), "day"),
        ("2025-06-05T12:30:00+02:00", datetime(2025, 3, 5, 10, tzinfo=UTC), "day"),
    ],
)
def test_a_time_without_zone_is_in_the_publishers_zone(modified: str, at: datetime, precision: str) -> None:
    assert published(ld(datePublished="2025-03-05T10:00:00", dateModified=modified)) == (at, precision)


@pytest.mark.parametrize(
    ("head", "day", "offset"),
    [
        (ld(datePublished="2025-06-30T22:30:00-05:00"), 30, -300),
        (ld(datePublished="2025-07-01T03:30:00Z"), 1, 0),
        (ld(datePublished="2025-07-01T03:30:00Z", dateModified="2025-07-01T09:00:00-05:00"), 30, -300),
        (ld(datePublished="2025-07-01T03:30:00Z") + meta("article:published_time", "2025-06-30T22:30-05:00"), 30, -300),
        (ld(datePublished="2025-07-01T03:30:00Z", dateModified="2026-01-01T09:00:00-06:00"), 1, 0),
        (ld(datePublished="2025-07-01T00:00:00+09:00"), 1, None),
    ],
)
def test_the_day_of_publication_is_that_of_the_publishers_zone(head: str, day: int, offset: int | None) -> None:
    found = metadata_of(head).published
    assert found is not None
    assert (found.day.day, found.utc_offset) == (day, offset)


@pytest.mark.parametrize(
    ("shown", "day", "offset"),
    [
        ("30 June 2025, 10:30 pm", 30, -300),
        ("1 July 2025, 9:00", 1, 330),
        ("1 July 2025, 3:30", 1, 0),
        ("30 June 2025, 10:37 pm", 30, -240),
        ("30 June 2025", 30, -240),
        ("28 June 2025, 10:30 pm", 1, 0),
        ("2 July 2025", 1, 0),
    ],
)
def test_the_time_that_a_page_shows_tells_its_zone(shown: str, day: int, offset: int) -> None:
    headline = "A long story of the day"
    found = metadata_of(
        f"<title>{headline}</title>" + ld(datePublished="2025-07-01T03:30:00Z"),
        f"<h1>{headline}</h1><p>{shown}</p>",
        "https://www.paper.example/a-long-story",
    ).published
    assert found is not None
    assert (found.day.day, found.utc_offset) == (day, offset)


@pytest.mark.parametrize(
    ("time", "url_day", "day", "offset"),
    [
        ("03:30", 30, 30, -240),
        ("03:00", 30, 30, -240),
        ("11:59", 30, 30, -720),
        ("12:00", 30, 1, 0),
        ("22:00", 2, 2, 120),
        ("22:30", 2, 2, 120),
        ("10:00", 2, 2, 840),
        ("09:59", 2, 1, 0),
        ("22:00", 3, 1, 0),
    ],
)
def test_the_day_in_the_url_tells_the_zone_of_a_time_in_utc(time: str, url_day: int, day: int, offset: int) -> None:
    path = f"2025/06/{url_day}" if url_day == 30 else f"2025/07/0{url_day}"
    found = metadata_of(
        ld(datePublished=f"2025-07-01T{time}:00Z"), url=f"https://www.paper.example/{path}/a-long-story"
    ).published
    assert found is not None
    assert (found.day.day, found.utc_offset) == (day, offset)
