"""Opening the published warehouse for reading."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse.errors import WarehouseError, first_line
from warehouse.lake import configured_lake
from warehouse.lake_opening import open_lake

if TYPE_CHECKING:
    from datetime import datetime

PUBLISHED = "news.duckdb"
# DuckDB's messages for a damaged file: in an IOException like that of a full disk, since version 2 in a plain Error.
DAMAGED = re.compile("Corrupt database file|not a valid DuckDB database file|Could not read enough bytes")
# DuckDB's messages for a disk that is full or fails.
DISK = re.compile(r"Could not (?:write|fsync|truncate|sync) file|No space left on device")


def connect(path: Path | str, at: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """Open a published warehouse read-only, with times shown in UTC.

    `path` is the file or its data directory. The connection keeps the state that it opened: a run that ends in the
    meantime publishes a new file, which the next `connect` sees. If the data directory has its warehouse on DuckLake,
    each query reads the latest state, or with `at` the state of this time.
    Raises WarehouseError if there is no such file, or if it cannot be read, and LakeUnreachableError.
    """
    file = Path(path)
    if file.is_dir() or not file.suffix:
        lake = configured_lake(file)
        if lake is not None:
            return open_lake(lake, at=at)
        file = file / PUBLISHED
    if at is not None:
        raise WarehouseError(
            f"{file}: keeps no earlier states. A warehouse on DuckLake does: see `newsloom migrate --help`."
        )
    if not file.exists():
        raise WarehouseError(
            f"{file}: no warehouse found. Create one with `newsloom run` or `newsloom import`, "
            "or choose another data directory with --data DIR or NEWSLOOM_DATA."
        )
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        said = f"{file}: cannot be opened as a DuckDB file: {first_line(error)}"
        if file.name == PUBLISHED and DAMAGED.search(said):
            said += "\nThe next `newsloom run` or `newsloom import` publishes it again."
        raise WarehouseError(said) from error
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def is_damage(error: BaseException) -> bool:
    """Whether an error of DuckDB means that a file is damaged."""
    return isinstance(error, duckdb.Error) and bool(DAMAGED.search(str(error)))


def published_exists(data: Path) -> bool:
    """Whether a data directory has something that can be read: the published file, or a lake."""
    return configured_lake(data) is not None or (data / PUBLISHED).exists()
