"""`newsloom doctor`: check a data directory for inconsistencies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.json_output import json_option, print_json
from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("doctor")
@click.option("--deep", is_flag=True, help="Also read all tables and all files of the archive. This takes long.")
@json_option
@data_option
@wait_option
def command(deep: bool, as_json: bool, data: Path, wait: float) -> None:
    """Check that the warehouse, the archive and the published file agree, and report how to fix problems.

    The check changes nothing, but no other newsloom process may write meanwhile (see --wait).

    Exit code 0: no problem found. Exit code 1: at least one check failed.
    """
    from flows.errors import FlowsError
    from flows.maintenance.doctor import examine
    from warehouse import open_writer, warehouse_exists
    from warehouse.checks.doctor import number_of_checks

    directory = data_directory(data)
    if not warehouse_exists(directory.root):
        raise FlowsError(
            f"{directory.root}: no warehouse found. Choose a data directory with --data DIR or NEWSLOOM_DATA."
        )
    with open_writer(directory.root, "newsloom doctor", wait=wait) as writer:
        findings = examine(writer, directory, deep=deep)
    wrong = sum(not finding.is_harmless for finding in findings)
    checks = number_of_checks() + 9
    if as_json:
        print_json("doctor", findings, {"checks": checks, "failed": wrong}, ok=not wrong)
        sys.exit(1 if wrong else 0)
    for finding in findings:
        click.echo(f"{'note' if finding.is_harmless else 'WRONG'}: {finding.what} Total: {finding.count}")
        for example in finding.examples:
            click.echo(f"    {example}")
        click.echo(f"  {finding.remedy}")
    if wrong:
        click.echo(f"{wrong} of {checks} checks failed")
        sys.exit(1)
    click.echo(f"no problems found: {checks} checks passed")
