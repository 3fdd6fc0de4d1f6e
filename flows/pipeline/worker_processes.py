"""The worker processes that extract pages and read archive files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers import worker_processes

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

WORK = (
    "flows.pipeline.archive_files",
    "flows.pipeline.extract",
    "crawlers.extraction.imported_records",
    "crawlers.extraction.preload",
)
MEMORY = 4 << 30  # bytes of address space; an extraction worker uses some 200 MB


def worker_context() -> ForkServerContext:
    """See `crawlers.worker_processes.worker_context`."""
    return worker_processes.worker_context(WORK)


def start_worker() -> None:
    """See `crawlers.worker_processes.start_worker`."""
    worker_processes.start_worker(MEMORY)
