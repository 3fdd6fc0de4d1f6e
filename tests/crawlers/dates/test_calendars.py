from __future__ import annotations

from datetime import date, timedelta

import pytest

from crawlers.dates.calendars import from_persian


@pytest.mark.parametrize(
    ("year", "gregorian"),
    [
        (1375, date(1996, 3, 20)),
        (1399, date(2020, 3, 20)),
        (1400, date(2021, 3, 21)),
        (1403, date(2024, 3, 20)),
        (1404, date(2025, 3, 21)),
        (1405, date(2026, 3, 21)),
        (1409, date(2030, 3, 21)),
    ],
)
def test_the_persian_new_year(year: int, gregorian: date) -> None:
    assert from_persian(year, 1, 1) == gregorian


def test_the_last_month_has_30_days_in_leap_years_only() -> None:
    assert from_persian(1403, 12, 30) == date(2025, 3, 20)
    with pytest.raises(ValueError, match="1404-12-30"):
        from_persian(1404, 12, 30)


def test_each_day_of_the_persian_calendar_follows_the_day_before() -> None:
    day = from_persian(1398, 1, 1)
    for year in range(1398, 1410):
        months = [31] * 6 + [30] * 5 + [30 if year in (1399, 1403, 1408) else 29]
        for month, days in enumerate(months, 1):
            for number in range(1, days + 1):
                assert from_persian(year, month, number) == day
                day += timedelta(days=1)
            for none in (0, days + 1):
                with pytest.raises(ValueError, match=f"{year}-{month}-{none} "):
                    from_persian(year, month, none)
    for none in (0, 13):
        with pytest.raises(ValueError, match=f"1404-{none}-1 "):
            from_persian(1404, none, 1)
