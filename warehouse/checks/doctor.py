"""Checks of what DuckDB does not check by itself, because a constraint would cost every load: one .sql file each.

A file's first comment says what is wrong with the rows that it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.connection import first_line

CHECKS = Path(__file__).parent
EXAMPLES = 3
REMEDY = "`newsloom rebuild` makes the warehouse anew from the archive."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: how often, some examples, and what to do about it. `is_harmless` is for the record."""

    what: str
    count: int
    examples: tuple[str, ...]
    remedy: str
    is_harmless: bool = False


def check_warehouse(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Run every check on an open private warehouse; reads all of its narrow columns, and no text."""
    findings = []
    for file in sorted(CHECKS.glob("*.sql")):
        sql = file.read_text(encoding="utf-8")
        rows = connection.execute(
            f"SELECT count(*), list(what ORDER BY what)[:{EXAMPLES}] FROM ({sql}) AS found(what)"  # noqa: S608
        ).fetchall()
        count, examples = rows[0]
        if count:
            findings.append(Finding(_what(sql), count, tuple(examples), REMEDY))
    return findings


def check_tables(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Read every column of every table, texts included: DuckDB keeps a checksum of each block of its file."""
    columns = connection.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE NOT internal "
        "AND database_name = current_database() AND table_oid IN (SELECT table_oid FROM duckdb_tables()) ORDER BY ALL"
    ).fetchall()
    damaged = []
    for schema, table, column in columns:
        try:
            connection.execute(f'SELECT max(hash("{column}")) FROM "{schema}"."{table}"').fetchall()  # noqa: S608
        except duckdb.Error as error:
            damaged.append(f"{schema}.{table}.{column}: {first_line(error)}")
            if isinstance(error, duckdb.FatalException):
                break  # no more orders are taken
    if not damaged:
        return []
    remedy = f"Restore the private file from a backup. Or move it away: {REMEDY}"
    return [Finding("Tables that cannot be read whole.", len(damaged), tuple(damaged[:EXAMPLES]), remedy)]


def number_of_checks() -> int:
    """How many there are."""
    return len(list(CHECKS.glob("*.sql")))


def _what(sql: str) -> str:
    lines = []
    for line in sql.splitlines():
        if not line.startswith("-- "):
            break
        lines.append(line.removeprefix("-- "))
    return " ".join(lines)
