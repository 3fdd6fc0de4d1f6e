"""The deployments of a data directory: which flow runs when, and never twice at once."""

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

# A second run of a deployment that still runs is cancelled before it begins. The warehouse's lock is underneath:
# this limit is one deployment's own, and several of them write.
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
# What writes waits for a writer that is at it, in seconds, before it gives way: the next run is not far.
WAIT_FOR_WRITER = 120.0
# Prefect's scheduler looks for new deployments every 5 seconds.
FIRST_RUN_AFTER = timedelta(seconds=10)
# What runs once a day, or by hand, waits for a crawl to end.
WAIT_FOR_CRAWL = 3 * 3600.0


class ClosedSchema(ParameterSchema):
    """Parameters that a run may be given, and no others: Prefect's server refuses these in words.

    Left open it takes any, and the process of the run ends before it can say what is wrong.
    """

    additionalProperties: Literal[False] = False  # noqa: N815 - the word of JSON Schema


def deployments(name: str, directory: DataDirectory, sources: Path, schedule: Schedule) -> list[RunnerDeployment]:
    """All of them, of one name. Not for an event loop, where Prefect hands out coroutines."""
    both: dict[str, Any] = {"sources": str(sources), "data": str(directory.root)}
    every = timedelta(minutes=schedule.every_minutes)
    # The first run is due as soon as the server's scheduler has seen it: whoever starts the service waits for it.
    crawls = Interval(every, anchor_date=datetime.now(UTC) + FIRST_RUN_AFTER, timezone=schedule.timezone)
    return [
        _deployment(name, run_flow, both | {"wait": WAIT_FOR_WRITER}, crawls),
        _deployment(name, maintain_flow, both | {"wait": WAIT_FOR_CRAWL}, _daily(schedule.maintain_at, schedule)),
        _deployment(name, digest_flow, both, _daily(schedule.digest_at, schedule)),
        _deployment(name, import_flow, {"data": str(directory.root), "wait": WAIT_FOR_CRAWL}, None),
        _deployment(name, reextract_flow, {"data": str(directory.root), "wait": WAIT_FOR_CRAWL}, None),
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
    made = cast("RunnerDeployment", deployment)
    allowed = parameter_schema(flow).model_dump()
    made._parameter_openapi_schema = ClosedSchema(**allowed, additionalProperties=False)
    return made


def _daily(at: str, schedule: Schedule) -> PrefectSchedule:
    hour, minute = at.split(":")
    return Cron(f"{int(minute)} {int(hour)} * * *", timezone=schedule.timezone)
