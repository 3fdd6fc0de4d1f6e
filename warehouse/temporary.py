"""Arrow tables as temporary tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import pyarrow as pa


@contextmanager
def temporary(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """The Arrow table as a temporary table of that name.

    Not registered as it is: DuckDB hands a join's bounds to Arrow, which cannot take unsigned 64-bit ones.
    """
    arrow = f"arrow_{name}"
    connection.register(arrow, table)
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {arrow}")  # noqa: S608 - our own name
        yield
        connection.execute(f"DROP TABLE temp.{name}")
    finally:
        connection.unregister(arrow)
