"""Results of queries, read to their end: while a result is open, DuckDB 2 takes no table and runs no `sql`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    import pyarrow as pa

    Parameters = Sequence[object] | Mapping[str, object] | None


def one_row(connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters = None) -> tuple[Any, ...] | None:
    """The first row of a query that has one at most; None if it has none."""
    return next(iter(connection.execute(query, parameters).fetchall()), None)


def arrow_table(connection: duckdb.DuckDBPyConnection, query: str, parameters: Parameters = None) -> pa.Table:
    """The rows of a query. What `execute` gives, DuckDB 2 would copy once more, and warn."""
    return connection.sql(query, params=parameters).to_arrow_table()
