from __future__ import annotations

from datetime import date

import pytest

from crawlers.dates import find_dates

MARCH, APRIL = date(2026, 3, 5), date(2026, 4, 6)


@pytest.mark.parametrize(
    ("line", "language", "days"),
    [
        ("Published March 5, 2026", "en", [MARCH]),
        ("By Ann Lee · March 5, 2026 10:00 AM EST · 5 min read", "en", [MARCH]),
        ("5 min read March 5, 2026 3 comments", "en", [MARCH]),
        ("Veröffentlicht am 5. März 2026 um 10:30 Uhr | Aktualisiert am 06.04.2026", "de", [MARCH, APRIL]),
        ("Publié le 05/03/2026 à 10h30 - Mis à jour le 06/04/2026", "fr", [MARCH, APRIL]),
        ("پنجشنبه ۱۴ اسفند ۱۴۰۴ - ۱۰:۳۰", "fa", [MARCH]),
        ("公開日 2026年3月5日", "ja", [MARCH]),
        ("Copyright 2026 Harbour Courier", "en", []),
        ("In 2019 the council had 12 members", "en", []),
        ("05/03/2026", "en", []),
        ("x" * 1000 + " 5 March 2026", "en", []),
    ],
)
def test_dates_are_found_in_a_line(line: str, language: str, days: list[date]) -> None:
    assert [found.parsed.day for found in find_dates(line, language)] == days


def test_a_found_date_has_its_time_and_what_is_before_it() -> None:
    (found,) = find_dates("Last updated: March 5, 2026 10:00 AM EST", "en")
    assert (found.parsed.precision, found.before.strip(), found.others) == ("minute", "last updated:", 2)
