"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="NEWSLOOM_DATA",
    default=Path("newsloom-data"),
    show_default=True,
    show_envvar=True,
    help="Data directory: warehouse, archive and state.",
)
sources_option = click.option(
    "--sources",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="NEWSLOOM_SOURCES",
    default=Path("sources.toml"),
    show_default=True,
    show_envvar=True,
    help="File that lists the sources.",
)
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for another newsloom process that writes to the same data directory.",
)
