"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import os


class DataPath(click.Path):
    """The path of a data directory, which DuckDB must be able to open."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, context: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse the empty path, which would be the current folder, and "?", from which DuckDB reads options."""
        if not str(value):
            self.fail("the path is empty; expected a directory, such as newsloom-data", param, context)
        if "?" in str(Path(value).absolute()):
            self.fail(f"{value}: DuckDB does not open files whose path contains a question mark", param, context)
        return super().convert(value, param, context)


data_option = click.option(
    "--data",
    type=DataPath(path_type=Path, file_okay=False),
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
