"""The Prefect deployments of a data directory: the schedule of each flow, and that it never runs twice at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, cast

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron, Interval
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.callables import ParameterSchema, parameter_schema

from flows.digest import digest_flow
from flows.import_files import import_flow
from flows.maintain import maintain_flow
from flows.reextract import reextract_flow
from flows.run import run_flow

if TYPE_CHECKING:
    from pathlib import Path

    from prefect.deployments.runner import RunnerDeployment
    from prefect.flows import Flow
    from prefect.schedules import Schedule as PrefectSchedule

    from flows.data_directory import DataDirectory
    from flows.settings import Schedule

# While a run of a deployment is still running, the next one is cancelled before it starts. Several deployments write to
# the warehouse; the writer's lock keeps them apart.
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
# Seconds that a crawl waits for another writer before it is skipped; the next one is not far away.
WAIT_FOR_WRITER = 120.0
# Seconds that daily flows, and those that users start, wait for a crawl to end.
WAIT_FOR_CRAWL = 3 * 3600.0


class ClosedSchema(ParameterSchema):
    """A parameter schema that allows no other parameters: Prefect's server rejects them with a message.

    With an open schema, the server accepts any parameter, and the process of the run fails before it can report why.
    """

    additionalProperties: Literal[False] = False  # noqa: N815 - JSON Schema's keyword


def deployments(name: str, directory: DataDirectory, sources: Path, schedule: Schedule) -> list[RunnerDeployment]:
    """All deployments under one name. Do not call it in an event loop, where Prefect returns coroutines."""
    both: dict[str, Any] = {"sources": str(sources), "data": str(directory.root)}
    every = timedelta(minutes=schedule.every_minutes)
    crawls = Interval(every, anchor_date=datetime.now(UTC), timezone=schedule.timezone)
    return [
        _deployment(name, run_flow, both | {"wait": WAIT_FOR_WRITER}, crawls),
        _deployment(name, maintain_flow, both | {"wait": WAIT_FOR_CRAWL}, _daily(schedule.maintain_at, schedule)),
        _deployment(name, digest_flow, both, _daily(schedule.digest_at, schedule)),
        _deployment(name, import_flow, both | {"wait": WAIT_FOR_CRAWL}, None),
        _deployment(name, reextract_flow, both | {"wait": WAIT_FOR_CRAWL}, None),
    ]


def _deployment(
    name: str, flow: Flow[..., Any], parameters: dict[str, Any], schedule: PrefectSchedule | None
) -> RunnerDeployment:
    deployment = flow.to_deployment(
        name=name,
        parameters=parameters,
        schedule=schedule,
        concurrency_limit=ONE_AT_A_TIME,
        tags=["newsloom"],
        version=version("newsloom"),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    runner_deployment = cast("RunnerDeployment", deployment)
    allowed = parameter_schema(flow).model_dump()
    runner_deployment._parameter_openapi_schema = ClosedSchema(**allowed, additionalProperties=False)
    return runner_deployment


def _daily(at: str, schedule: Schedule) -> PrefectSchedule:
    hour, minute = at.split(":")
    return Cron(f"{int(minute)} {int(hour)} * * *", timezone=schedule.timezone)
