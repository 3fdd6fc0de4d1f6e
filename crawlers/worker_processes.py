"""Starts worker processes, limits their memory, and ends them with the process that needs them."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING

from crawlers.parent_process import exit_now, when_parent_ends

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.context import ForkServerContext


def worker_context(work: Sequence[str]) -> ForkServerContext:
    """The context that starts workers in milliseconds: it forks a process that has their imports and no threads.

    `work` are the modules that the workers need; a process has one context, whatever later calls name.

    Starts that process if it is not running. It ignores Ctrl-C: its imports take a second, in which it would end
    with a traceback.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(work))
    resource_tracker.ensure_running()  # otherwise it would be started below, and undo the block
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # children inherit the block
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
    return context


def start_worker(memory: int) -> None:
    """Limit the memory of this process to so many bytes of address space, and end it as soon as its parent has ended.

    A terminal sends Ctrl-C to all processes: only the parent handles it, and ends its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Before the limit: a thread that gets no memory while it starts lets `Thread.start` wait for ever.
        when_parent_ends(parent, exit_now)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
