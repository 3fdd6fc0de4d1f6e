"""Ends a process of the service when the service itself has gone."""

from __future__ import annotations

import os
import signal
import threading
import time

CHECK_EVERY = 0.5  # seconds


def end_with_parent(parent: int, *, after: float = 0.0) -> None:
    """Send SIGTERM to this process `after` seconds from the moment that `parent` is no longer its parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_EVERY)
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
