"""The lock of a lake: one process loads at a time, on whichever machine it runs.

DuckLake has no primary keys: two processes that load the same new rows at once would both succeed. So each load locks
the lake, reads the ledger, and only then writes. In PostgreSQL it is an advisory lock, which the server releases when
the process that holds it dies; beside an SQLite catalogue it is a lock on a file.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb
from filelock import FileLock, Timeout

from warehouse.errors import LakeUnreachableError
from warehouse.lake_opening import abandon, load_extension, unreachable
from warehouse.literals import literal

if TYPE_CHECKING:
    from warehouse.lake import Lake

KEY = 1852143475  # of the advisory lock, within the database of the catalogue: "news"
# PostgreSQL shows the locks of all its databases, and a key of 64 bits in two columns.
OUR_LOCK = (
    f"classid = {KEY >> 32} AND objid = {KEY & 0xFFFFFFFF} AND objsubid = 1 AND granted "  # noqa: S608 - our own numbers
    "AND locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
HOLDER = f"SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE {OUR_LOCK}"  # noqa: S608
HAS_LOCK = f"SELECT count(*) > 0 FROM pg_locks WHERE pid = pg_backend_pid() AND {OUR_LOCK}"  # noqa: S608
POLL_SECONDS = 0.1


class LakeLock(Protocol):
    """A lock that processes on several machines share."""

    def acquire(self, seconds: float) -> bool:
        """Wait for the lock; returns whether this process holds it. Raises LakeUnreachableError."""
        ...

    def check(self) -> None:
        """Raise LakeUnreachableError if the lock, which was acquired, is lost. It can then be acquired again."""
        ...

    def release(self) -> None:
        """Let others have it."""
        ...

    def holder(self) -> str:
        """A description of the process that holds it."""
        ...


def lake_lock(lake: Lake, purpose: str) -> LakeLock:
    """The lock of a lake, for a command ("newsloom run")."""
    return _ServerLock(lake, purpose) if lake.kind == "postgres" else _NeighbourLock(lake, purpose)


class _NeighbourLock:
    """A lock on a file beside an SQLite catalogue."""

    def __init__(self, lake: Lake, purpose: str) -> None:
        self._note = Path(lake.catalog + ".holder")
        self._lock = FileLock(lake.catalog + ".lock")
        self._said = _description(purpose)

    def acquire(self, seconds: float) -> bool:
        try:
            self._lock.acquire(timeout=seconds, poll_interval=POLL_SECONDS)
        except Timeout:
            return False
        with suppress(OSError):
            self._note.write_text(self._said, encoding="utf-8")
        return True

    def check(self) -> None:
        pass  # the system keeps it as long as the process lives

    def release(self) -> None:
        self._lock.release()

    def holder(self) -> str:
        try:
            return self._note.read_text(encoding="utf-8")
        except OSError:
            return "unknown process"


class _ServerLock:
    """An advisory lock of PostgreSQL, held by a transaction on a connection of its own."""

    def __init__(self, lake: Lake, purpose: str) -> None:
        self._lake = lake
        self._purpose = purpose
        self._connection: duckdb.DuckDBPyConnection | None = None

    def acquire(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while True:
            try:
                connection = self._connect()
                connection.begin()
                if self._ask(f"SELECT pg_try_advisory_xact_lock({KEY})"):
                    return True
                connection.rollback()
            except duckdb.Error as error:
                self._drop()
                raise unreachable(self._lake, error) from error
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)

    def check(self) -> None:
        try:
            # Not whether the server answers: DuckDB may have connected again, and the lock is gone.
            has_lock = self._ask(HAS_LOCK)
        except duckdb.Error as error:
            self._drop()
            raise unreachable(self._lake, error) from error
        if not has_lock:
            self._drop()
            raise LakeUnreachableError(str(self._lake), "the connection that held the lock was lost")

    def release(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rollback()
            except duckdb.Error:
                self._drop()

    def holder(self) -> str:
        try:
            found = self._ask(HOLDER)
        except duckdb.Error:
            found = None
        return str(found) if found else "unknown process"

    def _connect(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            connection = duckdb.connect(config={"autoinstall_known_extensions": False})
            load_extension(connection, "postgres_scanner")
            name = _description(self._purpose).replace("\\", "").replace("'", "")[:63]  # PostgreSQL's limit
            address = self._lake.catalog
            if "://" not in address:
                address += f" application_name='{name}'"
            connection.execute(f"ATTACH {literal(address)} AS server (TYPE postgres)")
            self._connection = connection
        return self._connection

    def _ask(self, query: str) -> object:
        rows = self._connect().execute("FROM postgres_query('server', ?)", [query]).fetchall()
        return rows[0][0] if rows else None

    def _drop(self) -> None:
        if self._connection is not None:
            abandon(self._connection)
            self._connection = None


def _description(purpose: str) -> str:
    return f"{purpose}, process {os.getpid()} on {socket.gethostname()}"
