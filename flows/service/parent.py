"""A child of the service does not outlive it."""

from __future__ import annotations

import os
import signal
import threading
import time

CHECK_EVERY = 0.5  # seconds


def end_with_parent(parent: int, *, after: float = 0.0) -> None:
    """Send this process SIGTERM `after` so many seconds once `parent` is no longer its parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_EVERY)
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
