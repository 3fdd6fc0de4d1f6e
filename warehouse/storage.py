"""DuckDB database files: opening, copying and rewriting them. No other module depends on the file format."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import duckdb

from warehouse.literals import literal

if TYPE_CHECKING:
    from pathlib import Path

# DuckDB 1.2 (February 2025) is the first version that compresses long strings: in older formats a warehouse takes three
# times the space. All later versions open the file.
STORAGE_VERSION = "v1.2.0"
STORAGE_NUMBER = 65  # of this version, in the first header of the file
# Strings of at least this average length (bytes) are compressed by zstd; with FSST, shorter ones are faster to read and
# take little more space. DuckDB's default is 4096, which leaves most news articles uncompressed.
ZSTD_FROM = "200"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    "zstd_min_string_length": ZSTD_FROM,
}
# By default, DuckDB checkpoints when its log has 16 MB, which three segments fill; each checkpoint rewrites the last
# rows of every table.
LOG_BYTES = "128MB"
HEADERS = 3 * 4096  # bytes; every checkpoint that writes changes the headers of the file
COPY_CHUNK = 64 << 20  # bytes; written to disk while the next chunk is copied, instead of all at the end


def open_file(file: Path) -> duckdb.DuckDBPyConnection:
    """Open a file for writing; it is created if it does not exist. Raises duckdb.IOException.

    A new file gets its name once it is complete: a file truncated by a full disk could never be opened again.
    """
    if not file.exists():
        fresh = file.with_name(file.name + ".new")
        remove(fresh)
        try:
            duckdb.connect(str(fresh), config=CONFIG).close()
            replace(fresh, file)
        finally:
            remove(fresh)
    connection = duckdb.connect(str(file), config=CONFIG)
    # Closing would checkpoint, which may rewrite a lot: publishing checkpoints explicitly.
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    connection.execute(f"SET checkpoint_threshold = '{LOG_BYTES}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def is_old(file: Path) -> bool:
    """Whether a file has a format that does not compress long strings; False if it does not exist.

    A DuckDB file starts with a checksum (8 bytes), `DUCK`, and the number of its format (8 bytes, little-endian).
    """
    try:
        with file.open("rb") as reader:
            head = reader.read(20)
    except FileNotFoundError:
        return False
    return head[8:12] == b"DUCK" and int.from_bytes(head[12:20], "little") < STORAGE_NUMBER


def stamp(file: Path) -> str:
    """A text that changes whenever the (checkpointed) file is changed or replaced."""
    state = file.stat()
    with file.open("rb") as reader:
        return f"{state.st_ino} {state.st_mtime_ns} {hashlib.blake2b(reader.read(HEADERS), digest_size=16).hexdigest()}"


def rewrite(file: Path) -> None:
    """Rewrite a checkpointed file that is not open: in the current format, without free space, atomically.

    Deleted rows are gone from the disk afterwards. Needs free space of the size of the file.
    """
    fresh = file.with_name(file.name + ".new")
    remove(fresh)
    with duckdb.connect(config={"zstd_min_string_length": ZSTD_FROM}) as connection:
        connection.execute(f"ATTACH {literal(file)} AS old (READ_ONLY)")
        connection.execute(f"ATTACH {literal(fresh)} AS new (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute("CHECKPOINT new")
    replace(fresh, file)


def remove(file: Path) -> None:
    """Remove a database file that is not open, and its log."""
    file.unlink(missing_ok=True)
    file.with_name(file.name + ".wal").unlink(missing_ok=True)


def replace(fresh: Path, file: Path) -> None:
    """Flush a finished file to disk and rename it over another one; readers of the old file keep it."""
    with fresh.open("rb") as reader:
        os.fsync(reader.fileno())
    # The log of an earlier writer would be replayed into the new file.
    file.with_name(file.name + ".wal").unlink(missing_ok=True)
    fresh.replace(file)
    sync_folder(file.parent)


def copy(origin: Path, target: Path) -> None:
    """Copy a file and flush it to disk; its blocks are shared where the file system can (btrfs, XFS)."""
    with origin.open("rb") as reader, target.open("wb") as writer:
        try:
            while os.copy_file_range(reader.fileno(), writer.fileno(), COPY_CHUNK):
                os.fdatasync(writer.fileno())
        except (AttributeError, OSError):
            reader.seek(0)
            writer.seek(0)
            writer.truncate()
            shutil.copyfileobj(reader, writer, 1 << 20)
        writer.flush()
        os.fsync(writer.fileno())


def sync_folder(folder: Path) -> None:
    """Flush renames within a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
