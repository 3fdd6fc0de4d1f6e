"""What happens if a segment cannot be loaded: it is recorded and tried again later, and the others are loaded."""

from __future__ import annotations

import errno
import logging
import traceback
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.archive import Kind, Outcome, Segment
from crawlers.counts import counted
from crawlers.discovery import url_key
from crawlers.errors import ArchiveError, CrawlersError, StoreError
from flows.errors import FlowsError, causes, was_interrupted
from flows.pipeline.attempts import (
    LAST_AFTER,
    SET_ASIDE_AFTER,
    deaths_by_segment,
    describe_deaths,
    noted_attempt,
)
from warehouse import TransientWarehouseError, WarehouseError
from warehouse.failed_segments import drop_failures, failed_segments, record_failure
from warehouse.writer import is_of_the_disk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.data_directory import DataDirectory
    from warehouse import Writer
    from warehouse.failed_segments import FailedSegment

logger = logging.getLogger("newsloom")
# How many segments that failed before a run tries again, those tried longest ago first. With no limit, a fault in every
# segment would make each run longer than the one before. A segment takes a second or two.
RETRIED_PER_RUN = 20
RETRY_REMEDY = (
    "They stay in the archive, and nothing is lost: later runs try them again, after the other segments, and a newer "
    "newsloom may load them. Please report the error. To give up a segment, move both of its files away."
)
_OUR_PACKAGES = ("crawlers", "flows", "warehouse")


@contextmanager
def isolate_failure(writer: Writer, segment: str) -> Iterator[None]:
    """Record an error that loading a segment raises, and continue after the block.

    Errors that affect more than the segment are raised: a disk that fails or is full, a warehouse that cannot be used,
    and Ctrl-C.
    """
    try:
        with noted_attempt(writer, segment):
            yield
    except Exception as error:
        if _affects_all_segments(error):
            raise
        description = describe_error(error)
        logger.warning("segment %s cannot be loaded; later runs will try again: %s", segment, description)
        record_failure(writer, segment, description, datetime.now(UTC))


@contextmanager
def raise_as_flows_error(segment: str) -> Iterator[None]:
    """Raise an unexpected error as a FlowsError, for a segment that must be loaded."""
    try:
        yield
    except Exception as error:
        if _affects_all_segments(error) or isinstance(error, CrawlersError):
            raise
        raise FlowsError(
            f"segment {segment} cannot be loaded: {describe_error(error)}\n"
            "The warehouse is unchanged. Please report this error."
        ) from error


def _affects_all_segments(error: Exception) -> bool:
    return was_interrupted(error) or any(
        isinstance(cause, TransientWarehouseError | WarehouseError | StoreError)
        or is_of_the_disk(cause)
        or (isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT))
        for cause in causes(error)
    )


def describe_error(error: Exception) -> str:
    """An error on one line: its class, its text, and the innermost line of our code that it came through."""
    places = [
        f"{module}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__"))).partition(".")[0] in _OUR_PACKAGES
    ]
    description = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return f"{description} ({places[-1]})" if places else description


def loading_order(writer: Writer, pending: Sequence[str]) -> list[str]:
    """Pending segments in the order to load them: at the end, up to `RETRIED_PER_RUN` that failed before.

    Segments on which processes died come last of all; after `SET_ASIDE_AFTER` deaths they are left out, and recorded as
    failed.
    """
    deaths = deaths_by_segment(writer, pending)
    for name, count in deaths.items():
        if count >= SET_ASIDE_AFTER:
            description = describe_deaths(writer, name, count)
            logger.warning("segment %s cannot be loaded: %s", name, description)
            record_failure(writer, name, description, datetime.now(UTC))
    order = _order_of_failures(writer, pending)
    late = [name for name in order if deaths.get(name, 0) >= LAST_AFTER]
    return [name for name in order if name not in late] + [name for name in late if deaths[name] < SET_ASIDE_AFTER]


def _order_of_failures(writer: Writer, pending: Sequence[str]) -> list[str]:
    failed = [one.segment for one in failed_segments(writer.connection)]
    if not failed:
        return list(pending)
    there = set(pending)
    if gone := [name for name in failed if name not in there]:
        drop_failures(writer, gone)
    again = [name for name in failed if name in there]
    return [name for name in pending if name not in set(again)] + again[:RETRIED_PER_RUN]


def failed_page_keys(writer: Writer, directory: DataDirectory) -> frozenset[int]:
    """Keys of the pages in segments that could not be loaded. Without them, every run would fetch these pages again."""
    keys: set[int] = set()
    for one in failed_segments(writer.connection):
        with suppress(ArchiveError):  # a damaged segment may be the reason for the failure
            for fetch in Segment(directory.archive, one.segment).fetches():
                if fetch.kind is Kind.PAGE and fetch.outcome is Outcome.FETCHED:
                    with suppress(ValueError):
                        keys.add(url_key(fetch.url))
    return frozenset(keys)


def describe_failures(failed: Sequence[FailedSegment]) -> str:
    """What could not be loaded, why, and what to do: a few lines for the user."""
    return "\n".join(
        [
            f"could not be loaded: {counted(len(failed), 'segment')}",
            *(f"  {line}" for line in failure_lines(failed)),
            RETRY_REMEDY,
        ]
    )


def failure_lines(failed: Sequence[FailedSegment]) -> list[str]:
    """Each segment with its error, the time of its first failure, and the number of attempts."""
    return [
        f"{one.segment}: {one.error}; since {one.failed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        f"tried {counted(one.attempts, 'time')}"
        for one in failed
    ]
