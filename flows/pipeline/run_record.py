"""The entry of a run or an import in the run history: when it began, and how it ended."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from flows.pipeline.failures import describe_failures
from warehouse.failed_segments import failed_segments
from warehouse.runs import finish_run, start_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Writer
    from warehouse.failed_segments import FailedSegment


@dataclass(slots=True)
class RunRecord:
    """What a run says of itself while it goes on."""

    interrupted: bool = False
    died: tuple[str, ...] = ()
    failed: tuple[FailedSegment, ...] = ()
    """The segments that could not be loaded since it began; known at its end."""


@contextmanager
def recorded_run(writer: Writer, run_id: str, kind: str, started: datetime) -> Iterator[RunRecord]:
    """Record what happens within as a run.

    It failed if an error ended it, if a shard died, or if a segment could not be loaded.
    """
    start_run(writer, run_id, kind, version("newsloom"), started)
    record = RunRecord()
    try:
        yield record
    except Exception as error:
        finish_run(writer, run_id, "failed", datetime.now(UTC), f"{type(error).__name__}: {error}")
        raise
    with writer.transaction() as connection:  # which says so in words if a lake cannot be reached any more
        record.failed = tuple(failed_segments(connection, started))
    problems = [*record.died, *([describe_failures(record.failed)] if record.failed else [])]
    detail = "\n".join(problems) or None
    outcome = "failed" if problems else "interrupted" if record.interrupted else "completed"
    finish_run(writer, run_id, outcome, datetime.now(UTC), detail)
