"""The flow of `newsloom run`: load what is left over, plan, crawl, extract, de-duplicate, load, publish.

The steps are plain functions of `flows.pipeline`. Here they become a few coarse Prefect tasks: one for the plan, one
for the crawl, one for each segment, one for publishing.
"""

import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from prefect import Flow, flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from crawlers.sources.contact import require_contact
from crawlers.sources.model import Sources
from flows.data_directory import DataDirectory
from flows.errors import CrawlDiedError, FlowsError
from flows.pipeline.crawl import Crawl
from flows.pipeline.extract import Extractor
from flows.pipeline.failures import describe_failures, isolate_failure
from flows.pipeline.load import LoadResult
from flows.pipeline.plan import drop_forgotten_sources, make_plan, source_rows
from flows.pipeline.run_record import recorded_run
from flows.pipeline.segments import pending_segments, process_segment
from flows.prefect_support import (
    LONG_RETRIES,
    Data,
    SourcesFile,
    Wait,
    document_parameters,
    is_deployed,
    publish_task,
    retried_task,
    skip_if_busy,
)
from flows.progress import LogReporter, Reporter
from flows.reports.artifacts import create_run_artifacts
from flows.reports.notify import notify_failure
from flows.reports.run_summary import RunSummary, summarise
from flows.settings import load_all
from warehouse import Writer, open_writer
from warehouse.failed_segments import failed_segments
from warehouse.runs import record_sources

CRAWL_ATTEMPTS = 3  # a crawl process that died (memory, a signal) is started again with a new plan
# A run may take hours, and people query meanwhile: loaded segments are published at least this often, in seconds…
PUBLISH_EVERY = 60.0
# …but copying the warehouse takes at most this share of the run.
PUBLISH_SHARE = 0.05


@retried_task("plan")
def plan_task(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str) -> Path:
    """See `flows.pipeline.plan.make_plan`."""
    return make_plan(writer, sources, directory, run_id, datetime.now(UTC))


@task(name="crawl", cache_policy=NO_CACHE)
def crawl_task(crawl: Crawl) -> None:
    """Wait for the crawl to end."""
    crawl.wait()


@retried_task("load segment", task_run_name="load {name}", delays=LONG_RETRIES)
def load_task(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> LoadResult | None:
    """See `flows.pipeline.segments.process_segment`."""
    return process_segment(writer, extractor, directory, name)


class PeriodicPublisher:
    """Publishes during a run, but not so often that it would slow the run down."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.last_at = datetime.now(UTC)
        self.last_seconds = 0.0

    def publish(self) -> None:
        """Publish now."""
        self.last_seconds = publish_task(self.writer).seconds
        self.last_at = datetime.now(UTC)

    def publish_if_due(self) -> None:
        """Publish if the last time is long enough ago."""
        since = (datetime.now(UTC) - self.last_at).total_seconds()
        if since >= max(PUBLISH_EVERY, self.last_seconds / PUBLISH_SHARE):
            self.publish()


def make_run_flow(reporter: Reporter) -> Flow[..., RunSummary]:
    """The flow with a reporter of its progress.

    Prefect validates and stores the parameters of a flow, and shows them in its form: a reporter cannot be one of them.
    """

    @flow(
        name="run",
        flow_run_name="run {data.name}",
        validate_parameters=True,
        on_failure=[notify_failure],
        on_crashed=[notify_failure],
    )
    @document_parameters
    @skip_if_busy
    def run_flow(
        sources: SourcesFile,
        data: Data,
        wait: Wait = 0.0,
        minutes: Annotated[
            float | None,
            Field(gt=0, description="Minutes that the crawl may take; empty: run_minutes under [schedule]."),
        ] = None,
    ) -> RunSummary:
        """Crawl the sources of a file into the warehouse of a data directory.

        Loads what an interrupted run left, requests what is due, loads what is new, publishes. Raises SourcesError
        before anything starts if the sources are invalid or name no contact, FlowsError if the disk is nearly full, and
        WarehouseBusyError if another process is writing.

        The summary names segments that could not be loaded. A deployed run fails in the end because of them, the first
        time that it happens, so that somebody is notified.
        """
        return _run(sources, data, wait, minutes, reporter)

    return run_flow


run_flow = make_run_flow(LogReporter())


def _run(sources: Path, data: Path, wait: float, minutes: float | None, reporter: Reporter) -> RunSummary:
    configured, settings = load_all(sources)
    require_contact(configured, sources)
    directory = DataDirectory(data)
    configured = drop_forgotten_sources(configured, directory)
    started = datetime.now(UTC)
    until = time.monotonic() + 60 * (settings.schedule.run_minutes if minutes is None else minutes)
    run_id = secrets.token_hex(6)
    with open_writer(data, "newsloom run", wait=wait) as writer, Extractor() as extractor:
        run = _Run(writer, extractor, directory, PeriodicPublisher(writer), reporter)
        with recorded_run(writer, run_id, "run", started):
            directory.require_space(settings.alerts.least_free_gb)
            record_sources(writer, source_rows(configured), started)
            reporter.step("loading segments of earlier runs")
            recovered = run.load_pending()
            cut_short = run.crawl(configured, run_id, until)
        seconds = (datetime.now(UTC) - started).total_seconds()
        failed = tuple(failed_segments(writer.connection, started))
        summary = summarise(writer, run_id, seconds, recovered, failed, cut_short=cut_short)
        reporter.step("publishing")
        run.publisher.publish()
    create_run_artifacts(summary, directory.news)
    if is_deployed() and any(segment.failed_at >= started for segment in failed):
        raise FlowsError(describe_failures(failed))
    return summary


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of a run share."""

    writer: Writer
    extractor: Extractor
    directory: DataDirectory
    publisher: PeriodicPublisher
    reporter: Reporter

    def load_pending(self) -> int:
        """Load all segments that are not loaded yet; returns the number of their pages."""
        pages = 0
        for name in pending_segments(self.writer, self.directory):
            pages += self._load(name)
            self.publisher.publish_if_due()
        return pages

    def crawl(self, sources: Sources, run_id: str, until: float) -> bool:
        """Plan and crawl, again if the crawl dies; returns whether time was up (`until`, monotonic) before its end."""
        for attempt in range(1, CRAWL_ATTEMPTS + 1):
            self.reporter.step("planning")
            folder = plan_task(self.writer, sources, self.directory, run_id)
            self.reporter.step("crawling")
            try:
                return self._crawl(folder, until)
            except CrawlDiedError:
                if attempt == CRAWL_ATTEMPTS:
                    raise
                self.load_pending()
        raise AssertionError("the last attempt returns or raises")

    def _crawl(self, plan: Path, until: float) -> bool:
        """Crawl, and load each segment as soon as it is sealed; returns whether time was up before the end."""
        crawl = Crawl(plan, self.reporter)
        clock = threading.Timer(max(0.0, until - time.monotonic()), crawl.cut)
        clock.daemon = True
        clock.start()
        try:
            ended = crawl_task.submit(crawl)
            for name in crawl.sealed():
                self._load(name)
                self.publisher.publish_if_due()
            ended.result()
        finally:
            clock.cancel()
            crawl.stop()
        return crawl.cut_short

    def _load(self, name: str) -> int:
        """Load a segment; returns the number of its pages, 0 if it is loaded already or cannot be loaded."""
        with isolate_failure(self.writer, name):
            result = load_task(self.writer, self.extractor, self.directory, name)
            if result is not None:
                self.reporter.loaded(result)
                return sum(result.outcomes.values())
        return 0
