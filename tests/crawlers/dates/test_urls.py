from __future__ import annotations

from datetime import date

import pytest

from crawlers.dates import day_in_url, days_in_url


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2025/06/30/x", date(2025, 6, 30)),
        ("2025/jun/30/x", date(2025, 6, 30)),
        ("2025/06/30.html", date(2025, 6, 30)),
        ("news/2025-6-3-x", date(2025, 6, 3)),
        ("news/2025-06-30/x", date(2025, 6, 30)),
        ("20250630/x", date(2025, 6, 30)),
        ("x-20250630.html", date(2025, 6, 30)),
        ("x_2025-06-30", date(2025, 6, 30)),
        ("news/30-06-2025", date(2025, 6, 30)),
        ("news/06-30-2025-x", date(2025, 6, 30)),
        ("news/06.06.2025/x", date(2025, 6, 6)),
        ("news/05-06-2025", None),
        ("news/x-30-06-2025", None),
        ("news/30-31-2025", None),
        ("2025/13/30/x", None),
        ("2025/02/30/x", None),
        ("2025/06/x", None),
        ("2025/06/3-reasons", None),
        ("12025063012", None),
        ("the-plan-of-2025-06-30-fails", None),
        ("the-plan-20250630-fails", None),
        ("x?day=2025-06-30", None),
        ("1900/01/01/x", None),
    ],
)
def test_the_day_in_a_url(path: str, day: date | None) -> None:
    assert day_in_url(f"https://2024-01-01.example/{path}") == day


def test_a_month_in_a_url_stands_for_all_its_days() -> None:
    assert days_in_url("https://a.example/2024/02/title") == (date(2024, 2, 1), date(2024, 2, 29))
    assert days_in_url("https://a.example/2024/02/03/title") == (date(2024, 2, 3), date(2024, 2, 3))
    assert days_in_url("https://a.example/title") is None
