"""How often a host is requested, depending on how fast it responds."""

from __future__ import annotations

from crawlers.extensions.throttle import next_delay
from crawlers.limits import MAX_THROTTLE_DELAY_SECONDS


def test_a_slow_host_gets_a_longer_delay_and_a_fast_one_the_configured_delay() -> None:
    assert next_delay(1.0, 5.0, 1.0, 200) == 5.0
    assert next_delay(5.0, 0.01, 1.0, 200) == 2.5
    assert next_delay(1.2, 0.01, 1.0, 200) == 1.0
    assert next_delay(0.001, 0.2, 0.001, 200) == 0.001


def test_a_delay_never_falls_below_the_configured_one_nor_rises_above_the_longest() -> None:
    assert next_delay(2.0, 0.0, 2.0, 200) == 2.0
    assert next_delay(1.0, 500.0, 1.0, 200) == MAX_THROTTLE_DELAY_SECONDS
    assert next_delay(90.0, 0.0, 90.0, 200) == 90.0


def test_an_error_page_never_shortens_the_delay() -> None:
    assert next_delay(8.0, 0.01, 1.0, 500) == 8.0
    assert next_delay(8.0, 20.0, 1.0, 500) == 20.0
