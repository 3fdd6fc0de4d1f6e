"""The run history: recent runs with their duration, results and outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from warehouse import WarehouseError, connect, published_exists
from warehouse.runs import recent_runs

if TYPE_CHECKING:
    from rich.console import Console

    from flows.data_directory import DataDirectory
    from warehouse.runs import RecentRun


def last_runs(directory: DataDirectory, limit: int, *, failed_only: bool = False) -> list[RecentRun]:
    """The last runs, newest first, from the published file; empty if there is no warehouse yet."""
    try:
        with connect(directory.root) as connection:
            return recent_runs(connection, limit, failed_only=failed_only)
    except WarehouseError:
        if published_exists(directory.root):
            raise
        return []


def print_runs(runs: list[RecentRun], console: Console) -> None:
    """Print the runs as a table, and below it why some of them failed."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("run", "kind", "started (UTC)"):
        table.add_column(name, no_wrap=True)
    for name in ("seconds", "new", "failed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    for run in runs:
        table.add_row(
            run.run_id,
            run.kind,
            f"{run.started_at:%Y-%m-%d %H:%M:%S}",
            "" if run.seconds is None else f"{run.seconds:.1f}",
            str(run.loaded),
            str(run.failed),
            run.outcome,
        )
    console.print(table)
    for run in runs:
        if run.detail:
            console.print(f"{run.run_id}: {run.detail}", markup=False, soft_wrap=True)
