"""`newsloom doctor`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option, wait_option
from flows.data_directory import data_directory

if TYPE_CHECKING:
    from pathlib import Path


@click.command("doctor")
@click.option(
    "--deep", is_flag=True, help="Read all tables, and every stored page that an article came from, too; takes long."
)
@data_option
@wait_option
def command(deep: bool, data: Path, wait: float) -> None:
    """Check that warehouse, archive and published file agree, and say what to do where they do not.

    Changes nothing, but needs the writer's lock. Exit code 0: all is well; 1: something is wrong.
    """
    from flows.errors import FlowsError
    from flows.maintenance.doctor import examine
    from warehouse import open_writer
    from warehouse.checks.doctor import number_of_checks

    directory = data_directory(data)
    if not (directory.private / "warehouse.duckdb").exists():
        raise FlowsError(f"{directory.root}: there is no warehouse here; --data DIR or NEWSLOOM_DATA names another.")
    with open_writer(directory.root, "newsloom doctor", wait=wait) as writer:
        findings = examine(writer, directory, deep=deep)
    for finding in findings:
        click.echo(f"{'note' if finding.is_harmless else 'WRONG'}: {finding.what} {finding.count} in all")
        for example in finding.examples:
            click.echo(f"    {example}")
        click.echo(f"  {finding.remedy}")
    wrong = sum(not finding.is_harmless for finding in findings)
    if wrong:
        click.echo(f"{wrong} of {number_of_checks() + 7} checks found something wrong")
        sys.exit(1)
    click.echo(f"all is well: {number_of_checks() + 7} checks")
