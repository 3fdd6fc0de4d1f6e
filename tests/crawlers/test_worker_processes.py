"""Worker processes start whatever memory they may have."""

from __future__ import annotations

import resource
import sys
import threading

import pytest

from crawlers.worker_processes import start_worker, worker_context

pytestmark = pytest.mark.usefixtures("own_fork_server")


def work(memory: int) -> None:
    """Start as a worker does; exit code 3 unless a thread watches the parent and the memory is limited."""
    start_worker(memory)
    limited = resource.getrlimit(resource.RLIMIT_AS)[0] <= memory
    sys.exit(0 if limited and threading.active_count() == 2 else 3)


@pytest.mark.parametrize("memory", [1 << 20, 1 << 33])
def test_a_worker_watches_its_parent_however_little_memory_it_may_have(memory: int) -> None:
    """A thread that gets no memory while it starts would fail the worker, or let it wait for ever."""
    process = worker_context([start_worker.__module__]).Process(target=work, args=(memory,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
