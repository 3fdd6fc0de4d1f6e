"""The flow: what is left over, plan, crawl, extract, de-duplicate, load, publish.

The steps are plain functions of `flows.pipeline`; here they are a handful of coarse Prefect tasks: one for the plan,
one for the crawl, one for each segment, one for publishing.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from crawlers.sources.contact import require_contact
from crawlers.sources.model import Sources
from flows.data_directory import DataDirectory
from flows.errors import CrawlDiedError, FlowsError
from flows.pipeline import progress
from flows.pipeline.crawl import Crawl
from flows.pipeline.extract import Extractor
from flows.pipeline.failures import describe_failures, isolate_failure
from flows.pipeline.load import LoadResult, load, pending_segments
from flows.pipeline.plan import make_plan, source_rows, without_forgotten
from flows.prefect_support import (
    Data,
    SourcesFile,
    Wait,
    document_parameters,
    is_deployed,
    is_transient,
    publish_task,
    skip_if_busy,
)
from flows.reports.artifacts import create_run_artifacts
from flows.reports.notify import notify_failure
from flows.reports.run_summary import RunSummary, summarise
from flows.settings import load_all
from warehouse import Writer, open_writer
from warehouse.failed_segments import failed_segments
from warehouse.runs import finish_run, record_sources, start_run

CRAWL_ATTEMPTS = 3  # a crawl process that died (memory, a signal) is started again with a new plan
# A run may take hours, and people query meanwhile: what is loaded is published at least this often, in seconds…
PUBLISH_EVERY = 60.0
# …but copying the warehouse takes at most this share of the run.
PUBLISH_SHARE = 0.05


@task(name="plan", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def plan_task(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str) -> Path:
    """See `flows.pipeline.plan.make_plan`."""
    return make_plan(writer, sources, directory, run_id, datetime.now(UTC))


@task(name="crawl", cache_policy=NO_CACHE)
def crawl_task(crawl: Crawl) -> None:
    """Wait for the crawl to end."""
    crawl.wait()


@task(
    name="load segment",
    task_run_name="load {name}",
    cache_policy=NO_CACHE,
    retries=3,
    retry_delay_seconds=[1, 10, 60],
    retry_condition_fn=is_transient,
)
def load_task(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> LoadResult | None:
    """See `flows.pipeline.load.load`."""
    return load(writer, extractor, directory, name)


class PeriodicPublisher:
    """Publishes during a run, but not so often that it would slow it down."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.last_at = datetime.now(UTC)
        self.last_seconds = 0.0

    def publish(self) -> None:
        """Publish now."""
        self.last_seconds = publish_task(self.writer).seconds
        self.last_at = datetime.now(UTC)

    def publish_if_due(self) -> None:
        """Publish if it is time to."""
        since = (datetime.now(UTC) - self.last_at).total_seconds()
        if since >= max(PUBLISH_EVERY, self.last_seconds / PUBLISH_SHARE):
            self.publish()


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
        Field(gt=0, description="Minutes that the crawl has; empty: run_minutes of [schedule] in the sources' file."),
    ] = None,
) -> RunSummary:
    """Crawl the sources of a file into the warehouse of a data directory.

    Loads what an interrupted run left, asks what is due, loads what is new, publishes. Raises SourcesError before
    anything starts where the sources are not right or name no contact, FlowsError where the disk is nearly full, and
    WarehouseBusyError where another run goes on.

    A segment that cannot be loaded is in the summary. A deployed run fails of it in the end, the first time that it
    happens, so that somebody is told.
    """
    configured, settings = load_all(sources)
    require_contact(configured, sources)
    directory = DataDirectory(data)
    configured = without_forgotten(configured, directory)
    started = datetime.now(UTC)
    until = time.monotonic() + 60 * (settings.schedule.run_minutes if minutes is None else minutes)
    reporter = progress.current.get()
    with open_writer(data, "newsloom run", wait=wait) as writer, Extractor() as extractor:
        with _recorded_run(writer, started) as run_id:
            directory.require_space(settings.alerts.least_free_gb)
            record_sources(writer, source_rows(configured), started)
            publisher = PeriodicPublisher(writer)
            reporter.step("loading what an earlier run left")
            recovered = _load_all(writer, extractor, directory, publisher)
            cut_short = False
            for attempt in range(1, CRAWL_ATTEMPTS + 1):
                reporter.step("planning")
                folder = plan_task(writer, configured, directory, run_id)
                reporter.step("crawling")
                try:
                    cut_short = _crawl(writer, extractor, directory, folder, publisher, until)
                    break
                except CrawlDiedError:
                    if attempt == CRAWL_ATTEMPTS:
                        raise
                    _load_all(writer, extractor, directory, publisher)
        seconds = (datetime.now(UTC) - started).total_seconds()
        failed = tuple(failed_segments(writer.connection, started))
        summary = summarise(writer, run_id, seconds, recovered, failed, cut_short=cut_short)
        reporter.step("publishing")
        publisher.publish()
    create_run_artifacts(summary, directory.news)
    if is_deployed() and any(one.failed_at >= started for one in failed):
        raise FlowsError(describe_failures(failed))
    return summary


def _crawl(
    writer: Writer,
    extractor: Extractor,
    directory: DataDirectory,
    plan: Path,
    publisher: PeriodicPublisher,
    until: float,
) -> bool:
    """Crawl, and load each segment as soon as it is sealed; returns whether it was cut short at `until` (monotonic)."""
    reporter = progress.current.get()
    crawl = Crawl(plan, reporter.crawled)
    clock = threading.Timer(max(0.0, until - time.monotonic()), crawl.cut)
    clock.daemon = True
    clock.start()
    try:
        ended = crawl_task.submit(crawl)
        for name in crawl.sealed():
            _load(writer, extractor, directory, name)
            publisher.publish_if_due()
        ended.result()
    finally:
        clock.cancel()
        crawl.stop()
    return crawl.cut_short


def _load_all(writer: Writer, extractor: Extractor, directory: DataDirectory, publisher: PeriodicPublisher) -> int:
    """Load every segment that waits; returns how many pages that were."""
    pages = 0
    for name in pending_segments(writer, directory):
        pages += _load(writer, extractor, directory, name)
        publisher.publish_if_due()
    return pages


def _load(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> int:
    """Load a segment; returns how many pages that were, none where it could not be loaded and is on record."""
    with isolate_failure(writer, name):
        loaded = load_task(writer, extractor, directory, name)
        if loaded is not None:
            progress.current.get().loaded(loaded)
            return sum(loaded.outcomes.values())
    return 0


@contextmanager
def _recorded_run(writer: Writer, started: datetime) -> Iterator[str]:
    """Record the run in the run history, and how it ends."""
    run_id = secrets.token_hex(6)
    start_run(writer, run_id, "run", version("newsloom"), started)
    try:
        yield run_id
    except Exception as error:
        finish_run(writer, run_id, "failed", datetime.now(UTC), f"{type(error).__name__}: {error}")
        raise
    failed = failed_segments(writer.connection, started)
    detail = describe_failures(failed) if failed else None
    finish_run(writer, run_id, "failed" if failed else "completed", datetime.now(UTC), detail)
