"""What earlier services left at Prefect's server: runs that look as if they still ran, missed ones, old deployments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelled, Crashed

from warehouse import writer_at_work

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State

    from flows.data_directory import DataDirectory

UNFINISHED = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
MISSED_AFTER = timedelta(seconds=60)
# The flows `run` and `import` had these names in earlier versions.
OLD_FLOW_NAMES = ["ingest", "backfill"]


async def reconcile(directory: DataDirectory, name: str) -> None:
    """Mark runs whose process has gone as crashed, and runs that came due while newsloom was down as missed.

    If a process of the previous service still writes, unfinished runs are left alone; the next service handles them.
    """
    crashed: State[Any] = Crashed(message="newsloom was killed during this run; the next run completes it")
    missed: State[Any] = Cancelled(name="Missed", message="newsloom was not running at this time")
    async with get_client() as client:
        if writer_at_work(directory.root) is None:
            for run in [*await _runs(client, name, UNFINISHED), *await _unfinished_by_hand(client, directory)]:
                await client.set_flow_run_state(run.id, crashed, force=True)
        for run in await _runs(client, name, [StateType.SCHEDULED]):
            due = run.expected_start_time
            if run.auto_scheduled and due is not None and due < datetime.now(UTC) - MISSED_AFTER:
                await client.set_flow_run_state(run.id, missed, force=True)


async def delete_old_deployments(name: str) -> None:
    """Delete the deployments of a name that belong to flows under their old names, with the runs scheduled for them.

    Nothing would ever execute these runs. Runs that have ended stay in Prefect's history.
    """
    async with get_client() as client:
        old = await client.read_deployments(
            flow_filter=FlowFilter(name=FlowFilterName(any_=OLD_FLOW_NAMES)),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[name])),
        )
        for deployment in old:
            await client.delete_deployment(deployment.id)


async def _unfinished_by_hand(client: PrefectClient, directory: DataDirectory) -> list[FlowRun]:
    """Runs that `newsloom run` recorded for this data directory, which belong to no deployment."""
    runs = await client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["run"])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED)),
            deployment_id=FlowRunFilterDeploymentId(is_null_=True),
        ),
        limit=200,
    )
    return [run for run in runs if run.parameters.get("data") == str(directory.root)]


async def _runs(client: PrefectClient, name: str, types: list[StateType]) -> list[FlowRun]:
    """All runs in these states of the deployments of a name; Prefect returns 200 at a time."""
    runs: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[name])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types))),
            offset=len(runs),
            limit=200,
        )
        runs.extend(page)
        if len(page) < 200:
            return runs
