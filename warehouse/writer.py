"""The single writer: a private DuckDB file behind a lock, and its publication.

DATA/
  news.duckdb                  the published file, which users query
  private/warehouse.duckdb     the private file, which runs write
  private/writer.lock          locked by the process that writes
  private/writer.json          which process that is
  private/published.json       which state of the private file was published
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from warehouse import storage
from warehouse.connection import DAMAGED, DISK, PUBLISHED, is_damage
from warehouse.errors import DamagedWarehouseError, TransientWarehouseError, WarehouseError, first_line
from warehouse.names.store import read_new_names
from warehouse.publish import Published, missing_segments, publish
from warehouse.search.index import index_new_versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

WAREHOUSE = "warehouse.duckdb"


class Writer:
    """An open private warehouse, created by `open_writer`. Use `connection` only in the thread that opened it."""

    is_lake = False
    """Whether the warehouse is on DuckLake, where other processes may load at the same time."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.file = data / "private" / WAREHOUSE
        self.public = data / PUBLISHED
        self.connection = self._open()

    @property
    def name(self) -> str:
        """The file, or the address of the lake, for messages."""
        return str(self.file)

    def _open(self) -> duckdb.DuckDBPyConnection:
        try:
            return storage.open_file(self.file)
        except duckdb.Error as error:
            said = first_line(error)
            if DAMAGED.search(said):
                raise DamagedWarehouseError(self.file, said) from error
            if "Could not set lock" in said:
                raise WarehouseError(
                    f"{self.file}: is open in another program: {said}\n"
                    f"Close it there, and query {self.public} instead: you can keep that file open during runs."
                ) from error
            if DISK.search(said):
                raise disk_failed(self.file, error) from error
            raise WarehouseError(f"{self.file}: cannot be opened: {said}") from error

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep others from loading while the context lasts: nothing to do for a file, which has one writer."""
        yield

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction. Raises TransientWarehouseError, for the caller to retry, if the disk fails or is full."""
        try:
            self.connection.begin()
            yield self.connection
            self.connection.commit()
        except BaseException as error:
            if is_of_the_disk(error):
                self._reopen()  # DuckDB executes nothing more after a failed write to its log
                raise disk_failed(self.file, error) from error
            self._rollback()
            raise

    def _rollback(self) -> None:
        with suppress(duckdb.TransactionException):  # DuckDB may have ended the transaction
            self.connection.rollback()

    def _reopen(self) -> None:
        with suppress(duckdb.Error):
            self.connection.close()
        self.connection = self._open()

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Run queries only in the calling thread while the context lasts.

        For many small queries: passing a thousand rows to other threads takes longer than processing them.
        """
        threads = self.connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
        self.connection.execute("SET threads = 1")
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # the first error says more
                self.connection.execute(f"SET threads = {threads:d}")

    def checkpoint(self) -> None:
        """Write the log to the file. Raises TransientWarehouseError if the disk fails or is full."""
        try:
            self.connection.execute("CHECKPOINT")
        except (duckdb.IOException, duckdb.FatalException) as error:
            self._reopen()
            raise disk_failed(self.file, error) from error

    def finish(self) -> None:
        """Index newly loaded versions, find the names in them, and write everything to the file."""
        index_new_versions(self)
        read_new_names(self)
        self.checkpoint()

    def replace_by(self, file: Path) -> None:
        """Replace all rows by those of a finished file that is not open, which is moved."""
        self.connection.close()
        try:
            storage.replace(file, self.file)
        except OSError as error:
            raise disk_failed(self.file, error) from error
        finally:
            self.connection = self._open()

    def missing_segments(self) -> list[str]:
        """The segments that are published, and not loaded in the private file: it was lost, or is an old backup."""
        return missing_segments(self.connection, self.public)

    def publish(self, *, may_lose_segments: bool = False) -> Published:
        """Index newly loaded versions, and publish the current state unless it is published already.

        The file is closed while it is copied, then opened again. Raises TransientWarehouseError if the disk fails or
        is full, DamagedWarehouseError if the private file is damaged, and WarehouseError if it lacks segments that are
        published, unless it `may_lose_segments`; the published file is then unchanged.
        """
        self.finish()
        if not may_lose_segments and (missing := self.missing_segments()):
            shown = ", ".join(missing[:3]) + (", …" if len(missing) > 3 else "")
            raise WarehouseError(
                f"{self.public}: was not replaced, because the warehouse has lost articles. Segments that are "
                f"published but not in {self.file}: {len(missing)} ({shown}).\n"
                "If loading them again was interrupted, run `newsloom run` again. Otherwise restore the private file, "
                f"or the missing files of the archive, from a backup. To accept the loss, move {self.public.name} away "
                "first."
            )
        self.connection.close()
        try:
            return publish(self.file, self.public)
        except (OSError, duckdb.Error) as error:
            if isinstance(error, OSError) or is_of_the_disk(error):
                raise disk_failed(self.public, error) from error
            raise
        finally:
            self.connection = self._open()

    def rewrite(self) -> None:
        """Rewrite the private file without free space and in the current format.

        Slow: about 15,000 articles a second. Raises TransientWarehouseError if the disk fails or is full; the file is
        then unchanged.
        """
        self.checkpoint()
        self.connection.close()
        try:
            storage.rewrite(self.file)
        except (OSError, duckdb.IOException, duckdb.FatalException) as error:
            raise disk_failed(self.file, error) from error
        finally:
            self.connection = self._open()

    def compact(self, states_until: datetime) -> None:
        """Nothing: a file keeps no earlier states, and publishing checkpoints it."""

    def close(self) -> None:
        """Close the file. The next writer publishes what was not published yet."""
        self.connection.close()


def is_of_the_disk(error: BaseException) -> bool:
    """Whether an error means that the disk failed or is full; a failed transaction if the log cannot be written."""
    if isinstance(error, duckdb.TransactionException):
        return bool(DISK.search(str(error)))
    return isinstance(error, duckdb.IOException | duckdb.FatalException) or is_damage(error)


def disk_failed(file: Path, error: BaseException) -> TransientWarehouseError | DamagedWarehouseError:
    """The error to raise if the disk fails."""
    said = error.strerror or str(error) if isinstance(error, OSError) else first_line(error)
    if DAMAGED.search(said):
        return DamagedWarehouseError(file, said)
    return TransientWarehouseError(
        f"{file}: cannot be written: {said}\nNothing was lost: the warehouse and the published file stay as they were. "
        "Free some space on the disk (the new file is written next to the old one, so it needs as much space again), "
        "then run the same command again."
    )
