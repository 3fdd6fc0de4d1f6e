"""Numbered .sql files, each applied once, in one transaction, and recorded with a checksum."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError

MIGRATIONS = Path(__file__).parent / "migrations"
VIEWS = Path(__file__).parent / "views"

HAS_BOOK = "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = 'schema_migrations'"
# Where tables have the same column, that of an article's state or version is meant.
INHERITED = """
SELECT shown.table_name, shown.column_name, arg_min(base.comment, base.rank)
FROM duckdb_columns() AS shown
JOIN duckdb_views() AS views ON views.view_name = shown.table_name AND views.schema_name = shown.schema_name
JOIN (
    SELECT column_name, comment,
           coalesce(list_position(['article_state', 'article_versions', 'fetches', 'runs'], table_name), 9) AS rank
    FROM duckdb_columns()
    WHERE schema_name = 'main' AND table_name NOT IN (SELECT view_name FROM duckdb_views())
) AS base ON base.column_name = shown.column_name AND base.comment IS NOT NULL
WHERE NOT shown.internal AND shown.comment IS NULL
GROUP BY shown.table_name, shown.column_name
"""
BOOK = """
CREATE TABLE schema_migrations (
    number INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE schema_migrations IS 'Which migrations this file has had.';
COMMENT ON COLUMN schema_migrations.number IS 'Number of the migration; 0 stands for the views and macros.';
COMMENT ON COLUMN schema_migrations.name IS 'Name of its file, without the ending.';
COMMENT ON COLUMN schema_migrations.checksum IS 'Hash of its text.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied, UTC.';
"""
NOT_SQL = re.compile(r"--.*|'(?:[^']|'')*'")  # comments and texts
VIEWS_NUMBER = 0  # the views are made anew when they change; their state stands in the book under this number


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered .sql file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Hex digest of the text, to notice a file that was edited after it was applied."""
        return hashlib.blake2b(self.sql.encode(), digest_size=16).hexdigest()


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The migrations of a folder in order; raises ValueError for gaps or a number given twice."""
    found = [
        Migration(int(file.name.partition("_")[0]), file.stem, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.sql"))
    ]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"{folder}: migrations must be numbered 1, 2, 3, … without gaps")
    return found


def read_views(folder: Path = VIEWS) -> Migration:
    """The views and macros as one migration, each after those whose names it uses."""
    sql = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.sql")}
    uses = {name: set(re.findall(r"\w+", NOT_SQL.sub("", text))) & sql.keys() - {name} for name, text in sql.items()}
    # Sorted first, because what does not depend on each other is to come in the same order everywhere.
    order = TopologicalSorter({name: sorted(uses[name]) for name in sorted(sql)}).static_order()
    return Migration(VIEWS_NUMBER, "views", "\n".join(sql[name] for name in order))


def migrate(connection: duckdb.DuckDBPyConnection, file: Path, migrations: list[Migration] | None = None) -> list[str]:
    """Bring an open warehouse up to date and return the names of what was applied.

    Each migration is one transaction: a process killed in the middle leaves the state before it. Raises
    WarehouseError for a file of a newer newsloom, and for one whose applied migrations are not ours.
    """
    ours = read_migrations() if migrations is None else migrations
    if not connection.execute(HAS_BOOK).fetchall()[0][0]:
        connection.execute(f"BEGIN; {BOOK} COMMIT")
    rows = connection.execute("SELECT number, name, checksum FROM schema_migrations ORDER BY number").fetchall()
    had = {number: (name, checksum) for number, name, checksum in rows}
    newest = max(had, default=0)
    if newest > len(ours):
        raise WarehouseError(
            f"{file}: was written by a newer newsloom (schema {newest} {had[newest][0]!r}; this one knows up to "
            f"{len(ours)}). Upgrade newsloom, or give another data directory."
        )
    applied = []
    for migration in ours:
        if migration.number in had:
            if had[migration.number][1] != migration.checksum:
                raise WarehouseError(
                    f"{file}: migration {migration.name} was applied in another form than this newsloom has it "
                    f"(checksum {had[migration.number][1]}, expected {migration.checksum}). "
                    "The file comes from a changed or unreleased newsloom: use that one."
                )
            continue
        _apply(connection, migration)
        applied.append(migration.name)
    views = read_views()
    if applied or had.get(VIEWS_NUMBER, ("", ""))[1] != views.checksum:
        _apply(connection, views)
    return applied


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.begin()
    try:
        connection.execute(migration.sql)
        if migration.number == VIEWS_NUMBER:
            _say_what_view_columns_mean(connection)
        connection.execute("DELETE FROM schema_migrations WHERE number = ?", [migration.number])
        connection.execute(
            "INSERT INTO schema_migrations VALUES (?, ?, ?, now())",
            [migration.number, migration.name, migration.checksum],
        )
        connection.commit()
    except BaseException:
        with suppress(duckdb.TransactionException):  # DuckDB may have ended the transaction by itself
            connection.rollback()
        raise


def _say_what_view_columns_mean(connection: duckdb.DuckDBPyConnection) -> None:
    """Columns of views that have no comment of their own get that of the table's column of the same name."""
    rows = connection.execute(INHERITED).fetchall()
    for view, column, comment in rows:
        text = comment.replace("'", "''")
        connection.execute(f"COMMENT ON COLUMN {view}.{column} IS '{text}'")
