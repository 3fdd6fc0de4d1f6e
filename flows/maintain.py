"""The nightly flow: removes old data, refreshes the data of deduplication, publishes, and packs small segments."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from crawlers.archive.packing import PackingResult
from flows.data_directory import GIGABYTE, DataDirectory
from flows.dedup.upkeep import close_quiet_stories, refresh_chains, refresh_common_shingles, refresh_idf
from flows.maintenance.pack import pack_loaded
from flows.maintenance.retention import RetentionResult, apply_retention
from flows.prefect_support import Data, SourcesFile, Wait, document_parameters, publish_task, retried_task, skip_if_busy
from flows.reports.notify import notify_failure
from flows.settings import Keep, load_settings
from warehouse import Writer, open_writer


@retried_task("retention")
def retention_task(writer: Writer, directory: DataDirectory, keep: Keep) -> RetentionResult:
    """See `flows.maintenance.retention.apply_retention`."""
    return apply_retention(writer, directory, keep, datetime.now(UTC))


@retried_task("upkeep")
def upkeep_task(writer: Writer) -> None:
    """See `flows.dedup.upkeep`: refreshes common shingles, term weights and chains, and closes quiet stories."""
    with writer.transaction() as connection:
        refresh_common_shingles(connection)
        refresh_idf(connection)
        close_quiet_stories(connection)
        refresh_chains(connection, datetime.now(UTC))


@retried_task("compact")
def compact_task(writer: Writer, keep: Keep) -> None:
    """See `warehouse.lake_writer.LakeWriter.compact`; a DuckDB file needs none."""
    writer.compact(datetime.now(UTC) - timedelta(days=keep.states_days))


@task(name="pack", cache_policy=NO_CACHE)
def pack_task(writer: Writer, directory: DataDirectory, spare: int) -> PackingResult:
    """See `flows.maintenance.pack.pack_loaded`."""
    return pack_loaded(writer, directory, datetime.now(UTC), spare=spare)


@dataclass(frozen=True, slots=True)
class MaintenanceResult:
    """What was removed, and what was packed."""

    removed: RetentionResult
    packed: PackingResult


@flow(
    name="maintain",
    flow_run_name="maintain {data.name}",
    validate_parameters=True,
    on_failure=[notify_failure],
    on_crashed=[notify_failure],
)
@document_parameters
@skip_if_busy
def maintain_flow(sources: SourcesFile, data: Data, wait: Wait = 0.0) -> MaintenanceResult:
    """Remove data beyond the limits in `[keep]`, refresh the data of deduplication, publish, and pack small segments.

    Segments that are not loaded yet are never removed. Raises SourcesError if the sources file is invalid.
    """
    settings = load_settings(sources)
    directory = DataDirectory(data)
    with open_writer(data, "newsloom maintain", wait=wait) as writer:
        removed = retention_task(writer, directory, settings.keep)
        upkeep_task(writer)
        seconds = publish_task(writer).seconds
        compact_task(writer, settings.keep)
        packed = pack_task(writer, directory, int(settings.alerts.least_free_gb * GIGABYTE))
    row = {
        "segments removed": removed.segments,
        "bytes removed": removed.bytes,
        "rows of requests removed": removed.rows,
        "old plans removed": removed.plans,
        "segments packed": packed.segments,
        "files of packs": 2 * packed.packs,
        "seconds to publish": round(seconds, 2),
    }
    create_table_artifact(key="maintenance", table=[row], description="What maintenance removed and packed")
    return MaintenanceResult(removed, packed)
