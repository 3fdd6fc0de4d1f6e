"""A segment whose loading raises what nobody foresaw costs itself: it waits, on record, and the others are loaded."""

from __future__ import annotations

import errno
import logging
import traceback
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.archive import Kind, Outcome, Segment
from crawlers.discovery import url_key
from crawlers.errors import ArchiveError, CrawlersError
from flows.errors import FlowsError, causes, was_interrupted
from warehouse import TransientWarehouseError, WarehouseError
from warehouse.failed_segments import drop_failures, failed_segments, record_failure
from warehouse.writer import is_of_the_disk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.data_directory import DataDirectory
    from warehouse import Writer
    from warehouse.failed_segments import FailedSegment

logger = logging.getLogger("newsloom")
# Of those that failed before, a run tries so many, the ones tried longest ago: a fault that strikes every segment would
# otherwise make each run longer than the one before. A segment takes a second or two.
RETRIED_PER_RUN = 20
REMEDY = (
    "They wait in the archive, nothing of them is lost, and later runs try them again, after the others: a newer "
    "newsloom may load them. Please report the error; moving both files of a segment away gives it up."
)
_OURS = ("crawlers", "flows", "warehouse")


@contextmanager
def isolate_failure(writer: Writer, segment: str) -> Iterator[None]:
    """Put what loading a segment raises on record, and go on after it.

    What concerns more than the segment is raised: a disk that fails or is full, a warehouse that cannot be used, and
    somebody's Ctrl-C.
    """
    try:
        yield
    except Exception as error:
        if _concerns_all(error):
            raise
        said = describe_error(error)
        logger.warning("segment %s cannot be loaded, and waits: %s", segment, said)
        record_failure(writer, segment, said, datetime.now(UTC))


@contextmanager
def raise_as_flows_error(segment: str) -> Iterator[None]:
    """Where a segment must be loaded: raise what nobody foresaw as a FlowsError."""
    try:
        yield
    except Exception as error:
        if _concerns_all(error) or isinstance(error, CrawlersError):
            raise
        raise FlowsError(
            f"segment {segment} cannot be loaded: {describe_error(error)}\n"
            "The warehouse stays as it was. Please report this."
        ) from error


def _concerns_all(error: Exception) -> bool:
    return was_interrupted(error) or any(
        isinstance(cause, TransientWarehouseError | WarehouseError)
        or is_of_the_disk(cause)
        or (isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT))
        for cause in causes(error)
    )


def describe_error(error: Exception) -> str:
    """An error with its kind and the innermost line of ours that it came through, on one line."""
    places = [
        f"{module}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__"))).partition(".")[0] in _OURS
    ]
    said = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return f"{said} ({places[-1]})" if places else said


def loading_order(writer: Writer, waiting: Sequence[str]) -> list[str]:
    """The segments that wait, those last that failed before, of these `RETRIED_PER_RUN`."""
    failed = [one.segment for one in failed_segments(writer.connection)]
    if not failed:
        return list(waiting)
    there = set(waiting)
    if gone := [name for name in failed if name not in there]:
        drop_failures(writer, gone)
    again = [name for name in failed if name in there]
    return [name for name in waiting if name not in set(again)] + again[:RETRIED_PER_RUN]


def failed_page_keys(writer: Writer, directory: DataDirectory) -> frozenset[int]:
    """Keys of the pages in segments that could not be loaded: every run would fetch them once more."""
    keys: set[int] = set()
    for one in failed_segments(writer.connection):
        with suppress(ArchiveError):  # that may be what is wrong with it
            for fetch in Segment(directory.archive, one.segment).fetches():
                if fetch.kind is Kind.PAGE and fetch.outcome is Outcome.FETCHED:
                    with suppress(ValueError):
                        keys.add(url_key(fetch.url))
    return frozenset(keys)


def describe_failures(failed: Sequence[FailedSegment]) -> str:
    """What could not be loaded, why, and what to do: a few lines for people."""
    count = "1 segment" if len(failed) == 1 else f"{len(failed)} segments"
    return "\n".join([f"could not be loaded: {count}", *(f"  {line}" for line in failure_lines(failed)), REMEDY])


def failure_lines(failed: Sequence[FailedSegment]) -> list[str]:
    """Each segment with its error, since when and how often it was tried."""
    return [
        f"{one.segment}: {one.error}; since {one.failed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, tried {one.attempts} ×"
        for one in failed
    ]
