"""One parser reads the dates of feeds, sitemaps and pages, or refuses them."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest

from crawlers.dates import parse_date, parse_time

MORNING = datetime(2026, 3, 5, 9, tzinfo=UTC)
DAY = datetime(2026, 3, 5, tzinfo=UTC)
CLOCK = datetime(2026, 3, 5, 15, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05T10:00:00+01:00",
        "2026-03-05T10:00:00.000+0100",
        "2026-03-05 10:00:00 +01",
        "2026-03-05T10:00:00.000+01:00[Europe/Vienna]",
        "2026-03-05 10:00:00.364419679 +0100 CET",
        "2026-003-05T09:00:00Z",
        "20260305T090000Z",
        "Thu, 05 Mar 2026 10:00:00 +01:00",
        "Thu, 05 Mar 2026 10:00:00 GMT+0100",
        "Thu, 05 Mar 2026 10:00:00 GMT +0100",
        "Thu, 05 Mar 2026 10:00:00 UTC+1",
        "Thu, 05 Mar 2026 06:00:00 -03",
        "Thu, 05 Mar 2026 07:59:00 -01:01",
        "Thu, 05 Mar 2026 07:59:00 GMT-01:01",
        "Thu, 05 Mar 2026 02:00:00 GMT-07:00",
        "Thu, 05 Mar 2026 10:00:00 Europe/Brussels",
        "Thu, 05 Mar 2026 09:00:00 Etc/GMT",
        "Thu, 05 Mar 2026 10:00:00 MET",
        "Thu, 05 Mar 2026 11:00:00 MEST",
        "Thu, 05 Mar 2026 04:00:00 ET",
        "Thu, 05 Mar 2026 01:00:00 PT",
        "Thu, 05 Mar 2026 14:30:00 IST",
        "5 марта 2026, 12:00 (МСК)",
        "Thu, 05 Mar 26 10:00:00 +0100",
        "Thu, 5 March, 2026 09:00 GMT",
        "Thursday, 05-Mar-26 09:00:00 GMT",
        "Thu Mar 05 2026 10:00:00 GMT+0100 (Central European Standard Time)",
        "Thu Mar  5 09:00:00 +0000 2026",
        "Thu, 2026/03/05 04:00:00 EST",
        "09:00 GMT 5 March 2026",
        "5 March 2026 9:00 AM GMT",
        "Thursday, March 5th, 2026 at 4:00 a.m. EST",
        "Do, 05 Mrz 2026 10:00:00 MEZ",
        "Thu, 05 Mar 2026 10:00:00 +100",
        "2026-03-05 오후 6:00",
        "Thur, 05 Mar 2026 09:00:00 UT",
        "木, 05 3月 2026 18:00:00 +0900",
        "星期四, 05 三月 2026 17:00:00 +0800",
        "March 5, 2026, 16:00 (GMT+7)",
        "1772701200",
        "1772701200.123",
        "1772701200000",
        "/Date(1772701200000)/",
    ],
)
def test_every_form_of_an_offset_gives_the_same_time(text: str) -> None:
    assert parse_time(text) == MORNING


def test_a_zone_of_north_america_has_summer_time() -> None:
    assert parse_time("July 5, 2026 10:30 AM ET") == datetime(2026, 7, 5, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 05 Mar 2026 3:20 PM",
        "2026-03-05 15:20",
        "20260305152000",
        "3:20 pm, 5 March 2026",
        "5. März 2026, 15:20 Uhr",
        "jeudi 5 mars 2026 à 15h20",
        "5 de marzo de 2026 a las 3:20 p. m.",
        "5 de março de 2026 às 15h20",
        "gio, 05 mar 2026 15:20",
        "To, 05 Maa 2026 15:20",
        "5.3.2026 klo 15.20",
        "2026. március 5. 15:20",
        "2026 m. kovo 5 d. 15:20",
        "5 Mart 2026 Perşembe 15:20",
        "15:20, 5 марта 2026 г.",
        "5 березня 2026 р., 15:20",
        "Πέμ, 05 Μαρ 2026 15:20",
        "5 मार्च 2026, 15:20 बजे",
        "٥ مارس ٢٠٢٦ 3:20 م",
        "5 آذار/مارس 2026 15:20",
        "۱۴ اسفند ۱۴۰۴ ۱۵:۲۰",
        "5 มี.ค. 2569 15:20 น.",
        "ngày 5 tháng 3 năm 2026, 15:20",
        "2026年3月5日(木) 15時20分",
        "令和8年3月5日 午後3時20分",
        "2026年3月5日 下午3:20",
        "Pon, 05 mar 2026 15:20:00",
        "５ Ｍａｒｃｈ ２０２６ １５:２０",
    ],
)
def test_a_clock_time_is_read_in_many_languages_scripts_and_calendars(text: str) -> None:
    parsed = parse_date(text)
    assert parsed is not None
    assert (parsed.at, parsed.precision, parsed.zoned) == (CLOCK, "day", False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2026-03-05", ""),
        ("2026/3/5", ""),
        ("20260305", ""),
        ("5.3.2026", ""),
        ("Mar 5, 2026", ""),
        ("Thursday, March 5, 2026", ""),
        ("2026. gada 5. marts", ""),
        ("5 במרץ 2026", ""),
        ("民國115年3月5日", ""),
        ("05/03/2026", "fr"),
        ("1404/12/14", "fa"),
        ("5.3.26", "de"),
        ("26.3.5", "ko"),
        ("2569-03-05", "th"),
        ("05/03/2569", "th"),
        ("2026-03-05+01:00", ""),
        ("05 mar. 2026 00:00:00", ""),
    ],
)
def test_a_day_is_read_without_a_time(text: str, language: str) -> None:
    parsed = parse_date(text, language)
    assert parsed is not None
    assert (parsed.at, parsed.precision) == (DAY, "day")


@pytest.mark.parametrize(
    ("text", "language", "month"),
    [
        ("5 lis 2026", "", None),
        ("5 lis 2026", "pl", 11),
        ("5 lis 2026", "hr", 10),
        ("czw., 5 lis 2026", "", 11),
        ("mar, 03 nov 2026", "", 11),
        ("Ke, 30 Lok 2013 11:34:37 +0000", "", 10),
        ("Ke, 06 Mar 2013 11:34:37 +0000", "", 11),
        ("Wed, 06 Mar 2013 11:34:37 +0000", "", 3),
        ("18 Sept 2018", "", 9),
        ("Thu, 5 lis 2026", "", 11),
        ("Mon, 5 lis 2026", "", 10),
        ("Tue, 5 lis 2026", "", None),
    ],
)
def test_a_name_of_two_months_is_read_in_its_language(text: str, language: str, month: int | None) -> None:
    found = parse_time(text, language)
    assert (found.month if found else None) == month


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/03/2026", (2026, 3, 25)),
        ("03/25/2026", (2026, 3, 25)),
        ("04/04/2026", (2026, 4, 4)),
        ("31.12.26", (2026, 12, 31)),
        ("03-12-31", (2003, 12, 31)),
        ("031231", (2003, 12, 31)),
        ("03335", (2003, 12, 1)),
        ("04366", (2004, 12, 31)),
        ("12/12/2026", (2026, 12, 12)),
        ("1/13/2026", (2026, 1, 13)),
        ("13.12.2026", (2026, 12, 13)),
        ("12.12.2026", (2026, 12, 12)),
        ("4.13.2026", (2026, 4, 13)),
        ("Thursday 20260305", (2026, 3, 5)),
        ("令和元年5月1日", (2019, 5, 1)),
        ("26年3月5日", (2026, 3, 5)),
        ("99年3月5日", (1999, 3, 5)),
        ("5 Mar 99", (1999, 3, 5)),
        ("5 Mar 50", (1950, 3, 5)),
        ("5 Mar 49", (2049, 3, 5)),
        ("5 มี.ค. 69", (2026, 3, 5)),
        ("5 مهر 1404", (2025, 9, 27)),
    ],
)
def test_numbers_are_read_if_only_one_order_gives_a_date(text: str, day: tuple[int, int, int]) -> None:
    assert parse_time(text) == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "2024",
        "2024-05",
        "May 2024",
        "5 May",
        "-03-12",
        "013",
        "22013",
        "03366",
        "03/04/2024",
        "5/003/2026",
        "5/123/2026",
        "5-3-6",
        "005 Mar 2026",
        "5 Mar 026",
        "5 مهر 2026",
        "5 Mar 2569",
        "100年3月5日",
        "2026年3月5日 5",
        "2026年3月5日 soon",
        "03-04-05",
        "05.03.26",
        "2024-13-01",
        "31 Feb 2024",
        "2024-05-14-01",
        "2024-05-14T10:61:00Z",
        "2024-05-14T25:00:00Z",
        "2024-05-14T10:00:00Textra",
        "2024-05-14T10:00:00+zz:00",
        "2024-05-14T10:00:00+00:zz",
        "2024-05-14T10:00:00+25:00",
        "2024-05-14T10:00:00+01:00 Z",
        "Tue, 14 May 2024 1:2:3:4 GMT",
        "Tue, 14 May 2024 13:30 AM",
        "Tue, 14 zzz 2024 10:20:30 GMT",
        "Tue, 14 May 2024 10:20:30 XYZ",
        "Tue, 14 May 2024 10:20:30 A",
        "Tue, 14 May 2024 10:20:30 +0060",
        "Tue, 14 May 2024 10:20:30 Nowhere/Town",
        "Tue, 14 May 2024 and more",
        "Tue, 14 May 99999 10:20:30 GMT",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "1900-01-01T00:00:00Z",
        "1899-12-30",
        "1970-01-01T00:00:00Z",
        "Wed, 31 Dec 1969 19:00:00 -0500",
        "0",
        "0000000000",
        "1404-11-07T11:32:06Z",
        "2569-01-27T11:32:06Z",
        "16 رمضان 1447",
        pytest.param("1 " * 5000, id="long"),
    ],
)
def test_what_is_not_understood_in_full_is_no_date(text: str | None) -> None:
    assert parse_time(text) is None


def test_every_name_of_a_day_stands_before_a_date() -> None:
    tables = tomllib.loads(files("crawlers.dates").joinpath("names.toml").read_text("utf-8"))
    unread = []
    for language, table in tables.items():
        months = table.get("months", "").split("|")
        month = months[2].split()[-1].replace("_", " ") if len(months) == 12 else "/3/"
        for number, forms in enumerate(table.get("days", "").split("|"), start=2):
            for form in forms.split():
                text = f"{form.replace('_', ' ')}, {number} {month} 2026".replace(" /3/ ", "/3/")
                parsed = parse_date(text, language.split("-")[0])
                if parsed is None or parsed.day != date(2026, 3, number):
                    unread.append(text)
    assert not unread


@pytest.mark.parametrize("value", [None, True, [], {}, 12, float("nan"), float("inf")])
def test_other_values_are_no_dates(value: object) -> None:
    assert parse_date(value) is None


def test_midnight_with_an_offset_is_a_day_and_an_instant() -> None:
    parsed = parse_date("2026-03-05T00:00:00+07:00")
    assert parsed is not None
    assert (parsed.at, parsed.precision) == (DAY, "day")
    assert parse_time("2026-03-05T00:00:00+07:00") == datetime(2026, 3, 4, 17, tzinfo=UTC)


def test_seconds_are_kept_in_every_form() -> None:
    for text in (
        "3:20:59 pm, 5 March 2026",
        "2026-03-05T15:20:59",
        "20260305T152059Z",
        "Thu, 05 Mar 2026 15:20:59 GMT",
    ):
        assert parse_time(text) == CLOCK.replace(second=59)
