"""How long each step takes."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class StepTimes:
    """Seconds by step. A step within another step stops the clock of the outer one: no second counts twice."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time within to a step, also if it ends in an error."""
        self._count_time()
        self._running.append(name)
        try:
            yield
        finally:
            self._count_time()
            self._running.pop()

    def add(self, other: StepTimes) -> None:
        """Add the seconds of another count."""
        for name, seconds in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def shares(self, total: float) -> str:
        """The steps with their shares of a total (seconds), the largest first: "extract 41 %, load 20 %"."""
        ordered = sorted(self.seconds.items(), key=lambda item: -item[1])
        return ", ".join(f"{name} {100 * seconds / total:.0f} %" for name, seconds in ordered if total)

    def _count_time(self) -> None:
        """Add the time since the last change to the step that was running."""
        now = time.perf_counter()
        if self._running:
            step = self._running[-1]
            self.seconds[step] = self.seconds.get(step, 0.0) + now - self._since
        self._since = now
