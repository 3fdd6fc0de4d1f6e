"""Checks the rules of the tables that are not constraints, which would slow down every load: one .sql file per check.

The first comment of a file describes the rows that it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.errors import first_line

CHECKS = Path(__file__).parent
EXAMPLES = 3
REBUILD_REMEDY = "Run `newsloom rebuild` to rebuild the warehouse from the archive."
REMEDIES = {"story_sources": "Run `newsloom restory` to compute the stories again."}
"""What to do about the rows that a check finds, unless it is a rebuild."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem: how often it occurs, some examples, and what to do. If `is_harmless`, nothing needs to be done."""

    what: str
    count: int
    examples: tuple[str, ...]
    remedy: str
    is_harmless: bool = False


def check_warehouse(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Run all checks on an open private warehouse; reads all of its narrow columns, but no texts."""
    findings = []
    for file in sorted(CHECKS.glob("*.sql")):
        sql = file.read_text(encoding="utf-8")
        rows = connection.execute(
            f"SELECT count(*), list(what ORDER BY what)[:{EXAMPLES}] FROM ({sql}) AS found(what)"  # noqa: S608
        ).fetchall()
        count, examples = rows[0]
        if count:
            remedy = REMEDIES.get(file.stem, REBUILD_REMEDY)
            findings.append(Finding(describe_check(sql), count, tuple(examples), remedy))
    return findings


def check_tables(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Read every column of every table, including texts: DuckDB has a checksum for each block of its file."""
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
                break  # DuckDB refuses all further queries
    if not damaged:
        return []
    remedy = f"Restore the private file from a backup, or move it away. {REBUILD_REMEDY}"
    return [Finding("Tables that cannot be read completely.", len(damaged), tuple(damaged[:EXAMPLES]), remedy)]


def number_of_checks() -> int:
    """The number of checks."""
    return len(list(CHECKS.glob("*.sql")))


def describe_check(sql: str) -> str:
    """The first comment of a check: a description of the rows that it finds."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("-- "):
            break
        lines.append(line.removeprefix("-- "))
    return " ".join(lines)
