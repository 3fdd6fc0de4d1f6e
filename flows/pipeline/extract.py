"""Extracts the pages of segments in worker processes; a page that hangs or crashes one does not affect the others."""

from __future__ import annotations

import os
from concurrent.futures import TimeoutError as PageTimeoutError
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from crawlers.archive import Fetch, Kind, Outcome, RecordReader, Segment
from crawlers.errors import ArchiveError
from crawlers.extraction import Article, Rejection, RejectionReason
from crawlers.limits import MAX_TEXT_CHARS
from flows.pipeline.article_version import ExtractedFetch, extracted_fetch
from flows.pipeline.interrupt import OverdueError
from flows.pipeline.source_profiles import NO_PROFILES, Profiles
from flows.pipeline.worker_processes import start_worker, worker_context
from warehouse.names.store import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from crawlers.extraction import SourceProfile
    from flows.pipeline.interrupt import Interrupt
    from warehouse.names.mention import Mention
    from warehouse.names.store import Text

    ExtractOne = Callable[[RecordReader, Fetch, SourceProfile | None], ExtractedFetch]
    Job = Callable[[Profiles, list[Fetch]], list[ExtractedFetch]]

PAGE_SECONDS = 20.0  # trafilatura takes about 20 ms for a page; the slowest real pages take less than 2 s
# Pages that a worker gets at once, because passing them costs as much as reading an imported record. If one of them
# hangs or crashes the worker, each is extracted again on its own.
GROUP = 16
TEXTS = 128  # in which a worker finds names at once
# From so many on, workers find names: each reads the lists of places first, which takes as long as some hundred texts.
MANY_TEXTS = 1000
CHECK_SECONDS = 0.2  # between two looks whether Ctrl-C is overdue
STOP_SECONDS = 5.0  # for a pool that broke; its workers end with this process at the latest


