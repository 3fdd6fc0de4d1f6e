"""The flow `crawl-shard`: crawls one shard of a run, on the machine or in the container that its work pool chooses.

A run whose parameter `shard_deployment` names a deployment of this flow starts a flow run for each shard instead of a
process. The shards write their segments into the data directory, if all machines share it, or else into a store
(`crawlers.archive.store`), from which the run takes them.
"""

import queue
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from prefect import flow, get_client
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling
from pydantic import Field

from crawlers.archive import loose_segments, salvage_segments
from crawlers.archive.segment_files import WARC_SUFFIX
from crawlers.archive.store import Store
from crawlers.plan.model import KNOWN_KEYS_FILE, PLAN_FILE, known_keys_file, read_plan, write_plan
from crawlers.plan.shards import HANDED_OVER_FILE
from flows.errors import CrawlDiedError, FlowsError
from flows.pipeline.crawl import Crawl, ProgressReporter
from flows.prefect_support import document_parameters
from flows.progress import LogReporter

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

POLL_SECONDS = 2.0


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
        published: set[str] = set()

        def publish(name: str) -> None:
            store.publish(archive, name)
            published.add(name)

        try:
            crawl_shard(folder, minutes, publish)
        finally:
            salvage_segments(archive)  # of a crawl that died
            for segment in loose_segments(archive):
                if segment.name not in published:
                    publish(segment.name)
            if (folder / HANDED_OVER_FILE).exists():
                store.put(folder / HANDED_OVER_FILE, f"{plan}/{HANDED_OVER_FILE}")


def take_segments(store: Store, archive: Path) -> None:
    """Move the published segments into the archive: those that a run which was killed has not taken."""
    for name in store.segments():
        store.take(name, archive)


class ShardFlowRun:
    """A flow run that crawls a shard, used like a `Crawl`: it takes segments from the archive when they are sealed."""

    def __init__(
        self,
        deployment: str,
        minutes: float,
        plan: Path,
        reporter: ProgressReporter,
        segments: queue.SimpleQueue[str | None],
        *,
        store: Store | None = None,
        store_url: str = "",
    ) -> None:
        self.cut_short = False
        self.segments = segments
        self._folder, self._store = plan, store
        self._plan = read_plan(plan)
        self._seen: set[str] = set()
        parameters: dict[str, object] = {"plan": str(plan), "minutes": minutes}
        if store is not None:
            parameters = {"plan": self._place, "minutes": minutes, "store": store_url}
            store.put(plan / PLAN_FILE, f"{self._place}/{PLAN_FILE}")
            keys = f"runs/{self._plan.run_id}/{KNOWN_KEYS_FILE}"
            store.put(known_keys_file(plan, self._plan), keys)
        try:
            started = run_deployment(deployment, parameters=parameters, timeout=0)
        except ObjectNotFound as error:
            raise FlowsError(
                f"{deployment}: Prefect has no such deployment; create it with `prefect deploy --all`"
            ) from error
        self._run = cast("FlowRun", started)
        self._thread = threading.Thread(target=self._watch, name=f"shard {self._plan.shard}", daemon=True)
        self._ended = threading.Event()
        self._thread.start()

    @property
    def _place(self) -> str:
        """The folder of its plan in the store."""
        return f"runs/{self._plan.run_id}/{self._folder.name}"

    def wait(self) -> None:
        """Wait for the end of the flow run. Raises CrawlDiedError if it has failed."""
        self._thread.join()
        state = self._run.state
        if not self.cut_short and (state is None or not state.is_completed()):
            reason = "unknown state" if state is None else f"{state.name}: {state.message}"
            raise CrawlDiedError(reason, f"the flow run {self._run.name} in Prefect")

    def cut(self) -> None:
        """Does nothing: the flow run ends by itself when its time is up."""

    def cut_quickly(self) -> None:
        """Cancel it because a user waits; the next run salvages its open segment."""
        self.cut_short = not self._ended.is_set()
        self.stop()

    def stop(self, patience: float = 0.0) -> None:
        """Cancel it; does nothing if it has ended."""
        if not self._ended.is_set():
            with get_client(sync_client=True) as client:
                client.set_flow_run_state(self._run.id, Cancelling())
            self._thread.join()

    def _watch(self) -> None:
        try:
            with get_client(sync_client=True) as client:
                while True:
                    self._run = client.read_flow_run(self._run.id)
                    ended = self._run.state is not None and self._run.state.is_final()
                    self._put_sealed()
                    if ended:
                        self._take_handed_over()
                        return
                    self._ended.wait(POLL_SECONDS)
        finally:
            self._ended.set()
            self.segments.put(None)

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
            if name not in self._seen:
                self._seen.add(name)
                self.segments.put(name)

    def _take_handed_over(self) -> None:
        if self._store is not None:
            if self._store.exists(f"{self._place}/{HANDED_OVER_FILE}"):
                self._store.get(f"{self._place}/{HANDED_OVER_FILE}", self._folder / HANDED_OVER_FILE)
            self._store.remove(self._place)
