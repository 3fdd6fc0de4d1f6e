"""Notices that the parent process has ended: no child process may outlive the process that needs it."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

CHECK_EVERY = 0.5  # seconds


def when_parent_ends(parent: int | BaseProcess, action: Callable[[], object]) -> None:
    """Call `action` once, in a thread of its own, when `parent` has ended.

    `parent` is what `multiprocessing.parent_process` returns, or the process id of the parent: it has ended once this
    process has another parent.
    """

    def watch() -> None:
        if isinstance(parent, int):
            while os.getppid() == parent:
                time.sleep(CHECK_EVERY)
        else:
            parent.join()
        action()

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def exit_now() -> None:
    """End this process at once, without cleaning up."""
    os._exit(1)
