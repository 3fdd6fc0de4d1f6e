"""Query results: a table for people, or one of the formats of `warehouse.formats` for programs."""

from __future__ import annotations

import io
import shutil
import sys
from typing import IO, cast

import duckdb

from flows.errors import FlowsError
from warehouse import formats

TABLE_ROWS = 200  # a table with more rows is cut


def write(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    form: str,
    target: IO[bytes],
) -> None:
    """Run a query and write its rows as `table`, or in a format of `warehouse.formats`.

    A table shows the first and last rows. Raises FlowsError, with DuckDB's message, for a query that fails.
    """
    try:
        relation: duckdb.DuckDBPyRelation | None = connection.sql(query)
        if relation is None:  # a statement without rows
            return
        if form == "table":
            _write_table(relation, target)
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
