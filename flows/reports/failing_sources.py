"""Names the sources whose listings fail, in the summary of a run and in `newsloom status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from warehouse import WarehouseError, connect, published_exists
from warehouse.failing_sources import failing_sources
from warehouse.run_counts import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.data_directory import DataDirectory
    from warehouse.failing_sources import FailingSource
    from warehouse.run_counts import SourceCounts

MOST_SOURCES = 20
_LOST = (OUTCOMES.index("failed"), OUTCOMES.index("skipped"))
MOST_CHARS = 200  # of a reason: some repeat what a server said


def failing_now(directory: DataDirectory) -> list[FailingSource]:
    """The failing sources as of the last publication; none if there is no warehouse yet."""
    try:
        with connect(directory.root) as connection:
            return failing_sources(connection)
    except duckdb.BinderException:
        return []  # published by an earlier version, which did not record it
    except WarehouseError:
        if published_exists(directory.root):
            raise
        return []


def describe_failing(failing: Sequence[FailingSource]) -> Iterator[str]:
    """Lines that say which sources fail, why, and since when."""
    if failing:
        yield "failing sources:"
    for source in failing[:MOST_SOURCES]:
        since = f"since {source.since:%Y-%m-%d %H:%M} UTC" if source.since else "since an earlier version"
        times = "once" if source.failures == 1 else f"{source.failures} times in a row"
        others = "" if source.failing == 1 else f" ({source.failing} of its {source.listings} listings fail)"
        yield f"  {source.source}: {source.url}: {source.detail[:MOST_CHARS]}, {since}, {times}{others}"
    if len(failing) > MOST_SOURCES:
        yield f"  and {len(failing) - MOST_SOURCES} more; the table feeds has all"


def describe_without_pages(sources: Sequence[SourceCounts]) -> Iterator[str]:
    """Lines that name the sources of a run of whose pages none could be fetched, and the most frequent reasons."""
    lost = [source for source in sources if sum(source.counts) and _is_lost(source)]
    for source in lost[:MOST_SOURCES]:
        why = ", ".join(f"{reason} {count}" for reason, count in source.reasons[:3])
        yield f"  {source.source}: none of its pages could be fetched ({why})"
    if len(lost) > MOST_SOURCES:
        yield f"  and {len(lost) - MOST_SOURCES} more without a page that could be fetched"


def _is_lost(source: SourceCounts) -> bool:
    return sum(source.counts) == sum(source.counts[at] for at in _LOST)
