"""The writer of a warehouse on DuckLake, which several processes may have open at once."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from warehouse.errors import LakeUnreachableError, TransientWarehouseError, WarehouseBusyError, WarehouseError
from warehouse.lake_lock import lake_lock
from warehouse.lake_opening import CATALOG, abandon, data_path, open_lake, unreachable
from warehouse.literals import literal
from warehouse.publish import Published
from warehouse.table_copies import ORIGIN, compare, copy_piece, pieces, tables
from warehouse.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouse.lake import Lake

# How long to wait for another process, seconds: loading a segment takes a few, the upkeep of a large lake minutes.
LOCK_SECONDS = 900.0
SIZE = f"SELECT coalesce(sum(file_size_bytes + delete_file_size_bytes), 0) FROM ducklake_table_info('{CATALOG}')"  # noqa: S608

# Those of a process that is still writing are younger.
ORPHANS = f"CALL ducklake_delete_orphaned_files('{CATALOG}', older_than => now() - INTERVAL 2 DAYS"
OWN_FILE = re.compile(r"[^/]+/[^/]+/ducklake-[0-9a-f-]{36}(?:-delete)?\.parquet")
# What PostgreSQL's client says of a connection that was lost; DuckDB passes it on in errors of any kind.
SERVER_GONE = re.compile(
    "server closed the connection|no connection to the server|terminating connection|could not (?:receive|send) data"
)
logger = logging.getLogger("newsloom")


class LakeWriter(Writer):
    """An open lake. Loads lock it one after another, see `warehouse.lake_lock`; what is committed is published."""

    is_lake = True

    def __init__(self, data: Path, lake: Lake, purpose: str) -> None:
        self.lake = lake
        self._lock = lake_lock(lake, purpose)
        self._depth = 0
        self._lost = False
        super().__init__(data)

    @property
    def name(self) -> str:
        """The address."""
        return str(self.lake)

    def _open(self) -> duckdb.DuckDBPyConnection:
        return open_lake(self.lake, write=True)

    def hold(self, seconds: float) -> None:
        """Lock the lake until the writer is closed. Raises WarehouseBusyError if another process has it for longer."""
        if not self._lock.acquire(seconds):
            raise WarehouseBusyError(str(self.lake), self._lock.holder())
        self._depth += 1

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Lock the lake, unless this writer has it locked.

        Raises TransientWarehouseError if that takes too long, or if the lake cannot be reached meanwhile, and
        WarehouseError if the writer has lost its lock: others may have written since, so what the caller has read may
        be out of date.
        """
        if self._lost:
            raise WarehouseError(
                f"{self.lake}: the connection that held the lock was lost, so another process may have written in the "
                "meantime. What was committed is kept. Run the same command again."
            )
        if not self._depth and not self._lock.acquire(LOCK_SECONDS):
            raise TransientWarehouseError(
                f"{self.lake}: another process has been writing for {LOCK_SECONDS / 60:.0f} minutes "
                f"({self._lock.holder()}). Nothing was lost: run the same command again later."
            )
        self._depth += 1
        try:
            yield
        except duckdb.Error as error:
            self._give_up(error)
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._lost = False
                self._lock.release()

    def _check_lock(self) -> None:
        """Raise LakeUnreachableError if the lock is lost: a server that was restarted may give it to somebody else."""
        try:
            self._lock.check()
        except LakeUnreachableError:
            self._lost = True
            raise

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction, under the lock. Raises TransientWarehouseError if the lake cannot be reached."""
        with self.exclusive():
            try:
                self.connection.begin()
                yield self.connection
                self._check_lock()
                self.connection.commit()
            except BaseException as error:
                self._give_up(error)
                raise

    def _give_up(self, error: BaseException) -> None:
        """Roll back; raises LakeUnreachableError if the error means that the lake cannot be reached."""
        is_lost = is_of_the_lake(error)
        if not is_lost and not isinstance(error, LakeUnreachableError):
            self._rollback()
            return
        abandon(self.connection)
        with suppress(WarehouseError, TransientWarehouseError):
            self.connection = self._open()
        if is_lost:
            raise unreachable(self.lake, error) from error

    def checkpoint(self) -> None:
        """Nothing: what is committed is in the lake."""

    def replace_by(self, file: Path) -> None:
        """Replace all rows by those of a finished file that is not open, in one transaction.

        Readers see the old rows until it is committed, and earlier states stay. Raises what `transaction` raises, and
        WarehouseError if the rows did not arrive as they are in the file; nothing has changed then.
        """
        with self.exclusive():
            self._check_lock()
            self.connection.execute(f"ATTACH {literal(file)} AS {ORIGIN} (READ_ONLY)")
            try:
                with self.transaction() as connection:
                    for table in tables(connection):
                        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own name
                        for piece, _ in pieces(connection, table):
                            copy_piece(connection, table, piece)
                        compare(connection, table, self.name, "The warehouse is unchanged. Run the same command again.")
            finally:
                with suppress(duckdb.Error):  # a connection that was opened again has no origin
                    self.connection.execute(f"DETACH DATABASE IF EXISTS {ORIGIN}")

    def missing_segments(self) -> list[str]:
        """None: the lake has no copy that could have more."""
        return []

    def publish(self, *, may_lose_segments: bool = False) -> Published:
        """Index newly loaded versions. Readers see the rest as soon as it is committed."""
        start = time.monotonic()
        self.finish()
        size = self.connection.execute(SIZE).fetchall()[0][0]
        return Published(int(size), time.monotonic() - start)

    def rewrite(self) -> None:
        """Rewrite all files without deleted rows, and remove all earlier states, so that these rows are gone."""
        with self.exclusive():
            self._flush()
            self._call(f"CALL ducklake_rewrite_data_files('{CATALOG}', delete_threshold => 0.0)")
            self._expire(datetime.now(UTC))

    def compact(self, states_until: datetime) -> None:
        """Merge small files, and remove the states before a time (UTC) and files that no state has."""
        with self.exclusive():
            self._flush()
            # Files with deleted rows are not merged, however few these are.
            self._call(f"CALL ducklake_rewrite_data_files('{CATALOG}', delete_threshold => 0.0)")
            self._call(f"CALL ducklake_merge_adjacent_files('{CATALOG}')")
            self._expire(states_until)
            self._remove_orphans()

    def _flush(self) -> None:
        """Write the rows that the catalogue holds into files.

        On several threads, DuckLake's flush of many tables crashes now and then (2 of 25 times with its version 1.5.5).
        """
        with self.one_thread():
            self._call(f"CALL ducklake_flush_inlined_data('{CATALOG}')")

    def _remove_orphans(self) -> None:
        """Remove files that killed processes have written, unless others are among those that the lake does not know.

        DuckLake deletes every unknown Parquet file under its data path, or none. Its own are two folders deep.
        """
        place = data_path(self.connection, CATALOG)
        unknown = [str(path) for (path,) in self.connection.execute(f"{ORPHANS}, dry_run => true)").fetchall()]
        foreign = [path for path in unknown if not OWN_FILE.fullmatch(path.removeprefix(place))]
        if foreign:
            logger.warning(
                "%s: has %d Parquet files that are not of the lake, such as %s. As long as they are there, files that "
                "killed processes have left are not removed: move them elsewhere.",
                place,
                len(foreign),
                foreign[0],
            )
        elif unknown:
            self._call(f"{ORPHANS})")

    def _expire(self, until: datetime) -> None:
        self._call(f"CALL ducklake_expire_snapshots('{CATALOG}', older_than => ?)", until)
        self._call(f"CALL ducklake_cleanup_old_files('{CATALOG}', cleanup_all => true)")

    def _call(self, statement: str, *values: object) -> None:
        """Execute a statement that is a transaction of its own, unless the lock is lost."""
        self._check_lock()
        self.connection.execute(statement, values)

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()
        self._depth, self._lost = 0, False
        self._lock.release()


def is_of_the_lake(error: BaseException) -> bool:
    """Whether an error means that the catalogue or the files cannot be reached, or that a commit failed."""
    if isinstance(error, duckdb.IOException | duckdb.ConnectionException | duckdb.TransactionException):
        return True
    return isinstance(error, duckdb.Error) and bool(SERVER_GONE.search(str(error)))
