"""`newsloom demo`."""

from __future__ import annotations

from pathlib import Path

import click

from flows.data_directory import data_directory


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("newsloom-demo"),
    show_default=True,
    help="The data directory of the demo; what an earlier demo left there is replaced.",
)
def command(data: Path) -> None:
    """Show a whole run on small news sites of its own; needs no internet.

    Four newspapers that newsloom brings along are served on this machine, crawled, edited and crawled again.
    """
    from flows.demo.show import run_demo
    from flows.reports.run_summary import report_console

    run_demo(data_directory(data), report_console())
