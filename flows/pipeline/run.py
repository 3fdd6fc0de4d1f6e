"""A run: load what is left over, plan, crawl, extract, de-duplicate, load, publish.

`flows.run` makes it a Prefect flow, whose tasks are the steps here. The command line calls it as it is if no Prefect
server is up.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.plan.model import read_plan
from crawlers.sources.contact import require_contact
from flows.data_directory import DataDirectory
from flows.errors import CrawlDiedError
from flows.pipeline.crawl import Crawl
from flows.pipeline.dask_extract import open_extractor
from flows.pipeline.failures import isolate_failure
from flows.pipeline.interrupt import Interrupt
from flows.pipeline.plan import drop_forgotten_sources, make_plan, source_rows
from flows.pipeline.run_record import recorded_run
from flows.pipeline.run_summary import RunSummary, summarise
from flows.pipeline.segments import pending_segments, process_segment
from flows.pipeline.shards import ShardedCrawl, ShardPlans
from flows.pipeline.source_profiles import learn_profiles
from flows.retries import LONG_RETRIES, SHORT_RETRIES, retried
from flows.settings import load_all
from warehouse import Writer, open_writer
from warehouse.runs import record_sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawlers.sources.model import Sources
    from flows.pipeline.extract import Extractor
    from flows.pipeline.load import LoadResult
    from flows.pipeline.shards import StartCrawl
    from flows.progress import Reporter
    from warehouse.publish import Published

CRAWL_ATTEMPTS = 3  # a crawl process that died (memory, a signal) is started again with a new plan
# A run may take hours, and people query meanwhile: loaded segments are published at least this often, in seconds…
PUBLISH_EVERY = 60.0
# …but copying the warehouse takes at most this share of the run.
PUBLISH_SHARE = 0.05


def plan(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str) -> Path:
    """See `flows.pipeline.plan.make_plan`."""
    return make_plan(writer, sources, directory, run_id, datetime.now(UTC))


def publish(writer: Writer) -> Published:
    """See `warehouse.Writer.publish`, which each kind of writer has of its own."""
    return writer.publish()


@dataclass(frozen=True, slots=True)
class RunSteps:
    """The steps of a run that are repeated after transient errors. In a flow run they are Prefect tasks.

    `watch_crawl` is called when a crawl starts; what it returns waits for the end of the crawl and raises its error.
    `start_shard` starts one shard of a crawl (see `ShardedCrawl`); `take_segments` moves segments that are on their way
    from another machine into the archive.
    """

    plan: Callable[[Writer, Sources, DataDirectory, str], Path]
    load: Callable[[Writer, Extractor, DataDirectory, str], LoadResult | None]
    publish: Callable[[Writer], Published]
    watch_crawl: Callable[[Crawl | ShardedCrawl], Callable[[], object]]
    start_shard: StartCrawl = Crawl
    take_segments: Callable[[Path], object] = lambda _: None


PLAIN_STEPS = RunSteps(
    plan=retried(plan, SHORT_RETRIES),
    load=retried(process_segment, LONG_RETRIES),
    publish=retried(publish, SHORT_RETRIES),
    watch_crawl=lambda crawl: crawl.wait,
)


class PeriodicPublisher:
    """Publishes during a run, but not so often that it would slow the run down."""

    def __init__(self, writer: Writer, publish: Callable[[Writer], Published]) -> None:
        self.writer = writer
        self._publish = publish
        self.last_at = datetime.now(UTC)
        self.last_seconds = 0.0

    def publish(self) -> None:
        """Publish now."""
        self.last_seconds = self._publish(self.writer).seconds
        self.last_at = datetime.now(UTC)

    def publish_if_due(self) -> None:
        """Publish if the last time is long enough ago, and nothing that is published still has to be loaded again."""
        since = (datetime.now(UTC) - self.last_at).total_seconds()
        if since >= max(PUBLISH_EVERY, self.last_seconds / PUBLISH_SHARE) and not self.writer.missing_segments():
            self.publish()


def run_sources(
    sources: Path,
    data: Path,
    wait: float,
    minutes: float | None,
    reporter: Reporter,
    *,
    shards: int = 1,
    steps: RunSteps = PLAIN_STEPS,
    interrupt: Interrupt | None = None,
    run_id: str | None = None,
) -> RunSummary:
    """Crawl the sources of a file into the warehouse of a data directory.

    `wait` is in seconds; `minutes` limits the crawl, None means the limit in the file. `shards` is the number of crawl
    processes. Once `interrupt` is requested, the crawl ends, what it has fetched is loaded as far as the time suffices,
    and the rest is left to the next run. `run_id` is by default a new one of 12 hexadecimal digits.
    Raises SourcesError before anything starts if the sources are invalid or name no contact, FlowsError if the disk is
    nearly full, and WarehouseBusyError if another process is writing.
    """
    interrupt = interrupt or Interrupt()
    configured, settings = load_all(sources)
    require_contact(configured, sources)
    directory = DataDirectory(data)
    configured = drop_forgotten_sources(configured, directory)
    started = datetime.now(UTC)
    until = time.monotonic() + 60 * (settings.schedule.run_minutes if minutes is None else minutes)
    run_id = run_id or secrets.token_hex(6)
    with (
        open_writer(data, "newsloom run", wait=wait, shared=True) as writer,
        open_extractor(settings.extract, directory, interrupt) as extractor,
    ):
        publisher = PeriodicPublisher(writer, steps.publish)
        run = _Run(writer, extractor, directory, reporter, steps, interrupt, publisher, shards)
        with recorded_run(writer, run_id, "run", started) as record:
            directory.require_space(settings.alerts.least_free_gb)
            record_sources(writer, source_rows(configured), started)
            reporter.step("loading segments of earlier runs")
            steps.take_segments(directory.archive)
            recovered = run.load_pending()
            cut_short = not interrupt.requested and run.crawl(configured, run_id, until)
            if interrupt.requested or run.died:
                run.load_pending()  # what a crawl that did not end in time, or died, has left open
            if not interrupt.requested:
                learn_profiles(writer)
            record.interrupted = interrupt.requested
            record.died = tuple(run.died)
        seconds = (datetime.now(UTC) - started).total_seconds()
        summary = summarise(
            writer,
            run_id,
            seconds,
            recovered,
            record.failed,
            cut_short=cut_short and not interrupt.requested,
            interrupted=interrupt.requested,
            died=tuple(run.died),
        )
        reporter.step("publishing")
        run.publisher.publish()
    return summary


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of a run share."""

    writer: Writer
    extractor: Extractor
    directory: DataDirectory
    reporter: Reporter
    steps: RunSteps
    interrupt: Interrupt
    publisher: PeriodicPublisher
    shards: int = 1
    died: list[str] = field(default_factory=list)
    """What is known of the shards that died; the next run requests what they had left."""

    def load_pending(self) -> int:
        """Load all segments that are not loaded yet; returns the number of their pages."""
        pages = 0
        for name in pending_segments(self.writer, self.directory):
            pages += self._load(name)
        return pages

    def crawl(self, sources: Sources, run_id: str, until: float) -> bool:
        """Plan and crawl, again if the crawl dies; returns whether time was up (`until`, monotonic) before its end."""
        if self.shards > 1:
            return self._crawl_in_shards(sources, run_id, until)
        for attempt in range(1, CRAWL_ATTEMPTS + 1):
            self.reporter.step("planning")
            folder = self.steps.plan(self.writer, sources, self.directory, run_id)
            self.reporter.step("crawling")
            try:
                return self._crawl(Crawl(folder, self.reporter), until)
            except CrawlDiedError:
                if attempt == CRAWL_ATTEMPTS:
                    raise
                self.load_pending()
        raise AssertionError("the last attempt returns or raises")

    def _crawl_in_shards(self, sources: Sources, run_id: str, until: float) -> bool:
        """Plan and crawl in shards: first what each knows, then what the others have found on its hosts."""
        self.reporter.step("planning")
        folder = self.steps.plan(self.writer, sources, self.directory, run_id)
        plans = ShardPlans(folder, read_plan(folder), self.shards)
        shards = plans.first()
        while shards:
            self.reporter.step(f"crawling in {len(shards)} of {self.shards} shards")
            crawl = ShardedCrawl(shards, self.reporter, self.steps.start_shard)
            is_cut_short = self._crawl(crawl, until)
            self.died.extend(crawl.died)
            if is_cut_short or self.interrupt.requested:
                return True
            shards = plans.next(self.writer, shards.values(), datetime.now(UTC))
        return False

    def _crawl(self, crawl: Crawl | ShardedCrawl, until: float) -> bool:
        """Load each segment as soon as the crawl has sealed it; returns whether it was ended before its end."""
        clock = threading.Timer(max(0.0, until - time.monotonic()), crawl.cut)
        clock.daemon = True
        clock.start()
        try:
            with self.interrupt.calls(crawl.cut_quickly):
                wait = self.steps.watch_crawl(crawl)
                for name in crawl.sealed():
                    self._load(name)
                wait()
        except KeyboardInterrupt:  # the second one: nobody waits for requests in flight
            crawl.stop(0.0)
            raise
        finally:
            clock.cancel()
            crawl.stop()
        return crawl.cut_short

    def _load(self, name: str) -> int:
        """Load a segment; returns the number of its pages, 0 if it is loaded already or not loaded now."""
        if self.interrupt.overdue:
            return 0
        with isolate_failure(self.writer, name):
            result = self.steps.load(self.writer, self.extractor, self.directory, name)
            self.publisher.publish_if_due()
            if result is not None:
                self.reporter.loaded(result)
                return sum(result.outcomes.values())
        return 0
