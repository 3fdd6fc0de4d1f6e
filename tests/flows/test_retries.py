"""Steps that are repeated after transient errors, and only after these."""

from __future__ import annotations

import pytest

from crawlers.errors import NewsloomError, TransientError
from flows.retries import retried


@pytest.mark.parametrize(
    ("errors", "calls", "raised"),
    [
        ([], 1, None),
        ([TransientError("away")] * 2, 3, None),
        ([TransientError("away")] * 3, 3, TransientError),
        ([NewsloomError("a mistake")], 1, NewsloomError),
    ],
)
def test_a_step_is_repeated_as_often_as_there_are_delays(
    errors: list[Exception], calls: int, raised: type[Exception] | None
) -> None:
    called = []

    def step(name: str) -> str:
        called.append(name)
        if len(called) <= len(errors):
            raise errors[len(called) - 1]
        return f"{name} is loaded"

    attempt = retried(step, (0.0, 0.0))
    if raised is None:
        assert attempt("s1") == "s1 is loaded"
    else:
        with pytest.raises(raised):
            attempt("s1")
    assert called == ["s1"] * calls
