"""How the time of nested steps is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.timing import StepTimes

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let some seconds pass."""
    now = [100.0]
    monkeypatch.setattr("flows.timing.time.perf_counter", lambda: now[0])

    def pass_seconds(seconds: float) -> None:
        now[0] += seconds

    return pass_seconds


def test_the_time_of_an_inner_step_does_not_count_for_the_outer_one(wait: Callable[[float], None]) -> None:
    times = StepTimes()
    with times.step("load"):
        wait(3)
        with times.step("duplicates"):
            wait(4)
        wait(1)
        with times.step("duplicates"):
            wait(2)
    wait(9)
    assert times.seconds == {"load": 4, "duplicates": 6}
    assert times.shares(10) == "duplicates 60 %, load 40 %"


def test_a_step_that_ends_in_an_error_counts(wait: Callable[[float], None]) -> None:
    times = StepTimes()

    def fail() -> None:
        with times.step("load"), times.step("stories"):
            wait(2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with times.step("publish"):
        wait(1)
    assert times.seconds == {"load": 0, "stories": 2, "publish": 1}


def test_counts_are_added_by_step(wait: Callable[[float], None]) -> None:
    one, other = StepTimes(), StepTimes()
    for times, steps in ((one, ("load",)), (other, ("load", "extract"))):
        for step in steps:
            with times.step(step):
                wait(2)
    one.add(other)
    assert one.seconds == {"load": 4, "extract": 2}
    assert StepTimes().shares(0) == ""
