"""Extraction of segments by worker processes that a bad page cannot take with it."""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
from concurrent.futures import TimeoutError as PageTimeoutError
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawlers.archive import Fetch, Kind, Outcome, Segment
from crawlers.errors import ArchiveError
from crawlers.extraction import Article, Reason, Rejection, extract, extract_record
from flows.reading import Reading, read_article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

PAGE_SECONDS = 20.0  # trafilatura takes some 20 ms for a page; the worst real ones take under 2 s
WORKER_BYTES = 4 << 30  # address space of a worker, of which it uses some 200 MB
Extracted = Article | Rejection
StoredPage = tuple[str, str, Fetch]  # directory and name of the segment, and the line of its log
Result = TypeVar("Result")


class Extractor:
    """A pool of worker processes, started when it is first needed; a context manager.

    A page that takes longer than `page_seconds`, or takes its worker down, costs a rejection and a new worker.
    """

    def __init__(self, workers: int | None = None, page_seconds: float = PAGE_SECONDS) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.page_seconds = page_seconds
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Extractor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            if kind is None:
                self._pool.close()  # type: ignore[no-untyped-call]
            else:
                self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def extract(self, segment: Segment, fetches: Sequence[Fetch]) -> Iterator[Extracted | None]:
        """For each line of a segment's log, in order: what its page holds, or None for lines that have no page."""
        return self._each(extract_stored, segment, fetches)

    def read(self, segment: Segment, fetches: Sequence[Fetch]) -> Iterator[Reading | Rejection | None]:
        """As `extract`, an article with what comparing needs of it."""
        return self._each(read_stored, segment, fetches)

    def _each(
        self, work: Callable[[StoredPage], Result], segment: Segment, fetches: Sequence[Fetch]
    ) -> Iterator[Result | Rejection | None]:
        """The work begins at once, and goes on while its first results are not asked for yet."""
        pages = [(str(segment.directory), segment.name, fetch) for fetch in fetches if has_page(fetch)]
        answers = self._started().map(work, pages, timeout=self.page_seconds).result() if pages else iter(())
        results = self._results(pages, answers)
        return (next(results) if has_page(fetch) else None for fetch in fetches)

    def _results(self, pages: Sequence[StoredPage], answers: Iterator[Result]) -> Iterator[Result | Rejection]:
        for _ in pages:
            try:
                yield next(answers)
            except PageTimeoutError:
                yield Rejection(Reason.TIMEOUT, f"extraction took longer than {self.page_seconds:g} s")
            except ProcessExpired as error:
                yield Rejection(Reason.EXTRACTOR_ERROR, f"the page took its worker down (exit code {error.exitcode})")

    def _started(self) -> ProcessPool:
        if self._pool is None:
            # Forked from a process that has imported the extractor and has no threads: a new worker costs milliseconds.
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["flows.extracting"])
            self._pool = ProcessPool(self.workers, initializer=start_worker, context=context)
        return self._pool


def has_page(fetch: Fetch) -> bool:
    """Whether a log line has something stored that may be an article."""
    return fetch.outcome is Outcome.FETCHED and fetch.kind in (Kind.PAGE, Kind.RECORD) and fetch.offset is not None


def read_stored(page: StoredPage) -> Reading | Rejection:
    """Read and extract a stored page, and make the numbers of its article where there are processors to spare."""
    found = extract_stored(page)
    return found if isinstance(found, Rejection) else read_article(found)


def extract_stored(page: StoredPage) -> Extracted:
    """Read a stored page and extract it; what cannot be read is a rejection."""
    directory, name, fetch = page
    assert fetch.offset is not None
    try:
        stored = Segment(Path(directory), name).read(fetch.offset)
    except ArchiveError as error:
        return Rejection(Reason.EXTRACTOR_ERROR, str(error))
    if fetch.kind is Kind.RECORD:
        return extract_record(stored.body, stored.content_type or "", fetch.url)
    return extract(
        stored.body,
        fetch.final_url or fetch.url,
        http_charset=stored.http_charset,
        fetched_at=fetch.fetched_at,
        listed_at=fetch.published_hint,
    )


def start_worker() -> None:
    """Bound a worker's memory, and let it end when the run has gone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = WORKER_BYTES if hard == resource.RLIM_INFINITY else min(WORKER_BYTES, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
