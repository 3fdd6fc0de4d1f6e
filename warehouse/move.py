"""Moves a warehouse between a DuckDB file and a lake, or between lakes: `newsloom migrate`.

Each table is copied in pieces of consecutive rows, one transaction each, so that an interrupted move resumes: the
number of rows that have arrived says which piece is next. Then both sides are compared, by counts and checksums. Only
if they agree is the data directory switched over; the old warehouse stays.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse import storage
from warehouse.connection import PUBLISHED
from warehouse.errors import WarehouseError
from warehouse.lake import ADDRESS_VARIABLE, CONFIG, configured_lake, is_named_by_environment, lake_toml
from warehouse.lake_opening import attach_lake
from warehouse.literals import literal
from warehouse.migrate import migrate
from warehouse.opening import locked_directory, open_lake_writer
from warehouse.table_copies import ORIGIN, compare, copy_piece, pieces, tables
from warehouse.writer import WAREHOUSE, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from warehouse.lake import Lake

PURPOSE = "newsloom migrate"
KEPT_SUFFIX = ".before-migration"
UNFINISHED = "migration.duckdb"
DIFFERENT = "The old warehouse stays in use. Migrate to a new, empty one."


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: tables, rows, articles; `kept` is the old warehouse."""

    tables: int
    rows: int
    articles: int
    kept: str


def move_warehouse(data: Path, target: Lake | None, wait: float, step: Callable[[str], None]) -> Moved:
    """Move the warehouse of a data directory to a lake, or to a DuckDB file (None), and use that from now on.

    Call it again after an interruption. `step` receives what is being done. Raises WarehouseError if there is nothing
    to move, if the target has other rows, or is a file that would be overwritten, or if the two differ in the end; the
    old warehouse is then still in use.
    """
    with locked_directory(data, PURPOSE, wait):
        file, lake = data / "private" / WAREHOUSE, configured_lake(data)
        from_file = file.exists() and target is not None
        if not from_file and (lake is None or (target is not None and target.address == lake.address)):
            raise WarehouseError(f"{data}: has nothing to migrate: {_place(lake, file)}")
        if target is None and file.exists():
            raise WarehouseError(
                f"{file}: exists, and would be overwritten. Move it away, then migrate. If it is the result of this "
                f"migration, which was interrupted at its very end, remove {data / CONFIG} instead."
            )
        if not from_file and is_named_by_environment():
            raise WarehouseError(
                f"{ADDRESS_VARIABLE} names the warehouse {lake}, which would stay in use. Write it to {data / CONFIG} "
                "instead and unset the variable wherever newsloom runs; then migrate."
            )
        if from_file and lake is not None and target is not None and lake.address != target.address:
            raise WarehouseError(f"{data}: is set to use {lake}; it can only be migrated there.")
        with _target(data, target, wait) as writer, _origin(data, None if from_file else lake, writer, wait):
            rows = _copy(writer, step)
            articles = writer.connection.execute("SELECT count(*) FROM article_state").fetchall()[0][0]
        if target is not None:
            config = data / CONFIG
            _write(config, lake_toml(target, config.read_text(encoding="utf-8") if config.exists() else ""))
        kept = str(lake)
        if from_file:  # the published file first: if only that is set aside, the next call does the rest
            _set_aside(data / PUBLISHED)
            kept = str(_set_aside(file))
        if target is None:
            storage.replace(data / "private" / UNFINISHED, file)
            (data / CONFIG).unlink()
        return Moved(len(rows), sum(rows.values()), articles, kept)


def _set_aside(file: Path) -> Path:
    """Rename a file, if it exists, to a name that none has: those of earlier migrations stay."""
    kept, number = file.with_name(file.name + KEPT_SUFFIX), 1
    while kept.exists():
        number += 1
        kept = file.with_name(f"{file.name}{KEPT_SUFFIX}-{number}")
    if file.exists():
        file.rename(kept)
    return kept


def _place(lake: Lake | None, file: Path) -> str:
    if lake is not None:
        return f"its warehouse is {lake}"
    if file.exists():
        return f"its warehouse is {file}. The next `newsloom run` publishes it, if an interrupted migration has not."
    return "it has no warehouse"


@contextmanager
def _target(data: Path, target: Lake | None, wait: float) -> Iterator[Writer]:
    if target is not None:
        with open_lake_writer(data, target, PURPOSE, wait) as lake:
            yield lake
        return
    writer = _Unfinished(data)
    try:
        migrate(writer.connection, writer.name)
        yield writer
        writer.checkpoint()
    finally:
        writer.close()


class _Unfinished(Writer):
    """The writer of a file that is not in use yet."""

    def _open(self) -> duckdb.DuckDBPyConnection:
        self.file = self.data / "private" / UNFINISHED
        return super()._open()


@contextmanager
def _origin(data: Path, lake: Lake | None, target: Writer, wait: float) -> Iterator[None]:
    """Attach the old warehouse, with the same schema, as `origin` while the context lasts; nobody else writes to it."""
    if lake is not None:
        with open_lake_writer(data, lake, PURPOSE, wait):
            attach_lake(target.connection, lake, ORIGIN)
            yield
        return
    writer = Writer(data)
    try:
        migrate(writer.connection, writer.name)
        writer.checkpoint()
    finally:
        writer.close()
    target.connection.execute(f"ATTACH {literal(writer.file)} AS {ORIGIN} (READ_ONLY)")
    yield


def _copy(writer: Writer, step: Callable[[str], None]) -> dict[str, int]:
    """Copy and compare all tables; returns their numbers of rows."""
    names = tables(writer.connection)
    rows = {}
    for number, table in enumerate(names, start=1):
        step(f"table {number} of {len(names)}: {table}")
        _copy_table(writer, table)
    for number, table in enumerate(names, start=1):
        step(f"comparing table {number} of {len(names)}: {table}")
        rows[table] = compare(writer.connection, table, writer.name, DIFFERENT)
    return rows


def _copy_table(writer: Writer, table: str) -> None:
    arrived = writer.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608 - our own name
    for piece, count in pieces(writer.connection, table):
        if arrived >= count:
            arrived -= count
            continue
        if arrived:
            break
        with writer.transaction() as connection:
            copy_piece(connection, table, piece)
    if arrived:
        raise WarehouseError(
            f"{writer.name}: its table {table} has rows that do not come from here. Migrate to a new, empty warehouse."
        )


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(file.name + ".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
    storage.sync_folder(file.parent)
