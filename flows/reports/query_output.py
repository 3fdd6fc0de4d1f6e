"""Writes the result of a query as a table for people, or row by row in a format for programs."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import sys
from typing import IO, TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import FlowsError
from warehouse.export import storable

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS_AT_A_TIME = 2048  # a DuckDB vector
TABLE_ROWS = 200  # a table with more rows is cut


def write(connection: duckdb.DuckDBPyConnection, query: str, form: str, target: IO[bytes]) -> None:
    """Run a query and write its rows in a format: table, csv, json, jsonl or parquet.

    A few thousand rows bound the memory, except for `table`, which shows the first and last rows. Times are ISO 8601
    with offset. Raises FlowsError with DuckDB's message if the query fails.
    """
    try:
        if form == "table":
            _write_table(connection, query, target)
            return
        if form == "parquet":
            _write_parquet(connection, query, target)
            return
        cursor = connection.execute(query)
        if not cursor.description:
            return
        names = [column[0] for column in cursor.description]
        text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
        try:
            {"csv": _write_csv, "json": _write_json, "jsonl": _write_jsonl}[form](names, _rows(cursor), text)
        finally:
            text.detach()  # leaves the target open
    except duckdb.Error as error:
        raise FlowsError(f"the query failed:\n{error}") from error


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(ROWS_AT_A_TIME):
        yield from rows


def _write_table(connection: duckdb.DuckDBPyConnection, query: str, target: IO[bytes]) -> None:
    relation: duckdb.DuckDBPyRelation | None = connection.sql(query)
    if relation is None:  # a statement without rows
        return
    width = shutil.get_terminal_size((120, 24)).columns
    target.flush()
    out = sys.stdout
    sys.stdout = buffer = io.StringIO()  # DuckDB can only print its tables
    try:
        relation.show(max_width=width, max_rows=TABLE_ROWS)
    finally:
        sys.stdout = out
    target.write(buffer.getvalue().encode())
    target.flush()


def _write_csv(names: list[str], rows: Iterator[tuple[Any, ...]], text: IO[str]) -> None:
    writer = csv.writer(text, lineterminator="\n")  # the line ending that shell tools expect
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return _dump(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _write_json(names: list[str], rows: Iterator[tuple[Any, ...]], text: IO[str]) -> None:
    text.write("[")
    for number, row in enumerate(rows):
        text.write(",\n " if number else "\n ")
        text.write(_dump(dict(zip(names, row, strict=True))))
    text.write("\n]\n")


def _write_jsonl(names: list[str], rows: Iterator[tuple[Any, ...]], text: IO[str]) -> None:
    for row in rows:
        text.write(_dump(dict(zip(names, row, strict=True))) + "\n")


def _dump(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=_plain, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=_plain)


def _finite(value: Any) -> Any:
    """Replace NaN and infinity, which JSON does not have, with null."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _write_parquet(connection: duckdb.DuckDBPyConnection, query: str, target: IO[bytes]) -> None:
    relation: duckdb.DuckDBPyRelation | None = connection.sql(query)
    if relation is None:  # a statement without rows
        return
    batches = relation.project(storable(zip(relation.columns, relation.types, strict=True))).to_arrow_reader(100_000)
    try:
        with pq.ParquetWriter(target, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
    except pa.ArrowNotImplementedError as error:
        raise FlowsError(
            f"the result cannot be written as Parquet: {error}.\nCast this column in the query."
        ) from error
