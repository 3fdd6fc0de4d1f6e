"""The nightly flow: what keeps the warehouse fast, the disk from filling, and the files of the archive few."""

from dataclasses import dataclass
from datetime import UTC, datetime

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from crawlers.archive.pack_segments import Packed
from flows.data_directory import GIGABYTE, DataDirectory
from flows.dedup.upkeep import close_quiet_stories, refresh_background, refresh_common_fingerprints
from flows.maintenance.pack import pack_loaded
from flows.maintenance.retention import Removed, keep_within
from flows.parameters import Data, SourcesFile, Wait, documented
from flows.prefect_support import gives_way, is_transient, publish_task
from flows.reports.notify import tell_of_failure
from flows.settings import Keep, load_settings
from warehouse import Writer, open_writer


@task(name="retention", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def retention_task(writer: Writer, directory: DataDirectory, keep: Keep) -> Removed:
    """See `flows.maintenance.retention.keep_within`."""
    return keep_within(writer, directory, keep, datetime.now(UTC))


@task(name="upkeep", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def upkeep_task(writer: Writer) -> None:
    """See `flows.dedup.upkeep`: lists that duplicates and stories are found by, stories that have gone quiet."""
    with writer.transaction() as connection:
        refresh_common_fingerprints(connection)
        refresh_background(connection)
        close_quiet_stories(connection)


@task(name="pack", cache_policy=NO_CACHE)
def pack_task(writer: Writer, directory: DataDirectory, spare: int) -> Packed:
    """See `flows.maintenance.pack.pack_loaded`."""
    return pack_loaded(writer, directory, datetime.now(UTC), spare=spare)


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was removed, and what was packed."""

    removed: Removed
    packed: Packed


@flow(
    name="maintain",
    flow_run_name="maintain {data.name}",
    validate_parameters=True,
    on_failure=[tell_of_failure],
    on_crashed=[tell_of_failure],
)
@documented
@gives_way
def maintain(sources: SourcesFile, data: Data, wait: Wait = 0.0) -> Maintained:
    """Tidy up once a day: remove what `[keep]` no longer allows, renew what duplicates are found by, publish, pack.

    What a run still has to load is never removed. Raises SourcesError where the sources' file is not right.
    """
    settings = load_settings(sources)
    directory = DataDirectory(data)
    with open_writer(data, "newsloom maintain", wait=wait) as writer:
        removed = retention_task(writer, directory, settings.keep)
        upkeep_task(writer)
        seconds = publish_task(writer).seconds
        packed = pack_task(writer, directory, int(settings.alerts.least_free_gb * GIGABYTE))
    row = {
        "segments removed": removed.segments,
        "their bytes": removed.bytes,
        "rows of logs removed": removed.rows,
        "old plans removed": removed.plans,
        "segments packed": packed.segments,
        "into files": 2 * packed.packs,
        "seconds to publish": round(seconds, 2),
    }
    create_table_artifact(key="maintenance", table=[row], description="What was tidied up")
    return Maintained(removed, packed)
