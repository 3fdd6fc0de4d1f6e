"""`newsloom demo`: crawl four newspapers that newsloom serves itself."""

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
    help="Data directory of the demo. The results of an earlier demo there are replaced.",
)
def command(data: Path) -> None:
    """Crawl four small demo newspapers and query the result; needs no internet.

    newsloom serves the newspapers on this machine, crawls them, publishes a second edition and crawls that.
    """
    from flows.demo.show import run_demo
    from flows.reports.run_summary import report_console

    run_demo(data_directory(data), report_console())
