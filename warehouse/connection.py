"""Opening the published warehouse for reading."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError

PUBLISHED = "news.duckdb"
# How DuckDB says, by an IOException like that of a full disk, that the bytes of a file are not what it wrote.
DAMAGED = re.compile("Corrupt database file|not a valid DuckDB database file|Could not read enough bytes")
# How it says that it cannot write.
DISK = re.compile(r"Could not (?:write|fsync|truncate|sync) file|No space left on device")


def connect(path: Path | str) -> duckdb.DuckDBPyConnection:
    """Open a published warehouse read-only, with times shown in UTC.

    `path` is the file or the data directory that holds it. The connection keeps the state it opened:
    a run that ends meanwhile publishes a new file, which the next `connect` sees.
    Raises WarehouseError where there is none, or where the file cannot be read as one.
    """
    file = Path(path)
    if file.is_dir() or not file.suffix:
        file = file / PUBLISHED
    if not file.exists():
        raise WarehouseError(
            f"{file}: there is no warehouse yet. `newsloom run` or `newsloom import` makes one; "
            "--data DIR or NEWSLOOM_DATA names the data directory."
        )
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        said = f"{file}: cannot be opened as a DuckDB file: {first_line(error)}"
        if file.name == PUBLISHED and DAMAGED.search(said):
            said += "\nThe next `newsloom run` or `newsloom import` publishes it anew."
        raise WarehouseError(said) from error
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def first_line(error: BaseException) -> str:
    """The first line of what DuckDB said, which is the one that says what is wrong."""
    return str(error).partition("\n")[0]
