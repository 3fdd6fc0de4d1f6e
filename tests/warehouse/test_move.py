"""Moving a warehouse to DuckLake and back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.rounds import ROUNDS
from tests.warehouse.rows import NOON, article_row, batch, failed_row, listing_row, uuid
from warehouse import WarehouseError, connect, move, open_writer, table_copies
from warehouse.lake import parse_lake
from warehouse.loading.load import load_segment
from warehouse.move import move_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from warehouse import Writer
    from warehouse.lake import Lake

pytestmark = pytest.mark.extensions

TABLES = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE table_name <> 'schema_migrations'"


class Killed(BaseException):
    """What ends a move in the middle."""


def load(writer: Writer, segment: str, *numbers: int) -> None:
    rows = [article_row(n, title="Überschrift" if n % 2 else f"Title {n}", published_at=NOON) for n in numbers]
    rows += [listing_row("http://courier.example/feed.xml"), failed_row(900)]
    load_segment(writer, segment, "r1", "test", batch(*rows, segment=segment), NOON + timedelta(hours=numbers[0]))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return parse_lake(f"ducklake:sqlite:{tmp_path / 'catalog.sqlite'}")


@pytest.fixture
def filled(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a warehouse whose tables take several pieces, with gaps from deleted rows."""
    monkeypatch.setattr(table_copies, "PIECE", 4)
    with open_writer(data, "test") as writer:
        load(writer, "s1", 1, 2, 3, 4, 5, 6, 7)
        load(writer, "s2", 8, 9, 10)
        with writer.transaction() as connection:
            for table in ("article_state", "article_versions"):
                connection.execute(f"DELETE FROM {table} WHERE article_id = ?", [uuid(3)])
        writer.publish()
    return data


def contents(data: Path) -> dict[str, list[str]]:
    """All rows of all tables."""
    with open_writer(data, "test") as writer:
        names = [name for (name,) in writer.connection.execute(TABLES).fetchall()]
        return {name: sorted(map(str, writer.connection.execute(f"FROM {name}").fetchall())) for name in names}


def test_a_warehouse_moves_to_a_lake_and_back_with_all_its_rows(
    filled: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE", "")  # as if it were unset
    before = contents(filled)
    steps: list[str] = []
    earlier = filled / "private" / "warehouse.duckdb.before-migration"
    earlier.write_text("of an earlier migration")
    moved = move_warehouse(filled, lake, 0.0, steps.append)
    assert (moved.articles, moved.rows) == (9, sum(map(len, before.values())))
    assert len(steps) == 2 * moved.tables
    assert contents(filled) == before
    assert not (filled / "news.duckdb").exists()
    assert earlier.read_text() == "of an earlier migration"
    assert moved.kept == f"{earlier}-2"
    with duckdb.connect(moved.kept, read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM article_state").fetchall() == [(9,)]
    with open_writer(filled, "test") as writer:
        load(writer, "s3", 11, 12)
        writer.publish()
    with connect(filled) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(11,)]
    later = contents(filled)
    assert move_warehouse(filled, None, 0.0, steps.append).articles == 11
    assert not (filled / "warehouse.toml").exists()
    assert contents(filled) == later
    with pytest.raises(WarehouseError, match="has nothing to migrate"):
        move_warehouse(filled, None, 0.0, steps.append)


@pytest.mark.parametrize("table", ["main.article_versions", "private.known_urls"][:ROUNDS])
def test_an_interrupted_move_resumes(filled: Path, lake: Lake, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(filled)

    def until(step: str) -> None:
        if step.startswith("table") and step.endswith(table):  # within the table, after a piece
            monkeypatch.setattr(move, "_copy_table", copy_a_piece)

    copy_table = move._copy_table

    def copy_a_piece(writer: Writer, table: str) -> None:
        table_copies.copy_piece(writer.connection, table, 0)
        raise Killed

    with pytest.raises(Killed):
        move_warehouse(filled, lake, 0.0, until)
    assert not (filled / "warehouse.toml").exists(), "the file stays in use"
    assert contents(filled) == before
    monkeypatch.setattr(move, "_copy_table", copy_table)
    assert move_warehouse(filled, lake, 0.0, lambda step: None).articles == 9
    assert contents(filled) == before


def test_a_move_that_was_killed_before_the_file_was_set_aside_is_completed(filled: Path, lake: Lake) -> None:
    before = contents(filled)
    (filled / "warehouse.toml").write_text(f'warehouse = "{lake.address}"\n')
    with pytest.raises(WarehouseError, match="completes that if it was interrupted"), open_writer(filled, "test"):
        pass
    move_warehouse(filled, lake, 0.0, lambda step: None)
    assert contents(filled) == before


def test_a_file_that_is_there_is_not_overwritten(filled: Path, lake: Lake) -> None:
    before = contents(filled)
    file = filled / "private" / "warehouse.duckdb"
    content = file.read_bytes()
    (filled / "warehouse.toml").write_text(f'warehouse = "{lake.address}"\n')
    with pytest.raises(WarehouseError, match=f"{file}: exists, and would be overwritten. Move it away, then migrate"):
        move_warehouse(filled, None, 0.0, lambda step: None)
    assert file.read_bytes() == content
    (filled / "warehouse.toml").unlink()
    assert contents(filled) == before


def test_a_target_with_other_rows_is_refused(filled: Path, lake: Lake, tmp_path: Path) -> None:
    before = contents(filled)
    other = tmp_path / "other"
    other.mkdir()
    (other / "warehouse.toml").write_text(f'warehouse = "{lake.address}"\n')
    with open_writer(other, "test") as writer:
        load(writer, "s9", 50)
    with pytest.raises(WarehouseError, match="rows that do not come from here"):
        move_warehouse(filled, lake, 0.0, lambda step: None)
    assert contents(filled) == before


def test_a_difference_is_found_and_the_old_warehouse_stays_in_use(
    filled: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(filled)

    copy = move._copy

    def disturbed(writer: Writer, step: Callable[[str], None]) -> dict[str, int]:
        def change(said: str) -> None:
            if said.startswith("comparing table 1 "):
                changed = "UPDATE article_versions SET text = 'Another text.' WHERE article_id = ?"
                writer.connection.execute(changed, [uuid(8)])

        return copy(writer, change)

    monkeypatch.setattr(move, "_copy", disturbed)
    with pytest.raises(WarehouseError, match=r"main\.article_versions differs: 9 rows"):
        move_warehouse(filled, lake, 0.0, lambda step: None)
    assert not (filled / "warehouse.toml").exists()
    assert contents(filled) == before
