"""The flow: what is left over, plan, crawl, extract, de-duplicate, load, publish.

The steps are plain functions of `flows.planning`, `flows.crawling` and `flows.loading`; here they are a handful of
coarse Prefect tasks: one for the plan, one for the crawl, one a segment, one for publishing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from crawlers.contact import require_contact
from crawlers.sources import Sources, load_sources
from flows import progress
from flows.crawling import Crawl
from flows.errors import CrawlDiedError
from flows.extracting import Extractor
from flows.layout import DataDirectory
from flows.loading import Loaded, load, pending_segments
from flows.planning import make_plan, source_rows
from flows.summary import RunSummary, summarise
from warehouse import TransientWarehouseError, Writer, open_writer
from warehouse.publish import Published
from warehouse.runs import finish_run, record_sources, start_run

CRAWL_ATTEMPTS = 3  # a crawl process that died (memory, a signal) is started again with a new plan
# A run may take hours, and people query meanwhile: what is loaded is published at least this often, in seconds…
PUBLISH_EVERY = 60.0
# …but copying the warehouse takes at most this share of the run.
PUBLISH_SHARE = 0.05


def is_transient(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task is worth another try."""
    try:
        state.result()
    except TransientWarehouseError:
        return True
    except Exception:  # noqa: BLE001 - any other error is terminal
        return False
    return False


@task(name="plan", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def plan_task(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str) -> Path:
    """See `flows.planning.make_plan`."""
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
def load_task(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> Loaded | None:
    """See `flows.loading.load`."""
    return load(writer, extractor, directory, name)


@task(name="publish", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def publish_task(writer: Writer) -> Published:
    """See `warehouse.Writer.publish`."""
    return writer.publish()


class Publisher:
    """Publishes during a run, but not so often that it would slow it down."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.last_at = datetime.now(UTC)
        self.last_seconds = 0.0

    def publish(self) -> None:
        """Publish now."""
        self.last_seconds = publish_task(self.writer).seconds
        self.last_at = datetime.now(UTC)

    def maybe(self) -> None:
        """Publish where it is time."""
        since = (datetime.now(UTC) - self.last_at).total_seconds()
        if since >= max(PUBLISH_EVERY, self.last_seconds / PUBLISH_SHARE):
            self.publish()


@flow(name="ingest", flow_run_name="ingest-{data}", validate_parameters=True)
def ingest(sources: Path, data: Path, wait: float = 0.0) -> RunSummary:
    """Crawl the sources of a file into the warehouse of a data directory.

    `sources` is the path of sources.toml, `data` the data directory (absolute paths where a server runs the flow),
    `wait` how long to wait for another writer, in seconds. Raises SourcesError before anything starts where the
    sources are not right or name no contact, WarehouseBusyError where another run goes on.
    """
    configured = load_sources(sources)
    require_contact(configured, sources)
    directory = DataDirectory(data)
    started = datetime.now(UTC)
    reporter = progress.current.get()
    with open_writer(data, "newsloom run", wait=wait) as writer, Extractor() as extractor:
        with _booked(writer, started) as run_id:
            record_sources(writer, source_rows(configured), started)
            publisher = Publisher(writer)
            reporter.step("loading what an earlier run left")
            recovered = _load_all(writer, extractor, directory, publisher)
            for attempt in range(1, CRAWL_ATTEMPTS + 1):
                reporter.step("planning")
                folder = plan_task(writer, configured, directory, run_id)
                reporter.step("crawling")
                try:
                    _crawl(writer, extractor, directory, folder, publisher)
                    break
                except CrawlDiedError:
                    if attempt == CRAWL_ATTEMPTS:
                        raise
                    _load_all(writer, extractor, directory, publisher)
        summary = summarise(writer, run_id, (datetime.now(UTC) - started).total_seconds(), recovered)
        reporter.step("publishing")
        publisher.publish()
    return summary


def _crawl(writer: Writer, extractor: Extractor, directory: DataDirectory, plan: Path, publisher: Publisher) -> None:
    """Crawl, and load each segment as soon as it is sealed."""
    reporter = progress.current.get()
    crawl = Crawl(plan, reporter.crawled)
    try:
        ended = crawl_task.submit(crawl)
        for name in crawl.sealed():
            loaded = load_task(writer, extractor, directory, name)
            if loaded is not None:
                reporter.loaded(loaded)
            publisher.maybe()
        ended.result()
    finally:
        crawl.stop()


def _load_all(writer: Writer, extractor: Extractor, directory: DataDirectory, publisher: Publisher) -> int:
    """Load every segment that waits; returns how many pages that were."""
    reporter = progress.current.get()
    pages = 0
    for name in pending_segments(writer, directory):
        loaded = load_task(writer, extractor, directory, name)
        if loaded is not None:
            reporter.loaded(loaded)
            pages += sum(loaded.outcomes.values())
        publisher.maybe()
    return pages


@contextmanager
def _booked(writer: Writer, started: datetime) -> Iterator[str]:
    """Enter the run into the book of runs, and how it ends."""
    run_id = secrets.token_hex(6)
    start_run(writer, run_id, "ingest", version("newsloom"), started)
    try:
        yield run_id
    except Exception as error:
        finish_run(writer, run_id, "failed", datetime.now(UTC), f"{type(error).__name__}: {error}")
        raise
    finish_run(writer, run_id, "completed", datetime.now(UTC))
