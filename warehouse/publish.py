"""Publishes the private file: a copy of it replaces the published file by an atomic rename.

The file is copied block by block, and private tables and columns are dropped from the copy: rewriting a warehouse of a
million articles (`COPY FROM DATABASE`) takes a minute and a half, copying it two seconds. The blocks of dropped tables
stay in the copy as free space, a few per cent. A separate file for private tables would avoid that, but DuckDB has no
transactions over two files, and loading must be one transaction.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from warehouse import storage
from warehouse.block_checksums import damaged_blocks, has_checksums
from warehouse.checks.doctor import check_tables
from warehouse.errors import DamagedWarehouseError

if TYPE_CHECKING:
    from pathlib import Path

# Only runs need these: how to request an article again, and how to find out whether it has changed.
PRIVATE_COLUMNS = {
    "article_state": ("title_hash", "body_hash", "fetch_url", "fetch_key", "etag", "last_modified"),
    "feeds": ("etag", "last_modified"),
}


@dataclass(frozen=True, slots=True)
class Published:
    """The size of the published file and the time that it took; `skipped` if the file was up to date."""

    bytes: int
    seconds: float
    skipped: bool = False


def publish(private: Path, public: Path) -> Published:
    """Copy `private` (checkpointed, not open) without its private parts, and rename the copy over `public`.

    Nothing is done if neither file has changed since the last call. Processes that have the old `public` open keep it;
    processes that open it afterwards get the new one. A killed process leaves the old file intact, and possibly files
    ending in `.new`, which `sweep` removes. Raises OSError or duckdb.IOException if the disk fails or is full, and
    DamagedWarehouseError if `private` is damaged; the old file is then intact as well.
    """
    start = time.monotonic()
    note = _note(private)
    before = storage.stamp(private)
    if _is_published(note, before, public):
        return Published(public.stat().st_size, time.monotonic() - start, skipped=True)
    fresh = public.with_name(public.name + ".new")
    storage.remove(fresh)
    try:
        storage.copy(private, fresh)
        _check_copy(private, fresh)
        _drop_private(fresh)
    except BaseException:
        storage.remove(fresh)
        raise
    storage.replace(fresh, public)
    state = public.stat()
    with suppress(OSError):  # without the note, the next call publishes again
        said = {"of": before, "inode": state.st_ino, "bytes": state.st_size, "at": state.st_mtime_ns}
        note.write_text(json.dumps(said), encoding="utf-8")
    return Published(state.st_size, time.monotonic() - start)


def sweep(private: Path, public: Path) -> None:
    """Remove what a killed process left while publishing or rewriting. The caller holds the writer's lock."""
    for file in (private, public):
        storage.remove(file.with_name(file.name + ".new"))


def _note(private: Path) -> Path:
    return private.with_name("published.json")


def _is_published(note: Path, of: str, public: Path) -> bool:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        state = public.stat()
    except (OSError, ValueError):
        return False
    found = {"of": of, "inode": state.st_ino, "bytes": state.st_size, "at": state.st_mtime_ns}
    return bool(said == found) and not public.with_name(public.name + ".wal").exists()


def _check_copy(private: Path, fresh: Path) -> None:
    """Raise DamagedWarehouseError if the copy has a damaged block: readers would find it, and the old file is good."""
    damaged = damaged_blocks(fresh) if has_checksums(fresh) else [-1]
    if not damaged:
        return
    with duckdb.connect(str(fresh), read_only=True) as connection:  # a damaged block that is free does no harm
        findings = check_tables(connection)
    if findings:
        raise DamagedWarehouseError(private, findings[0].examples[0])


def missing_segments(connection: duckdb.DuckDBPyConnection, public: Path) -> list[str]:
    """The segments that are loaded in the published file and not in the private one, whose connection is given.

    Empty if there is no published file, or if it cannot be read.
    """
    if not public.exists():
        return []
    try:
        with duckdb.connect(str(public), read_only=True) as published:
            names = published.execute("SELECT segment FROM segments ORDER BY segment").fetchall()
    except duckdb.Error:
        return []
    own = {name for (name,) in connection.execute("SELECT segment FROM segments").fetchall()}
    return [name for (name,) in names if name not in own]


def _drop_private(file: Path) -> None:
    # No vacuum: it may rewrite texts only to move them together.
    config: dict[str, str | bool | int | float | list[str]] = {**storage.CONFIG, "max_vacuum_tasks": 0}
    with duckdb.connect(str(file), config=config) as connection:
        connection.begin()
        connection.execute("DROP SCHEMA IF EXISTS private CASCADE")
        for table, columns in PRIVATE_COLUMNS.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column}")
        connection.commit()
        connection.execute("CHECKPOINT")
