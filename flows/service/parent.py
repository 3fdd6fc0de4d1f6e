"""Ends a process of the service when the service itself has gone."""

from __future__ import annotations

import os
import signal
import time

from crawlers.parent_process import when_parent_ends


def end_with_parent(parent: int, *, after: float = 0.0) -> None:
    """Send SIGTERM to this process `after` seconds from the moment that `parent` is no longer its parent."""

    def terminate() -> None:
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGTERM)

    when_parent_ends(parent, terminate)
