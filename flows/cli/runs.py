"""`newsloom runs`: list recent runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.cli.json_output import json_option, print_json
from flows.cli.options import data_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("runs")
@data_option
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Number of runs to show, newest first."
)
@click.option("--failed", is_flag=True, help="Only runs that failed or crashed.")
@json_option
def command(data: Path, limit: int, failed: bool, as_json: bool) -> None:
    """List recent runs with their duration, results and final state."""
    from flows.reports.run_history import last_runs, print_runs
    from flows.reports.run_summary import report_console

    directory = data_directory(data)
    runs = last_runs(directory, limit, failed_only=failed)
    if as_json:
        print_json("runs", runs)
    elif runs:
        print_runs(runs, report_console())
    else:
        click.echo(f"{directory.root}: no runs yet" if not failed else f"{directory.root}: no failed runs")
