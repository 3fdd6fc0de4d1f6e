"""Migrations: once each, in order, all or nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse import WarehouseError, open_writer
from warehouse.migrate import MIGRATIONS, Migration, migrate, read_migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Writer

FILE = Path("test.duckdb")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def test_a_new_file_gets_every_migration_and_an_old_one_only_what_is_new(connection: duckdb.DuckDBPyConnection) -> None:
    ours = read_migrations()
    assert migrate(connection, FILE, ours) == [migration.name for migration in ours]
    assert migrate(connection, FILE, ours) == []
    more = [*ours, Migration(len(ours) + 1, "more", "CREATE TABLE more (x INTEGER)")]
    assert migrate(connection, FILE, more) == ["more"]


def test_a_migration_that_breaks_leaves_the_state_before_it(connection: duckdb.DuckDBPyConnection) -> None:
    ours = read_migrations()
    broken = Migration(len(ours) + 1, "broken", "CREATE TABLE half (x INTEGER); SELECT no_such_thing")
    with pytest.raises(duckdb.Error):
        migrate(connection, FILE, [*ours, broken])
    assert connection.execute("SELECT max(number) FROM schema_migrations").fetchall() == [(len(ours),)]
    assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchall() == [(0,)]


def test_a_file_of_a_newer_newsloom_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    ours = read_migrations()
    migrate(connection, FILE, [*ours, Migration(len(ours) + 1, "0099_future", "SELECT 1")])
    with pytest.raises(WarehouseError, match=r"newer newsloom .*0099_future.* Upgrade newsloom"):
        migrate(connection, FILE, ours)


def test_a_migration_edited_after_it_was_applied_is_noticed(connection: duckdb.DuckDBPyConnection) -> None:
    ours = read_migrations()
    migrate(connection, FILE, ours)
    edited = [Migration(1, ours[0].name, ours[0].sql + "\n-- edited"), *ours[1:]]
    with pytest.raises(WarehouseError, match="applied in a different form"):
        migrate(connection, FILE, edited)


def test_migrations_are_numbered_without_gaps(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1")
    (tmp_path / "0003_b.sql").write_text("SELECT 1")
    with pytest.raises(ValueError, match="without gaps"):
        read_migrations(tmp_path)


def test_views_are_made_anew_when_their_files_change(data: Path) -> None:
    with open_writer(data, "test") as writer:
        writer.connection.execute("CREATE OR REPLACE VIEW articles AS SELECT 1 AS stale")
        writer.connection.execute("UPDATE schema_migrations SET checksum = 'old' WHERE name = 'views'")
    with open_writer(data, "test") as writer:
        columns = [row[0] for row in writer.connection.execute("DESCRIBE articles").fetchall()]
    assert "text" in columns


def test_every_table_and_column_says_what_it_means(writer: Writer) -> None:
    silent = writer.connection.execute(
        """
        SELECT table_name, column_name FROM duckdb_columns()
        WHERE NOT internal AND comment IS NULL
        UNION ALL
        SELECT table_name, NULL FROM duckdb_tables() WHERE NOT internal AND comment IS NULL
        UNION ALL
        SELECT view_name, NULL FROM duckdb_views() WHERE NOT internal AND comment IS NULL
        UNION ALL
        SELECT function_name, NULL FROM duckdb_functions() WHERE NOT internal AND comment IS NULL
        """
    ).fetchall()
    assert silent == []


def test_what_must_stay_possible_on_ducklake_stays_possible() -> None:
    plain = "\n".join(file.read_text(encoding="utf-8") for file in MIGRATIONS.glob("*.sql"))
    assert not re.search(r"PRIMARY KEY|UNIQUE|CREATE INDEX|CREATE SEQUENCE|REFERENCES", plain)
