"""Where the time goes: seconds by step."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Spent = Counter[str]  # seconds (floats) by the name of a step


@contextmanager
def spent(on: Spent, step: str) -> Iterator[None]:
    """Add the time within to a step, also when it ends in an error."""
    start = time.perf_counter()
    try:
        yield
    finally:
        on[step] += time.perf_counter() - start  # type: ignore[assignment]  # Counter is typed for whole numbers


def split(spent: Spent, whole: float) -> str:
    """The steps with their parts of the whole (seconds), the largest first, as "extract 41 %, load 20 %"."""
    parts = [f"{step} {100 * seconds / whole:.0f} %" for step, seconds in spent.most_common() if whole]
    return ", ".join(parts)