class Extractor:
    """A pool of worker processes, started when it is first needed; a context manager.

    A page that takes longer than `page_seconds`, or takes its worker down, is rejected, and a new worker is started. If
    the pool itself breaks, because the process that it forks workers from was killed, a new pool takes its place.
    Whoever reads results when `interrupt` is overdue gets an OverdueError, and the workers are stopped.
    """

    def __init__(
        self, workers: int | None = None, page_seconds: float = PAGE_SECONDS, interrupt: Interrupt | None = None
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.page_seconds = page_seconds
        self._interrupt = interrupt
        self._pool: ProcessPool | None = None
        self._have_lists = False  # those of places, which workers read when they find names for the first time

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

    def extract(
        self, segment: Segment, fetches: Sequence[Fetch], profiles: Profiles = NO_PROFILES
    ) -> Iterator[ExtractedFetch]:
        """The lines of a segment's fetch log, in order, each with what was extracted from its page.

        The workers start at once, and continue before the first results are read.
        """
        pages = [fetch for fetch in fetches if has_page(fetch)]
        groups = [pages[begin : begin + GROUP] for begin in range(0, len(pages), GROUP)]
        job = partial(extract_group, extract_page, segment)
        answers = [self._schedule(job, group, profiles) for group in groups]
        results = self._results(job, groups, answers, profiles)
        return (next(results) if has_page(fetch) else extracted_fetch(fetch, None) for fetch in fetches)

    def names(self, texts: Sequence[Text]) -> list[list[Mention]]:
        """What `warehouse.names.store.names_in` finds, with the help of local workers if there are many texts."""
        few = len(texts) < MANY_TEXTS and not self._have_lists
        return names_in(texts) if few else self.start_names(texts).result()

    def start_names(self, texts: Sequence[Text]) -> NamesOfTexts:
        """Let local workers find the names in texts."""
        self._have_lists = True
        groups = [texts[begin : begin + TEXTS] for begin in range(0, len(texts), TEXTS)]
        pool = self._started()
        try:
            answers = [pool.schedule(names_in, args=(group,)) for group in groups]
        except RuntimeError:  # the pool broke
            answers = []
        return NamesOfTexts(texts, pool, answers)

    def _schedule(self, job: Job, pages: list[Fetch], profiles: Profiles) -> ProcessFuture[list[ExtractedFetch]]:
        args = (profiles_of(pages, profiles), pages)
        try:
            return self._started().schedule(job, args=args, timeout=self.page_seconds)
        except RuntimeError:  # pebble's word for a pool that broke, BrokenProcessPool among others
            self._discard()
            return self._started().schedule(job, args=args, timeout=self.page_seconds)

    def _results(
        self,
        job: Job,
        groups: Sequence[list[Fetch]],
        answers: Sequence[ProcessFuture[list[ExtractedFetch]]],
        profiles: Profiles,
    ) -> Iterator[ExtractedFetch]:
        for group, answer in zip(groups, answers, strict=True):
            try:
                yield from self._result(answer)
            except (PageTimeoutError, ProcessExpired, BrokenProcessPool):
                for page in group:
                    yield self._alone(job, page, profiles)

    def _alone(self, job: Job, page: Fetch, profiles: Profiles) -> ExtractedFetch:
        try:
            try:
                return self._result(self._schedule(job, [page], profiles))[0]
            except BrokenProcessPool:  # no page can do that
                return self._result(self._schedule(job, [page], profiles))[0]
        except PageTimeoutError:
            rejection = Rejection(RejectionReason.TIMEOUT, f"extraction took longer than {self.page_seconds:g} s")
        except ProcessExpired as error:
            rejection = Rejection(
                RejectionReason.EXTRACTOR_ERROR, f"the worker process crashed on this page (exit code {error.exitcode})"
            )
        return extracted_fetch(page, rejection)

    def _result(self, answer: ProcessFuture[list[ExtractedFetch]]) -> list[ExtractedFetch]:
        while self._interrupt is not None:
            self._require_time()
            if wait([answer], timeout=CHECK_SECONDS).done:
                break
        return answer.result()

    def _require_time(self) -> None:
        """Raise OverdueError, and stop the workers, if Ctrl-C was pressed too long ago."""
        if self._interrupt is not None and self._interrupt.overdue:
            self._discard()
            raise OverdueError

    def _discard(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            with suppress(TimeoutError):
                self._pool.join(timeout=STOP_SECONDS)
            self._pool = None

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(self.workers, initializer=start_worker, context=worker_context())
        return self._pool


@dataclass(frozen=True, slots=True)
class NamesOfTexts:
    """The names in texts that the workers of a pool are reading, in groups of TEXTS: see `names_in`."""

    texts: Sequence[Text]
    pool: ProcessPool
    answers: Sequence[ProcessFuture[list[list[Mention]]]]

    def done(self) -> bool:
        """Whether all are found, or this process has to find them."""
        return not self.pool.active or all(answer.done() for answer in self.answers)

    def result(self) -> list[list[Mention]]:
        """The names in each text; those that the workers did not find, because one of them broke, are found here."""
        found: list[list[Mention]] = []
        with suppress(RuntimeError, ProcessExpired):
            for answer in self.answers:
                if not self.pool.active and not answer.done():  # nobody answers any more
                    break
                found += answer.result()
        return found + names_in(self.texts[len(found) :])


def has_page(fetch: Fetch) -> bool:
    """Whether a line of the fetch log has a stored page that may be an article."""
    return fetch.outcome is Outcome.FETCHED and fetch.kind in (Kind.PAGE, Kind.RECORD) and fetch.offset is not None


def profiles_of(pages: Sequence[Fetch], profiles: Profiles) -> Profiles:
    """The profiles of the sources of pages, which go to a worker with them."""
    return {page.source: profiles[page.source] for page in pages if page.source in profiles}


def extract_group(
    extract_one: ExtractOne, segment: Segment, profiles: Profiles, pages: Sequence[Fetch]
) -> list[ExtractedFetch]:
    """What a worker does with a group of pages; an unexpected error rejects its page, not the group."""
    with RecordReader(segment) as records:
        return [_guarded(extract_one, records, page, profiles.get(page.source)) for page in pages]


def _guarded(
    extract_one: ExtractOne, records: RecordReader, page: Fetch, profile: SourceProfile | None
) -> ExtractedFetch:
    try:
        return extract_one(records, page, profile)
    except Exception as error:  # noqa: BLE001 - as the docstring of `extract_group` says
        rejection = Rejection(RejectionReason.EXTRACTOR_ERROR, f"{type(error).__name__}: {error}"[:500])
        return extracted_fetch(page, rejection)


def extract_page(records: RecordReader, page: Fetch, profile: SourceProfile | None) -> ExtractedFetch:
    """Read and extract a stored page, and compute the features of its article while a worker has it."""
    return extracted_fetch(page, read_and_extract(records, page, profile))


def read_and_extract(records: RecordReader, page: Fetch, profile: SourceProfile | None = None) -> Article | Rejection:
    """Read a stored page and extract it; a page that cannot be read is a rejection."""
    from crawlers.extraction import extract, extract_record  # only workers need them, and have them from the start

    assert page.offset is not None
    try:
        stored = records.read(page.offset)
    except ArchiveError as error:
        return Rejection(RejectionReason.EXTRACTOR_ERROR, str(error))
    if page.kind is Kind.RECORD:
        found = extract_record(stored.body, stored.content_type or "", page.url)
    else:
        found = extract(
            stored.body,
            page.final_url or page.url,
            http_charset=stored.http_charset,
            fetched_at=page.fetched_at,
            listed_at=page.published_hint,
            source_profile=profile,
        )
    if isinstance(found, Article) and len(found.text) > MAX_TEXT_CHARS:
        detail = f"the text has {len(found.text):,} characters; the limit is {MAX_TEXT_CHARS:,}"
        return Rejection(RejectionReason.TOO_LARGE, detail)
    return found
