from __future__ import annotations

from datetime import date

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
