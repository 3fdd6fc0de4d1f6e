"""Worker processes: how they are started, bounded, and made to end with the process that needs them."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING

from crawlers.parent_process import exit_now, when_parent_ends

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

WORK = ("flows.pipeline.archive_files", "flows.pipeline.extract")
MEMORY = 4 << 30  # bytes of address space; an extraction worker uses some 200 MB


def worker_context() -> ForkServerContext:
    """Workers are forked from a process that has imported their work and has no threads: each costs milliseconds.

    That process is started where it does not run. It never hears a Ctrl-C: what it imports takes a second, in which it
    would end with a traceback.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(WORK))
    resource_tracker.ensure_running()  # by itself it would come first below, and undo the block
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what is blocked stays so in a child
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
    return context


def start_worker() -> None:
    """Bound this process's memory, and let it end at once when its parent has gone.

    A terminal's Ctrl-C goes to all processes: the parent alone answers it, and ends its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    parent = multiprocessing.parent_process()
    if parent is not None:
        when_parent_ends(parent, exit_now)
