"""Query results: a table for people, or one of the formats of `warehouse.formats` for programs."""

from __future__ import annotations

import io
import re
import shutil
import sys
from typing import IO, cast

import click
import duckdb

from flows.errors import FlowsError
from warehouse import formats

HIDDEN = re.compile(r"(\d+) columns \((\d+) shown\)")  # in the last line of DuckDB's tables
TABLE_ROWS = 200  # a table with more rows is cut


def write(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    form: str,
    target: IO[bytes],
) -> None:
    """Run a query and write its rows as `table`, as `lines` (one per value), or in a format of `warehouse.formats`.

    A table shows the first and last rows, and as many columns as fit; a note on standard error says how many it hides.
    Raises FlowsError, with DuckDB's message, for a query that fails.
    """
    try:
        relation: duckdb.DuckDBPyRelation | None = connection.sql(query)
        if relation is None:  # a statement without rows
            return
        if form == "table":
            _write_table(relation, target)
        elif form == "lines":
            _write_lines(relation, target)
        else:
            formats.write(relation, cast("formats.Format", form), target)
    except duckdb.Error as error:
        raise FlowsError(f"the query failed:\n{error}") from error


def _write_table(relation: duckdb.DuckDBPyRelation, target: IO[bytes]) -> None:
    width = shutil.get_terminal_size((120, 24)).columns
    target.flush()
    out = sys.stdout
    sys.stdout = buffer = io.StringIO()  # DuckDB only prints its tables
    try:
        relation.show(max_width=width, max_rows=TABLE_ROWS)
    finally:
        sys.stdout = out
    target.write(buffer.getvalue().encode())
    target.flush()
    if hidden := HIDDEN.search(buffer.getvalue()):
        every, shown = int(hidden[1]), int(hidden[2])
        click.echo(f"{every - shown} of {every} columns are hidden; --format lines shows all", err=True)


def _write_lines(relation: duckdb.DuckDBPyRelation, target: IO[bytes]) -> None:
    """Write each value on a line of its own, after the name of its column; further lines of a text are indented."""
    names = relation.columns
    width = max(map(len, names))
    number = 0
    for batch in formats.batches(formats.as_texts(relation)):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            target.write(f"{'' if number == 1 else chr(10)}row {number}\n".encode())
            for name, value in zip(names, row, strict=True):
                text = "" if value is None else f"\n{' ' * (width + 4)}".join(map(_shown, value.split("\n")))
                target.write(f"  {name:{width}}  {text}".rstrip().encode() + b"\n")
    target.flush()


def _shown(text: str) -> str:
    """A text whose control characters do not command the terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
