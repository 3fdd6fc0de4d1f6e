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
from warehouse.literals import literal

MIGRATIONS = Path(__file__).parent / "migrations"
VIEWS = Path(__file__).parent / "views"
COMMENTS = Path(__file__).parent / "comments.sql"

HAS_REGISTER = (
    "SELECT count(*) > 0 FROM duckdb_tables() "
    "WHERE table_name = 'schema_migrations' AND database_name = current_database()"
)
# Where several tables have a column of this name, the comment of article_state or article_versions is taken.
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
NOT_SQL = re.compile(r"--.*|'(?:[^']|'')*'")  # comments and string literals
# DuckLake has no comments on macros and on the columns of views.
VIEW_NAMES = re.compile(r"^CREATE OR REPLACE VIEW (\w+)", re.MULTILINE)
COMMENT_ON_MACRO = re.compile(r"\s*COMMENT ON MACRO\b")
COMMENT_ON_COLUMN = re.compile(r"\s*COMMENT ON COLUMN (\w+)\.")
VIEWS_NUMBER = 0  # under which the state of views, macros and comments is recorded


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered .sql file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Hex digest of the text; reveals a file that was edited after it was applied."""
        return hashlib.blake2b(self.sql.encode(), digest_size=16).hexdigest()


REGISTER = Migration(
    -1,
    "register",
    """
CREATE TABLE schema_migrations (
    number INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL
);
""",
)


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The migrations of a folder in order; raises ValueError for gaps and repeated numbers."""
    found = [
        Migration(int(file.name.partition("_")[0]), file.stem, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.sql"))
    ]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"{folder}: migrations must be numbered 1, 2, 3, … without gaps")
    return found


def read_views(folder: Path = VIEWS) -> Migration:
    """The views, macros and comments as one migration, each view after those whose names it uses."""
    sql = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.sql")}
    uses = {name: set(re.findall(r"\w+", NOT_SQL.sub("", text))) & sql.keys() - {name} for name, text in sql.items()}
    # Sorted first, so that independent views are in the same order on every machine.
    order = TopologicalSorter({name: sorted(uses[name]) for name in sorted(sql)}).static_order()
    views = [sql[name] for name in order]
    return Migration(VIEWS_NUMBER, "views", "\n".join([COMMENTS.read_text(encoding="utf-8"), *views]))


def migrate(
    connection: duckdb.DuckDBPyConnection,
    file: Path | str,
    migrations: list[Migration] | None = None,
    *,
    lake: bool = False,
) -> list[str]:
    """Bring an open warehouse up to date; returns the names of the migrations that were applied.

    `file` is its name in messages. A `lake` gets the same tables, views and macros, but not the comments that DuckLake
    cannot store. Each migration is one transaction (on a lake all are): a killed process leaves the previous state.
    Raises WarehouseError for a file of a newer newsloom, and for one whose applied migrations differ from these.
    """
    ours = read_migrations() if migrations is None else migrations
    rows = []
    if has_register := connection.execute(HAS_REGISTER).fetchall()[0][0]:
        rows = connection.execute("SELECT number, name, checksum FROM schema_migrations ORDER BY number").fetchall()
    had = {number: (name, checksum) for number, name, checksum in rows}
    newest = max(had, default=0)
    if newest > len(ours):
        raise WarehouseError(
            f"{file}: was written by a newer newsloom (schema {newest} {had[newest][0]!r}; this version supports up to "
            f"{len(ours)}). Upgrade newsloom, or use another data directory."
        )
    to_apply = []
    for migration in ours:
        if migration.number not in had:
            to_apply.append(migration)
        elif had[migration.number][1] != migration.checksum:
            raise WarehouseError(
                f"{file}: migration {migration.name} was applied in a different form (checksum "
                f"{had[migration.number][1]}, expected {migration.checksum}). The file was written by a modified "
                "or unreleased newsloom: use that version."
            )
    applied = [migration.name for migration in to_apply]
    views = read_views()
    if to_apply or had.get(VIEWS_NUMBER, ("", ""))[1] != views.checksum:
        to_apply.append(views)
    if not has_register:
        to_apply.insert(0, REGISTER)
    # A commit to a lake takes longer than all migrations, so there they are one transaction.
    for some in [to_apply] if lake else [[one] for one in to_apply]:
        _apply(connection, some, lake=lake)
    return applied


def _apply(connection: duckdb.DuckDBPyConnection, migrations: list[Migration], *, lake: bool) -> None:
    if not migrations:
        return
    connection.begin()
    try:
        for migration in migrations:
            if migration.number == VIEWS_NUMBER and lake:
                _execute_in_lake(connection, migration.sql)
            else:
                connection.execute(migration.sql)
            if migration.number == VIEWS_NUMBER and not lake:
                _comment_on_view_columns(connection)
            if migration is not REGISTER:
                _record(connection, migration)
        connection.commit()
    except BaseException:
        with suppress(duckdb.TransactionException):  # DuckDB may have ended the transaction by itself
            connection.rollback()
        raise


def _record(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute("DELETE FROM schema_migrations WHERE number = ?", [migration.number])
    connection.execute(
        "INSERT INTO schema_migrations VALUES (?, ?, ?, now())",
        [migration.number, migration.name, migration.checksum],
    )


def _execute_in_lake(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Execute the statements that DuckLake supports."""
    views = set(VIEW_NAMES.findall(sql))
    for statement in connection.extract_statements(sql):
        text = NOT_SQL.sub("", statement.query)
        on_column = COMMENT_ON_COLUMN.match(text)
        if not COMMENT_ON_MACRO.match(text) and not (on_column and on_column[1] in views):
            connection.execute(statement)


def _comment_on_view_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Give view columns without a comment the comment of the table column with the same name."""
    rows = connection.execute(INHERITED).fetchall()
    for view, column, comment in rows:
        connection.execute(f"COMMENT ON COLUMN {view}.{column} IS {literal(comment)}")
