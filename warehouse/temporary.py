"""Arrow tables as temporary tables."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """Let queries read an Arrow table under this name while the context lasts."""
    connection.register(name, table)
    try:
        yield
    finally:
        # After an error, which says more than that its transaction is aborted.
        with suppress(duckdb.TransactionException):
            connection.unregister(name)


@contextmanager
def temporary(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """Copy an Arrow table into a temporary table of this name while the context lasts.

    The Arrow table is not queried directly: DuckDB pushes a join's bounds down to Arrow, which does not accept unsigned
    64-bit bounds.
    """
    arrow = f"arrow_{name}"
    with registered(connection, arrow, table):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {arrow}")  # noqa: S608 - our own name
        yield
        connection.execute(f"DROP TABLE temp.{name}")


def id_table(ids: Iterable[UUID]) -> pa.Table:
    """A table with one column, `id`.

    Use it instead of parameters: each UUID parameter makes DuckDB search for Python modules that are not installed,
    which takes a third of a millisecond.
    """
    return pa.table({"id": uuid_array(ids)})


def key_table(keys: Iterable[int]) -> pa.Table:
    """A table with one column, `key`, of unsigned 64-bit integers; instead of parameters as `id_table`."""
    return pa.table({"key": pa.array(keys, pa.uint64())})


def uuid_array(ids: Iterable[UUID | None]) -> pa.Array:
    """Identifiers as an Arrow column."""
    return pa.array([None if one is None else one.bytes for one in ids], pa.uuid())


def table_of(rows: Sequence[object], schema: pa.Schema) -> pa.Table:
    """The attributes of records as a table, one column for each field of the schema."""
    columns = []
    for field in schema:
        values = [getattr(row, field.name) for row in rows]
        columns.append(uuid_array(values) if field.type == pa.uuid() else pa.array(values, field.type))
    return pa.table(columns, schema=schema)
