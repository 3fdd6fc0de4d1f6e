"""`newsloom shell`: an interactive SQL session."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from flows.cli.options import data_option

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WELCOME = "Queries end with a semicolon. .quit or Ctrl-D ends the session."
PROMPT, MORE = "newsloom> ", "     ...> "


@click.command("shell")
@click.option("--plain", is_flag=True, help="Use the simple shell even where harlequin is installed.")
@data_option
def command(plain: bool, data: Path) -> None:
    """Query the warehouse with SQL, one statement after another.

    If harlequin is installed (a full-screen SQL editor: pip install harlequin), it is used.

    Exit code 0: you ended the session, whether or not queries failed.
    """
    from crawlers.errors import NewsloomError
    from flows.reports.query_output import write
    from warehouse import connect
    from warehouse.connection import PUBLISHED
    from warehouse.lake import configured_lake

    with connect(data) as connection:
        if (
            not plain
            and configured_lake(data) is None
            and sys.stdin.isatty()
            and (program := shutil.which("harlequin"))
        ):
            connection.close()
            sys.stdout.flush()
            os.execv(program, [program, "--read-only", str(data / PUBLISHED)])  # noqa: S606 - the user's own program
        if sys.stdin.isatty():
            import readline  # noqa: F401 - gives `input` a history and editing

            names = connection.execute(
                "SELECT view_name FROM duckdb_views() WHERE NOT internal UNION SELECT function_name || '()' "
                "FROM duckdb_functions() WHERE NOT internal AND function_type = 'table_macro' ORDER BY 1"
            ).fetchall()
            click.echo(WELCOME)
            click.echo(click.wrap_text("Views and macros: " + ", ".join(name for (name,) in names), 80))
        for statement in _statements():
            try:
                write(connection, statement, "table", sys.stdout.buffer)
            except NewsloomError as error:
                click.echo(str(error), err=True)


def _statements() -> Iterator[str]:
    """What the user types, one statement after another."""
    typed = ""
    while True:
        try:
            line = input((MORE if typed else PROMPT) if sys.stdin.isatty() else "")
        except EOFError:
            break
        except KeyboardInterrupt:  # forget what was typed so far
            click.echo()
            typed = ""
            continue
        if not typed and line.strip() in (".quit", ".exit", "quit", "exit"):
            return
        typed += line + "\n"
        if line.rstrip().endswith(";"):
            yield typed
            typed = ""
    if typed.strip():
        yield typed
