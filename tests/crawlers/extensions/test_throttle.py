"""How long hosts are left alone, as a function of what they answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.extensions.throttle import next_delay
from crawlers.limits import MAX_THROTTLE_DELAY_SECONDS
from crawlers.politeness.retry_after import FIRST_WAIT, requested_wait, retry_after

NOW = datetime(2026, 2, 9, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 17 ", 17.0),
        ("Mon, 09 Feb 2026 12:01:30 GMT", 90.0),
        ("Monday, 09-Feb-26 12:01:30 GMT", 90.0),
        ("Mon, 09 Feb 2026 11:00:00 GMT", 0.0),
        ("9" * 400, 999999999.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_only_a_busy_host_is_left_alone_and_longer_each_time_where_it_does_not_say_how_long() -> None:
    assert requested_wait(200, b"60", 0, NOW) is None
    assert requested_wait(503, b"60", 0, NOW) == 60
    assert [requested_wait(429, None, retries, NOW) for retries in range(3)] == [
        FIRST_WAIT,
        2 * FIRST_WAIT,
        4 * FIRST_WAIT,
    ]


def test_a_slow_host_is_asked_less_often_and_a_quick_one_as_configured() -> None:
    assert next_delay(1.0, 5.0, 1.0, 200) == 5.0
    assert next_delay(5.0, 0.01, 1.0, 200) == 2.5
    assert next_delay(1.2, 0.01, 1.0, 200) == 1.0
    assert next_delay(0.001, 0.2, 0.001, 200) == 0.001


def test_a_delay_never_falls_below_the_configured_one_nor_rises_above_the_longest() -> None:
    assert next_delay(2.0, 0.0, 2.0, 200) == 2.0
    assert next_delay(1.0, 500.0, 1.0, 200) == MAX_THROTTLE_DELAY_SECONDS
    assert next_delay(90.0, 0.0, 90.0, 200) == 90.0


def test_an_error_page_does_not_quicken() -> None:
    assert next_delay(8.0, 0.01, 1.0, 500) == 8.0
    assert next_delay(8.0, 20.0, 1.0, 500) == 20.0
