"""The flow `crawl-shard`: crawls one shard of a run, on the machine or in the container that its work pool chooses.

A run whose parameter `shard_deployment` names a deployment of this flow starts a flow run for each shard instead of a
process, and loads the segments that they seal in the data directory, which all must share.
"""

import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from prefect import flow, get_client
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling
from pydantic import Field

from crawlers.archive.segment_files import WARC_SUFFIX
from crawlers.plan.model import read_plan
from flows.errors import CrawlDiedError, FlowsError
from flows.pipeline.crawl import Crawl, ProgressReporter
from flows.prefect_support import document_parameters
from flows.progress import LogReporter

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

POLL_SECONDS = 2.0


@flow(name="crawl-shard", flow_run_name="{plan.name} of run {plan.parent.name}", validate_parameters=True)
@document_parameters
def crawl_shard_flow(
    plan: Annotated[Path, Field(description="The folder with the plan of the shard; the run that starts it names it.")],
    minutes: Annotated[float, Field(gt=0, description="Minutes that the crawl may take.")] = 60.0,
) -> None:
    """Crawl one shard of a run: request what its plan names, and write segments into the archive."""
    crawl = Crawl(plan, LogReporter())
    clock = threading.Timer(60 * minutes, crawl.cut)
    clock.daemon = True
    clock.start()
    try:
        crawl.wait()
    finally:
        clock.cancel()
        crawl.stop()


class ShardFlowRun:
    """A flow run that crawls a shard, used like a `Crawl`: it takes segments from the archive when they are sealed."""

    def __init__(
        self,
        deployment: str,
        minutes: float,
        plan: Path,
        reporter: ProgressReporter,
        segments: queue.SimpleQueue[str | None],
    ) -> None:
        self.cut_short = False
        self.segments = segments
        self._plan = read_plan(plan)
        self._seen: set[str] = set()
        try:
            started = run_deployment(deployment, parameters={"plan": str(plan), "minutes": minutes}, timeout=0)
        except ObjectNotFound as error:
            raise FlowsError(
                f"{deployment}: Prefect has no such deployment; create it with `prefect deploy --all`"
            ) from error
        self._run = cast("FlowRun", started)
        self._thread = threading.Thread(target=self._watch, name=f"shard {self._plan.shard}", daemon=True)
        self._ended = threading.Event()
        self._thread.start()

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
                        return
                    self._ended.wait(POLL_SECONDS)
        finally:
            self._ended.set()
            self.segments.put(None)

    def _put_sealed(self) -> None:
        archive = Path(self._plan.archive)
        pattern = f"*-{self._plan.run_id}-{self._plan.shard:03d}.*{WARC_SUFFIX}"
        for name in sorted(path.name.removesuffix(WARC_SUFFIX) for path in archive.glob(pattern)):
            if name not in self._seen:
                self._seen.add(name)
                self.segments.put(name)
