"""Copies the tables of an attached warehouse, `origin`, in pieces of consecutive rows, and compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from warehouse.errors import WarehouseError, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN = "origin"
PIECE = 50_000  # rows: two hundred megabytes of texts
TABLES = f"""
SELECT schema_name || '.' || table_name FROM duckdb_tables()
WHERE database_name = '{ORIGIN}' AND table_name <> 'schema_migrations' ORDER BY ALL
"""  # noqa: S608 - our own name


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of the origin, with their schemas, but for that of the migrations."""
    return [name for (name,) in connection.execute(TABLES).fetchall()]


def pieces(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[int, int]]:
    """The number of each piece of a table of the origin, and how many rows it has."""
    yield from connection.execute(
        f"SELECT rowid // {PIECE} AS piece, count(*) FROM {ORIGIN}.{table} GROUP BY piece ORDER BY piece"  # noqa: S608
    ).fetchall()


def copy_piece(connection: duckdb.DuckDBPyConnection, table: str, piece: int) -> None:
    """Copy a piece of a table, in the caller's transaction."""
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT * FROM {ORIGIN}.{table} "  # noqa: S608 - our own name
        f"WHERE rowid >= {piece * PIECE} AND rowid < {(piece + 1) * PIECE} ORDER BY rowid"
    )


def compare(connection: duckdb.DuckDBPyConnection, table: str, name: str, advice: str) -> int:
    """The number of rows of a table of the warehouse `name`.

    Raises WarehouseError, which ends with the advice, unless the origin has the same rows.
    """
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    listed = ", ".join(f'"{column}"' for column in columns)
    sums = f"SELECT count(*), sum(hash({listed})) FROM "  # noqa: S608 - our own names
    try:
        old = connection.execute(sums + f"{ORIGIN}.{table}").fetchall()[0]
        new = connection.execute(sums + table).fetchall()[0]
    except duckdb.Error as error:
        raise WarehouseError(f"{name}: the table {table} cannot be compared: {first_line(error)}") from error
    if old != new:
        raise WarehouseError(
            f"{name}: the table {table} differs: {new[0]} rows with the checksum {new[1]}, expected {old[0]} rows with "
            f"{old[1]}. {advice}"
        )
    return int(old[0])
