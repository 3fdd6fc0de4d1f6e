from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.dashboard.rendering import count, lag, percent, web_url, when

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("url", ["https://courier.example/a", "HTTP://courier.example"])
def test_urls_of_the_web_may_become_links(url: str) -> None:
    assert web_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//evil.example",
        "http://[",
        None,
    ],
)
def test_anything_else_stays_text(url: str | None) -> None:
    assert web_url(url) == ""


def test_times_are_as_precise_as_they_are_known() -> None:
    assert when(NOON) == "5 Mar 2026, 12:00"
    assert when(NOON, "day") == "5 Mar 2026"
    assert when(NOON, "seen") == "seen 5 Mar 2026, 12:00"
    assert when(NOON, "minute", NOON.date()) == "12:00"
    assert when(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(12, "12 s"), (2400, "40 min"), (7500, "2 h 5 min"), (7200, "2 h"), (273_600, "3 d 4 h")],
)
def test_durations_have_two_units(seconds: int, shown: str) -> None:
    assert lag(timedelta(seconds=seconds)) == shown


def test_numbers_and_shares() -> None:
    assert [count(value) for value in (1234567, 2.0, 2.25, None)] == ["1,234,567", "2", "2.2", "–"]
    assert [percent(value) for value in (0.0, 0.034, 0.5, 1.0, None)] == ["0%", "3.4%", "50%", "100%", "–"]
