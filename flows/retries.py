"""How often a step is repeated after a transient error: by Prefect in a flow run, by `retried` elsewhere."""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from crawlers.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# Seconds before each new attempt, after a transient error.
SHORT_RETRIES = (5.0, 5.0)
LONG_RETRIES = (1.0, 10.0, 60.0)


def retried(run: Callable[Parameters, Result], delays: Sequence[float]) -> Callable[Parameters, Result]:
    """Repeat a function after each TransientError, after these delays in seconds; the last error is raised."""

    @wraps(run)
    def attempt(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        for delay in delays:
            try:
                return run(*args, **kwargs)
            except TransientError:
                time.sleep(delay)
        return run(*args, **kwargs)

    return attempt
