"""The one writer: a private DuckDB file behind a lock, published when its owner says so.

DATA/
  news.duckdb                  what people query: a copy of the finished state
  private/warehouse.duckdb     what runs write
  private/writer.lock          held by the process that writes
  private/writer.json          who that is
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock, Timeout

from warehouse.connection import PUBLISHED, first_line
from warehouse.errors import TransientWarehouseError, WarehouseBusyError, WarehouseError
from warehouse.migrate import migrate
from warehouse.publish import Published, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Writer:
    """An open private warehouse, made by `open_writer`. `connection` is for the thread of its owner alone."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.file = data / "private" / "warehouse.duckdb"
        self.public = data / PUBLISHED
        self.connection = self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        try:
            connection = duckdb.connect(str(self.file))
        except duckdb.IOException as error:
            raise WarehouseError(f"{self.file}: cannot be opened: {first_line(error)}") from error
        # Closing would rewrite the last row group, text and all: checkpoints are made on purpose, by `publish`.
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing. A disk that fails is raised as TransientWarehouseError, to be tried again."""
        self.connection.begin()
        try:
            yield self.connection
            self.connection.commit()
        except duckdb.IOException as error:
            self._rollback()
            raise TransientWarehouseError(f"{self.file}: {first_line(error)}") from error
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        with suppress(duckdb.TransactionException):  # DuckDB may have ended the transaction by itself
            self.connection.rollback()

    def publish(self) -> Published:
        """Make the present state what people query. The file is closed while it is copied, then opened again."""
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        try:
            return publish(self.file, self.public)
        finally:
            self.connection = self._open()

    def close(self) -> None:
        """Close the file; what was not published is kept in the private file and published by the next writer."""
        self.connection.close()


@contextmanager
def open_writer(data: Path, purpose: str, *, wait: float = 0.0) -> Iterator[Writer]:
    """Hold the data directory's lock and its private warehouse, made and migrated where needed.

    `purpose` names the work for whoever has to wait ("newsloom run"); `wait` is how long to wait for the lock, in
    seconds. Raises WarehouseBusyError when somebody else still writes by then.
    """
    private = data / "private"
    try:
        private.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"{data}: cannot be used as a data directory: {error.strerror}") from error
    note = private / "writer.json"
    lock = FileLock(private / "writer.lock", timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise WarehouseBusyError(data, _holder(note)) from error
    except OSError as error:
        raise WarehouseError(f"{private}: cannot be written: {error.strerror}") from error
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        note.write_text(json.dumps({"purpose": purpose, "pid": os.getpid(), "since": now}), encoding="utf-8")
        writer = Writer(data)
        try:
            migrate(writer.connection, writer.file)
            yield writer
        finally:
            writer.close()
    finally:
        lock.release()


def writer_at_work(data: Path) -> str | None:
    """Who writes to a data directory now, in words; None where nobody does."""
    private = data / "private"
    if not (private / "writer.lock").exists():
        return None
    lock = FileLock(private / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return _holder(private / "writer.json")
    lock.release()
    return None


def _holder(note: Path) -> str:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return f"`{said['purpose']}`, process {said['pid']}, since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said which"
