"""Ctrl-C during a run: the first one ends it in good order, the second one at once."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

# Seconds from Ctrl-C until nothing new is begun, and no segment is extracted any further. What was fetched is in the
# archive, and the next run loads the rest.
GRACE = 6.0


class OverdueError(Exception):
    """Ctrl-C was pressed so long ago that the work was given up; the next run does it."""


class Interrupt:
    """Whether the user has asked for the end of a run, and what is to be done at that moment."""

    def __init__(self) -> None:
        self.at: float | None = None  # monotonic
        self._action: Callable[[], None] | None = None

    @property
    def requested(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self.at is not None

    @property
    def overdue(self) -> bool:
        """Whether it was pressed so long ago that nothing new may begin."""
        return self.at is not None and time.monotonic() - self.at > GRACE

    def request(self) -> None:
        """Ask for the end of the run."""
        self.at = time.monotonic()
        if self._action is not None:
            threading.Thread(target=self._action, name="interrupt", daemon=True).start()

    @contextmanager
    def calls(self, action: Callable[[], None]) -> Iterator[None]:
        """Call `action` in a thread of its own when the user asks for the end within the block, or has asked before."""
        self._action = action
        try:
            if self.requested:
                action()
            yield
        finally:
            self._action = None


@contextmanager
def interrupt_by_signal(announce: Callable[[], None]) -> Iterator[Interrupt]:
    """An Interrupt that the first Ctrl-C requests, after `announce`; the second one raises KeyboardInterrupt.

    Must be called in the main thread.
    """
    interrupt = Interrupt()

    def handle(_: int, __: FrameType | None) -> None:
        # Not `before`: a shell lets what it starts in the background ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupt.request()
        announce()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
