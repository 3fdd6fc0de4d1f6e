"""The flow `crawl-shard`: crawls one shard of a run, on the machine or in the container that its work pool chooses.

A run whose parameter `shard_deployment` names a deployment of this flow starts a flow run for each shard instead of a
process. The shards write their segments into the data directory, if all machines share it, or else into a store
(`crawlers.archive.store`), from which the run takes them.
"""

import logging
import queue
import tempfile
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Annotated, cast

from prefect import flow, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling
from pydantic import Field

from crawlers.archive import loose_segments, salvage_segments
from crawlers.archive.segment_files import LOG_SUFFIX, WARC_SUFFIX
from crawlers.archive.store import Store
from crawlers.plan.model import KNOWN_KEYS_FILE, PLAN_FILE, known_keys_file, read_plan, write_plan
from crawlers.plan.shards import HANDED_OVER_FILE
from flows.errors import CrawlDiedError, FlowsError
from flows.pipeline.crawl import LOG_FILE, Crawl, ProgressReporter
from flows.prefect_support import document_parameters
from flows.progress import LogReporter

logger = logging.getLogger("newsloom")

POLL_SECONDS = 2.0
END_SECONDS = 120.0  # for a shard whose time is up to seal its segment, before it is cancelled
CANCEL_SECONDS = 10.0  # for a cancelled one to end, while a user waits
LOST_SECONDS = 600.0  # without an answer of Prefect's server or the store, or an end after a cancellation


@flow(name="crawl-shard", flow_run_name="crawl {plan}", validate_parameters=True)
@document_parameters
def crawl_shard_flow(
    plan: Annotated[str, Field(description="The folder with the plan of the shard; the run that starts it names it.")],
    minutes: Annotated[float, Field(gt=0, description="Minutes that the crawl may take.")] = 60.0,
    store: Annotated[str, Field(description="The URL of the store that has this folder; empty: a shared folder.")] = "",
) -> None:
    """Crawl one shard of a run: request what its plan names, and write segments into the archive or the store."""
    if store:
        crawl_from_store(Store(store), plan, minutes)
    else:
        crawl_shard(Path(plan), minutes)


def crawl_shard(plan: Path, minutes: float, on_sealed: Callable[[str], None] = lambda _: None) -> None:
    """Crawl by the plan in a folder. Raises CrawlDiedError if the crawl dies."""
    crawl = Crawl(plan, LogReporter())
    clock = threading.Timer(60 * minutes, crawl.cut)
    clock.daemon = True
    clock.start()
    try:
        for name in crawl.sealed():
            on_sealed(name)
        crawl.wait()
    finally:
        clock.cancel()
        crawl.stop()


def crawl_from_store(store: Store, plan: str, minutes: float) -> None:
    """Crawl by a plan in a store (`runs/RUN/shard-2`), and publish there each segment as soon as it is sealed.

    If this machine dies, the segment that is open is lost, a minute's work; the next run requests its pages again.
    """
    with tempfile.TemporaryDirectory(prefix="newsloom-") as temporary:
        folder, archive = Path(temporary, plan), Path(temporary, "archive")
        folder.mkdir(parents=True)
        store.get(f"{plan}/{PLAN_FILE}", folder / PLAN_FILE)
        store.get(f"{plan.rpartition('/')[0]}/{KNOWN_KEYS_FILE}", folder.parent / KNOWN_KEYS_FILE)
        write_plan(folder, replace(read_plan(folder), archive=str(archive)))

        def publish(name: str) -> None:
            store.publish(archive, name)
            for suffix in (WARC_SUFFIX, LOG_SUFFIX):  # a long crawl would fill the disk of a container
                (archive / f"{name}{suffix}").unlink()

        try:
            crawl_shard(folder, minutes, publish)
        finally:
            salvage_segments(archive)  # of a crawl that died
            for segment in loose_segments(archive):
                publish(segment.name)
            for name in (HANDED_OVER_FILE, LOG_FILE):
                if (folder / name).exists():
                    store.put(folder / name, f"{plan}/{name}")


class ShardFlowRuns:
    """Starts a flow run for each shard of a run, and takes the segments that they seal.

    `minutes` is what the whole crawl may take, from the first start on. With a store, plans and segments pass through
    it. Raises FlowsError for a name that cannot be that of a deployment.
    """

    def __init__(self, deployment: str, minutes: float, store: Store | None = None) -> None:
        if "/" not in deployment:
            raise FlowsError(f'{deployment}: a deployment is named FLOW/DEPLOYMENT, such as "crawl-shard/crawl-shard"')
        self.deployment = deployment
        self.store = store
        self.taken: set[str] = set()
        """The segments of this run that were passed on to be loaded."""
        self._seconds = 60 * minutes
        self._until: float | None = None
        self._run_id: str | None = None

    def take_left(self, archive: Path) -> None:
        """Move the published segments into the archive: those that a run which was killed has not taken."""
        if self.store is not None:
            for name in self.store.segments():
                self.store.take(name, archive)

    def start(self, plan: Path, reporter: ProgressReporter, segments: queue.SimpleQueue[str | None]) -> "ShardFlowRun":
        """Start a shard. Raises FlowsError if Prefect has no such deployment, ArchiveError if the store fails."""
        self._until = self._until or time.monotonic() + self._seconds
        minutes = max(1.0, self._until - time.monotonic()) / 60
        planned = read_plan(plan)
        parameters: dict[str, object] = {"plan": str(plan), "minutes": minutes}
        if self.store is not None:
            place = f"runs/{planned.run_id}"
            parameters = {"plan": f"{place}/{plan.name}", "minutes": minutes, "store": self.store.url}
            self.store.put(plan / PLAN_FILE, f"{place}/{plan.name}/{PLAN_FILE}")
            if self._run_id is None:
                self.store.put(known_keys_file(plan, planned), f"{place}/{KNOWN_KEYS_FILE}")
                self._run_id = planned.run_id
        try:
            started = run_deployment(self.deployment, parameters=parameters, timeout=0)
        except ObjectNotFound as error:
            raise FlowsError(
                f"{self.deployment}: Prefect has no such deployment; create it with `prefect deploy --all`"
            ) from error
        return ShardFlowRun(cast(FlowRun, started), plan, segments, self.store, self.taken)

    def end(self) -> None:
        """Remove the plans of this run from the store."""
        if self.store is not None and self._run_id is not None:
            self.store.remove(f"runs/{self._run_id}")


