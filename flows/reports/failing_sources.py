"""Names the sources whose listings fail, in the summary of a run and in `newsloom status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from warehouse import WarehouseError, connect
from warehouse.failing_sources import failing_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.data_directory import DataDirectory
    from warehouse.failing_sources import FailingSource

MOST_SOURCES = 20
MOST_CHARS = 200  # of a reason: some repeat what a server said


def failing_now(directory: DataDirectory) -> list[FailingSource]:
    """The failing sources as of the last publication; none if there is no warehouse yet."""
    try:
        with connect(directory.root) as connection:
            return failing_sources(connection)
    except duckdb.BinderException:
        return []  # published by an earlier version, which did not record it
    except WarehouseError:
        if directory.news.exists():
            raise
        return []


def describe_failing(failing: Sequence[FailingSource]) -> Iterator[str]:
    """Lines that say which sources fail, why, and since when."""
    if failing:
        yield "sources that fail:"
    for source in failing[:MOST_SOURCES]:
        since = f"since {source.since:%Y-%m-%d %H:%M} UTC" if source.since else "since an earlier version"
        times = "once" if source.failures == 1 else f"{source.failures} times in a row"
        others = "" if source.failing == 1 else f" ({source.failing} of its {source.listings} listings fail)"
        yield f"  {source.source}: {source.url}: {source.detail[:MOST_CHARS]}, {since}, {times}{others}"
    if len(failing) > MOST_SOURCES:
        yield f"  and {len(failing) - MOST_SOURCES} more; the table feeds has all"
