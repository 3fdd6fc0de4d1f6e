"""Worker processes start whatever memory they may have."""

from __future__ import annotations

import pytest

from crawlers.parent_process import when_parent_ends
from crawlers.worker_processes import start_worker, worker_context


@pytest.mark.parametrize("memory", [1 << 20, 1 << 33])
def test_a_worker_watches_its_parent_however_little_memory_it_may_have(memory: int) -> None:
    """A thread that gets no memory while it starts would fail the worker, or let it wait for ever."""
    process = worker_context([when_parent_ends.__module__]).Process(target=start_worker, args=(memory,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
