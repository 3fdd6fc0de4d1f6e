"""How long a busy host is left alone, by its Retry-After and without one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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
        ("Fri, 27 Feb 2026 10:00:00 +99999999999999999", None),
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