class ShardFlowRun:
    """A flow run that crawls a shard, used like a `Crawl`: it takes segments from the archive when they are sealed."""

    def __init__(
        self,
        started: FlowRun,
        plan: Path,
        segments: queue.SimpleQueue[str | None],
        store: Store | None,
        taken: set[str],
    ) -> None:
        self.cut_short = False
        self.segments = segments
        self._folder, self._store, self._taken = plan, store, taken
        self._plan = read_plan(plan)
        self._run = started
        self._lost = ""  # why it is no longer watched, although it has not ended
        self._interrupted = False  # by a user who waits
        self._cancel_at: float | None = None
        self._ended, self._given_up = threading.Event(), threading.Event()
        self._context = copy_context()  # of the run: Prefect has what is logged in its log
        self._thread = threading.Thread(target=self._watch, name=f"shard {self._plan.shard}", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the end of the flow run.

        Raises CrawlDiedError if it has failed, or was cancelled because it did not end in time by itself.
        """
        self._thread.join()
        state = self._run.state
        if not self._interrupted and (self._lost or state is None or not state.is_completed()):
            raise CrawlDiedError(self._lost or self._reason(), f"the flow run {self._run.name} in Prefect")

    def _reason(self) -> str:
        """Why it has not completed."""
        state = self._run.state
        if self.cut_short and not self._run.run_count:
            return "no worker had begun it when the time was up"
        if state is None:
            return "unknown state"
        return f"{state.name}: {state.message}" if state.message else str(state.name)

    def cut(self) -> None:
        """Let it end, as it does by itself when its time is up; cancel it if it does not, or was never begun."""
        self.cut_short = not self._ended.is_set()
        self._cancel_at = time.monotonic() + END_SECONDS

    def cut_quickly(self) -> None:
        """Cancel it because a user waits; the next run salvages its open segment."""
        self._interrupted = self.cut_short = not self._ended.is_set()
        self.stop()

    def stop(self, patience: float = 0.0) -> None:
        """Cancel it, and stop watching it if it has not ended after `patience` seconds and a few more."""
        if self._ended.is_set():
            return
        self._cancel_at = time.monotonic()
        self._thread.join(patience + CANCEL_SECONDS)
        self._given_up.set()
        self._thread.join()

    def _watch(self) -> None:
        failing_since: float | None = None
        try:
            while not self._ended.is_set():
                try:
                    self._look()
                    failing_since = None
                except Exception as error:  # noqa: BLE001 - the server and each kind of store have errors of their own
                    now = time.monotonic()
                    if failing_since is None:
                        self._context.run(
                            logger.warning, "shard %d cannot be watched, trying again: %s", self._plan.shard, error
                        )
                    failing_since = failing_since or now
                    if now - failing_since > LOST_SECONDS or self._given_up.is_set():
                        self._lost = f"it cannot be watched any more: {error}"
                        return
                if self._given_up.is_set():
                    self._lost = self._lost or "it did not end after it was cancelled"
                    return
                self._ended.wait(POLL_SECONDS)
        finally:
            self._ended.set()
            self.segments.put(None)

    def _look(self) -> None:
        """Pass on what is sealed; cancel it if it is time to."""
        with get_client(sync_client=True) as client:
            self._run = client.read_flow_run(self._run.id)
            ended = self._run.state is not None and self._run.state.is_final()
            self._put_sealed()
            if ended:
                self._take_results()
                self._ended.set()
            elif self._cancel_at is not None and time.monotonic() >= self._cancel_at:
                client.set_flow_run_state(self._run.id, Cancelling())
                if time.monotonic() > self._cancel_at + LOST_SECONDS:
                    self._given_up.set()

    def _put_sealed(self) -> None:
        archive = Path(self._plan.archive)
        part = f"-{self._plan.run_id}-{self._plan.shard:03d}."
        if self._store is None:
            found = [path.name.removesuffix(WARC_SUFFIX) for path in archive.glob(f"*{part}*{WARC_SUFFIX}")]
        else:
            found = [name for name in self._store.segments() if part in name]
            for name in found:
                self._store.take(name, archive)
        for name in sorted(found):
            if name not in self._taken:
                self._taken.add(name)
                self.segments.put(name)

    def _take_results(self) -> None:
        """Copy what it has handed over, and its log, from the store."""
        if self._store is not None:
            for name in (HANDED_OVER_FILE, LOG_FILE):
                place = f"runs/{self._plan.run_id}/{self._folder.name}/{name}"
                if self._store.exists(place):
                    self._store.get(place, self._folder / name)
