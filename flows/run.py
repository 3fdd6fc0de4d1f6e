"""The flow of `newsloom run`: `flows.pipeline.run` with its steps as Prefect tasks.

They are few and coarse: one for the plan, one for the crawl, one for each segment, one for publishing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

from prefect import Flow, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from pydantic import Field

from crawlers.archive.store import Store
from crawlers.sources.model import Sources
from flows.crawl_shard import ShardFlowRuns
from flows.data_directory import DataDirectory
from flows.errors import FlowsError
from flows.pipeline import run as pipeline
from flows.pipeline.crawl import Crawl
from flows.pipeline.extract import Extractor
from flows.pipeline.failures import describe_failures
from flows.pipeline.interrupt import Interrupt
from flows.pipeline.load import LoadResult
from flows.pipeline.run_summary import RunSummary
from flows.pipeline.segments import process_segment
from flows.pipeline.shards import ShardedCrawl
from flows.prefect_support import (
    Data,
    SourcesFile,
    Wait,
    document_parameters,
    is_deployed,
    publish_task,
    retried_task,
    skip_if_busy,
)
from flows.progress import LogReporter, Reporter
from flows.reports.artifacts import create_run_artifacts
from flows.reports.notify import notify_failure
from flows.reports.run_summary import describe_died
from flows.retries import LONG_RETRIES
from flows.settings import load_settings
from warehouse import Writer
from warehouse.lake import configured_lake


@retried_task("plan")
def plan_task(writer: Writer, sources: Sources, directory: DataDirectory, run_id: str) -> Path:
    """See `flows.pipeline.plan.make_plan`."""
    return pipeline.plan(writer, sources, directory, run_id)


@task(name="crawl", cache_policy=NO_CACHE)
def crawl_task(crawl: Crawl | ShardedCrawl) -> None:
    """Wait for the crawl to end."""
    crawl.wait()


def watch_crawl(crawl: Crawl | ShardedCrawl) -> Callable[[], object]:
    """Wait for the crawl in a task that runs beside the others."""
    return crawl_task.submit(crawl).result


@retried_task("load segment", task_run_name="load {name}", delays=LONG_RETRIES)
def load_task(writer: Writer, extractor: Extractor, directory: DataDirectory, name: str) -> LoadResult | None:
    """See `flows.pipeline.segments.process_segment`."""
    return process_segment(writer, extractor, directory, name)


STEPS = pipeline.RunSteps(plan_task, load_task, publish_task, watch_crawl)


def make_run_flow(reporter: Reporter, interrupt: Interrupt | None = None) -> Flow[..., RunSummary]:
    """The flow with a reporter of its progress, and what may interrupt it.

    Prefect validates and stores the parameters of a flow, and shows them in its form: these cannot be among them.
    """

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
            Field(gt=0, description="Minutes that the crawl may take; empty: run_minutes under [schedule]."),
        ] = None,
        shards: Annotated[int, Field(ge=1, description="Number of crawl processes; a site belongs to one.")] = 1,
        shard_deployment: Annotated[
            str,
            Field(description="Deployment of the flow crawl-shard that crawls each shard; empty: on this machine."),
        ] = "",
        shard_store: Annotated[
            str,
            Field(description="URL of a store (s3://…) for machines that do not share the data directory."),
        ] = "",
    ) -> RunSummary:
        """Crawl the sources of a file into the warehouse of a data directory.

        Loads what an interrupted run left, requests what is due, loads what is new, publishes. Raises SourcesError
        before anything starts if the sources are invalid or name no contact, FlowsError if the disk is nearly full, and
        WarehouseBusyError if another process is writing.

        Its run_id in the warehouse is the identifier of the flow run, without hyphens.

        The summary names segments that could not be loaded, and crawl processes that died. A deployed run fails in the
        end because of them, the first time that it happens, so that somebody is notified.
        """
        if shard_deployment and shards == 1:
            raise FlowsError("shard_deployment: needs `shards` to be 2 or more; found 1")
        if shard_store and not shard_deployment:
            raise FlowsError("shard_store: is for shards on other machines; name their deployment in shard_deployment")
        started = datetime.now(UTC)
        steps, flow_runs = STEPS, None
        if shard_deployment:
            limit = load_settings(sources).schedule.run_minutes if minutes is None else minutes
            flow_runs = ShardFlowRuns(shard_deployment, limit, Store(shard_store) if shard_store else None)
            steps = replace(STEPS, start_shard=flow_runs.start, take_segments=flow_runs.take_left)
        try:
            summary = pipeline.run_sources(
                sources,
                data,
                wait,
                minutes,
                reporter,
                shards=shards,
                steps=steps,
                interrupt=interrupt,
                run_id=UUID(flow_run.id).hex,
            )
        finally:
            if flow_runs is not None:
                flow_runs.end()
        create_run_artifacts(summary, None if configured_lake(data) else DataDirectory(data).news)
        if is_deployed() and any(segment.failed_at >= started for segment in summary.failed):
            raise FlowsError(describe_failures(summary.failed))
        if is_deployed() and summary.died:
            raise FlowsError(describe_died(summary.died))
        return summary

    return run_flow


run_flow = make_run_flow(LogReporter())
