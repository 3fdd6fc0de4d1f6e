"""Checks of what DuckDB does not check by itself, because a constraint would cost every load: one .sql file each.

A file's first comment says what is wrong with the rows that it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

CHECKS = Path(__file__).parent / "checks"
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
