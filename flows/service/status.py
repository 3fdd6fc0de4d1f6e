"""Prints the state of a data directory: the service, the last and next runs, the writer and the disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import click

from flows.data_directory import GIGABYTE
from flows.reports.failing_sources import describe_failing, failing_now
from flows.reports.run_history import last_runs, print_runs
from flows.reports.run_summary import report_console
from flows.service.state import running_service, use_service
from warehouse import writer_at_work

if TYPE_CHECKING:
    from pathlib import Path

    from prefect.client.schemas.objects import FlowRun

    from flows.data_directory import DataDirectory
    from flows.service.state import ServiceState
    from warehouse.runs import RecentRun

RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a data directory: the service, None if there is none; the process that writes, if there is one; the
    free space of the disk; lines of text about the next runs and the failing sources; the last runs, newest first."""

    data: Path
    service: ServiceState | None
    writing: str | None
    free_gb: float | None
    next_runs: tuple[str, ...]
    failing_sources: tuple[str, ...]
    runs: tuple[RecentRun, ...]


def read_status(directory: DataDirectory) -> Status:
    """Look at the service, the published file, the lock and the disk."""
    service = running_service(directory)
    return Status(
        data=directory.root,
        service=service,
        writing=writer_at_work(directory.root) or None,
        free_gb=round(shutil.disk_usage(directory.root).free / GIGABYTE, 1) if directory.root.is_dir() else None,
        next_runs=tuple(_next_runs(directory, service)) if service is not None and service.ready else (),
        failing_sources=tuple(describe_failing(failing_now(directory))),
        runs=tuple(last_runs(directory, RUNS_SHOWN)),
    )


def print_status(found: Status) -> None:
    """Print the state to standard output."""
    service = found.service
    if service is None:
        click.echo(f"newsloom is not running for {found.data}. Start it with `newsloom up`.")
    else:
        state = "up" if service.ready else "starting"
        click.echo(
            f"{state} since {service.since:%Y-%m-%d %H:%M} UTC, process {service.pid}, sources {service.sources}"
        )
        if service.dashboard:
            click.echo(f"Dashboard: {service.dashboard}")
        click.echo(f"Prefect's user interface: {service.ui}" + ("" if service.own_server else " (an external server)"))
    click.echo(f"writing now: {found.writing or 'no process'}")
    if found.free_gb is not None:
        click.echo(f"free disk space: {found.free_gb:.1f} GB")
    for line in (*found.next_runs, *found.failing_sources):
        click.echo(line)
    if found.runs:
        print_runs(list(found.runs), report_console())


def _next_runs(directory: DataDirectory, service: ServiceState) -> list[str]:
    """The next run of each deployment, and why the last one failed if it did, from Prefect's server.

    The table `runs` lacks runs that failed before they could write, for example because of an invalid sources.toml.
    """
    use_service(directory, service)
    from flows.service.prefect_settings import set_up_prefect

    set_up_prefect(directory)
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        DeploymentFilterName,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    names = DeploymentFilter(name=DeploymentFilterName(any_=[service.name]))

    def of_state(*states: StateType) -> FlowRunFilter:
        return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))))

    lines = []
    with get_client(sync_client=True) as client:
        flows = {flow.id: flow.name for flow in client.read_flows(deployment_filter=names)}
        for deployment in client.read_deployments(deployment_filter=names):
            this = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
            due = client.read_flow_runs(
                deployment_filter=this,
                flow_run_filter=of_state(StateType.SCHEDULED),
                sort=FlowRunSort.EXPECTED_START_TIME_ASC,
                limit=1,
            )
            ended = client.read_flow_runs(
                deployment_filter=this,
                flow_run_filter=of_state(StateType.COMPLETED, StateType.FAILED, StateType.CRASHED),
                sort=FlowRunSort.END_TIME_DESC,
                limit=1,
            )
            when = due[0].expected_start_time if due else None
            due_at = f"next at {when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if when else "not scheduled"
            lines.append(f"{flows[deployment.flow_id]}: {due_at}{_last_failure(ended)}")
    return sorted(lines)


def _last_failure(ended: list[FlowRun]) -> str:
    """Why the last run failed; empty if it did not."""
    last = ended[0] if ended else None
    if last is None or last.state is None or last.state.is_completed():
        return ""
    when = f" at {last.end_time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if last.end_time else ""
    return f"; last run {(last.state.name or 'failed').lower()}{when}: {last.state.message}"
