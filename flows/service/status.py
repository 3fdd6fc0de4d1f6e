"""Prints the state of a data directory: the service, the last and next runs, the writer and the disk."""

from __future__ import annotations

import shutil
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
    from prefect.client.schemas.objects import FlowRun

    from flows.data_directory import DataDirectory
    from flows.service.state import ServiceState

RUNS_SHOWN = 5


def print_status(directory: DataDirectory) -> None:
    """Print the state to standard output."""
    service = running_service(directory)
    if service is None:
        click.echo(f"newsloom is not running for {directory.root}. Start it with `newsloom up`.")
    else:
        state = "up" if service.ready else "starting"
        click.echo(
            f"{state} since {service.since:%Y-%m-%d %H:%M} UTC, process {service.pid}, sources {service.sources}"
        )
        if service.dashboard:
            click.echo(f"Dashboard: {service.dashboard}")
        click.echo(f"Prefect's user interface: {service.ui}" + ("" if service.own_server else " (an external server)"))
    writing = writer_at_work(directory.root)
    click.echo(f"writing now: {writing or 'no process'}")
    if directory.root.is_dir():
        click.echo(f"free disk space: {shutil.disk_usage(directory.root).free / GIGABYTE:.1f} GB")
    if service is not None and service.ready:
        for line in _next_runs(directory, service):
            click.echo(line)
    for line in describe_failing(failing_now(directory)):
        click.echo(line)
    runs = last_runs(directory, RUNS_SHOWN)
    if runs:
        print_runs(runs, report_console())


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
