"""Publishing: the finished private file becomes the file that people query, by copy and atomic rename.

The copy is block by block, and what is private is dropped from it afterwards: to write a warehouse of a million
articles anew (`COPY FROM DATABASE`) takes a minute and a half, to copy it two seconds. The blocks of what was dropped
stay in the copy as free space. They are a few per cent; keeping the private tables in a file of their own would save
them, but DuckDB has no transaction over two files, and a load must be one.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from warehouse import storage

if TYPE_CHECKING:
    from pathlib import Path

# What only a run needs: how to ask an article again, and what tells whether it has changed.
PRIVATE_COLUMNS = {
    "article_state": ("title_hash", "body_hash", "fetch_url", "fetch_key", "etag", "last_modified"),
    "feeds": ("etag", "last_modified"),
}


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing cost; `skipped` where the file that people query was up to date."""

    bytes: int
    seconds: float
    skipped: bool = False


def publish(private: Path, public: Path) -> Published:
    """Copy `private` (checkpointed, not open) without what is private, and rename the copy over `public`.

    Nothing is done where `public` is as the last call left it and `private` has not changed since. Whoever has the old
    `public` open keeps it; the next to open it gets the new one. A process killed in between leaves the old file
    whole, and at most files ending in `.new`, which `sweep` removes. Raises OSError or duckdb.IOException where the
    disk fails or is full; the old file stays as it was then, too.
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
        _drop_private(fresh)
    except BaseException:
        storage.remove(fresh)
        raise
    storage.replace(fresh, public)
    state = public.stat()
    with suppress(OSError):  # without the note the next call publishes again, which does no harm
        said = {"of": before, "inode": state.st_ino, "bytes": state.st_size, "at": state.st_mtime_ns}
        note.write_text(json.dumps(said), encoding="utf-8")
    return Published(state.st_size, time.monotonic() - start)


def sweep(private: Path, public: Path) -> None:
    """Remove what a killed publishing or rewriting left; for whoever holds the writer's lock."""
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


def _drop_private(file: Path) -> None:
    # No vacuum: it may write texts anew that only moved together.
    config: dict[str, str | bool | int | float | list[str]] = {**storage.CONFIG, "max_vacuum_tasks": 0}
    with duckdb.connect(str(file), config=config) as connection:
        connection.begin()
        connection.execute("DROP SCHEMA IF EXISTS private CASCADE")
        for table, columns in PRIVATE_COLUMNS.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column}")
        connection.commit()
        connection.execute("CHECKPOINT")
