"""Opening the warehouse for writing: one process at a time per data directory."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock, Timeout

from warehouse import storage
from warehouse.connection import PUBLISHED, is_damage
from warehouse.errors import DamagedWarehouseError, WarehouseBusyError, WarehouseError, first_line
from warehouse.lake import configured_lake
from warehouse.lake_opening import unreachable
from warehouse.lake_writer import LakeWriter, is_of_the_lake
from warehouse.migrate import migrate
from warehouse.pandas_search import spare_the_search_for_pandas
from warehouse.publish import sweep
from warehouse.writer import WAREHOUSE, Writer, disk_failed, is_of_the_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouse.lake import Lake


@contextmanager
def open_writer(data: Path, purpose: str, *, wait: float = 0.0, shared: bool = False) -> Iterator[Writer]:
    """Lock a data directory and open its private warehouse, which is created and migrated as needed.

    `purpose` is the command ("newsloom run"), to show to other processes that wait for the lock; `wait` is how long to
    wait for it, in seconds. If the warehouse is on DuckLake, it is locked as well, so that no process with another data
    directory writes to it; if `shared`, it is only locked for each transaction and `exclusive` block, so that several
    can load. Raises WarehouseBusyError if another process still writes after that time, and DamagedWarehouseError for a
    damaged file, even if the damage is found only later, by the caller's queries.
    """
    spare_the_search_for_pandas()
    lake = configured_lake(data)
    if lake is None:
        with open_file_writer(data, purpose, wait) as file:
            yield file
        return
    with locked_directory(data, purpose, wait):
        if (data / "private" / WAREHOUSE).exists():
            raise WarehouseError(
                f"{data}: has a warehouse of its own, private/{WAREHOUSE}, and is set to use {lake}. "
                "`newsloom migrate` moves the first to the second, or completes that if it was interrupted."
            )
        with open_lake_writer(data, lake, purpose, wait, shared=shared) as writer:
            yield writer


@contextmanager
def open_file_writer(data: Path, purpose: str, wait: float = 0.0) -> Iterator[Writer]:
    """Like `open_writer`, but for the private file even if the environment names a lake."""
    with locked_directory(data, purpose, wait), _open_file(data) as writer:
        yield writer


@contextmanager
def locked_directory(data: Path, purpose: str, wait: float) -> Iterator[None]:
    """Lock a data directory, as `open_writer` does. Raises WarehouseBusyError, and WarehouseError if it is unusable."""
    private = data / "private"
    try:
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        _record_holder(note, purpose)
        yield
    finally:
        lock.release()


@contextmanager
def _open_file(data: Path) -> Iterator[Writer]:
    sweep(data / "private" / WAREHOUSE, data / PUBLISHED)
    writer = Writer(data)
    try:
        _bring_up_to_date(writer)
        yield writer
    except duckdb.Error as error:
        if is_damage(error):
            raise DamagedWarehouseError(writer.file, first_line(error)) from error
        raise
    finally:
        writer.close()


@contextmanager
def open_lake_writer(
    data: Path, lake: Lake, purpose: str, wait: float, *, shared: bool = False
) -> Iterator[LakeWriter]:
    """Open a lake for a data directory that is locked; see `open_writer`."""
    writer = LakeWriter(data, lake, purpose)
    try:
        if not shared:
            writer.hold(wait)
        with writer.exclusive():
            migrate(writer.connection, writer.name, lake=True)
        yield writer
    except duckdb.Error as error:
        if is_of_the_lake(error):
            raise unreachable(lake, error) from error
        raise
    finally:
        writer.close()


def warehouse_exists(data: Path) -> bool:
    """Whether a data directory has a warehouse that runs have written, or a lake."""
    return configured_lake(data) is not None or (data / "private" / WAREHOUSE).exists()


def writer_at_work(data: Path) -> str | None:
    """A description of the process that writes to a data directory; None if there is none."""
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


def _record_holder(note: Path, purpose: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(OSError):  # a full disk is reported later, with advice
        note.write_text(json.dumps({"purpose": purpose, "pid": os.getpid(), "since": now}), encoding="utf-8")


def _bring_up_to_date(writer: Writer) -> None:
    if storage.is_old(writer.file):
        writer.rewrite()
    try:
        migrate(writer.connection, writer.name)
    except duckdb.Error as error:
        if is_of_the_disk(error):
            raise disk_failed(writer.file, error) from error
        raise


def _holder(note: Path) -> str:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return f"`{said['purpose']}`, process {said['pid']}, since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown process"
