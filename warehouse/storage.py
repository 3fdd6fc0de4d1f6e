"""DuckDB's own file: how it is written, copied and written anew. Nothing else here knows of file formats."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

# DuckDB 1.2 (February 2025) is the first that compresses long strings: with older files a warehouse takes three times
# the room. Every DuckDB from then on opens the file.
STORAGE_VERSION = "v1.2.0"
STORAGE_NUMBER = 65  # of that version, in the file's first header
# From this average length (bytes) on, strings are compressed by zstd; shorter ones are read faster by FSST, and take
# little more. DuckDB's own threshold is 4096, which leaves most news articles uncompressed.
ZSTD_FROM = "200"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    "zstd_min_string_length": ZSTD_FROM,
}
# DuckDB by itself brings its log into the file when that has 16 MB, which three segments fill; each time the last rows
# of every table are written anew.
LOG_BYTES = "128MB"
HEADERS = 3 * 4096  # bytes; a checkpoint that writes anything changes the file's headers
COPY_CHUNK = 64 << 20  # the disk is kept busy while the next piece is copied, instead of all at the end


def open_file(file: Path) -> duckdb.DuckDBPyConnection:
    """Open a file for writing, made where there is none. Raises duckdb.IOException.

    A new file gets its name when it is whole: one that a full disk cut short could never be opened again.
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
    # Closing would checkpoint, which may rewrite much: checkpoints are made on purpose, by whoever publishes.
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    connection.execute(f"SET checkpoint_threshold = '{LOG_BYTES}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def is_old(file: Path) -> bool:
    """Whether a file was made in a format that does not compress long strings; False where there is no such file.

    A DuckDB file begins with a checksum (8 bytes), `DUCK`, and the number of its format (8 bytes, little-endian).
    """
    try:
        with file.open("rb") as reader:
            head = reader.read(20)
    except FileNotFoundError:
        return False
    return head[8:12] == b"DUCK" and int.from_bytes(head[12:20], "little") < STORAGE_NUMBER


def stamp(file: Path) -> str:
    """A text that changes whenever the (checkpointed) file does, or another one takes its place."""
    state = file.stat()
    with file.open("rb") as reader:
        return f"{state.st_ino} {state.st_mtime_ns} {hashlib.blake2b(reader.read(HEADERS), digest_size=16).hexdigest()}"


def rewrite(file: Path) -> None:
    """Write a checkpointed file, open nowhere, anew: in the present format, without free space, atomically.

    What was deleted is gone from the disk afterwards. Needs the room of the file once more meanwhile.
    """
    fresh = file.with_name(file.name + ".new")
    remove(fresh)
    with duckdb.connect(config={"zstd_min_string_length": ZSTD_FROM}) as connection:
        connection.execute(f"ATTACH '{quoted(file)}' AS old (READ_ONLY)")
        connection.execute(f"ATTACH '{quoted(fresh)}' AS new (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute("CHECKPOINT new")
    replace(fresh, file)


def quoted(path: Path) -> str:
    """A path as the inside of an SQL string."""
    return str(path).replace("'", "''")


def remove(file: Path) -> None:
    """Remove a database file that nobody has open, and its log."""
    file.unlink(missing_ok=True)
    file.with_name(file.name + ".wal").unlink(missing_ok=True)


def replace(fresh: Path, file: Path) -> None:
    """Bring a finished file to the disk and give it its name; whoever has the old one open keeps that."""
    with fresh.open("rb") as reader:
        os.fsync(reader.fileno())
    # A log left by somebody who wrote to the old file would be replayed into the new one.
    file.with_name(file.name + ".wal").unlink(missing_ok=True)
    fresh.replace(file)
    sync_folder(file.parent)


def copy(origin: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can (btrfs, XFS), and bring it to the disk."""
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
    """Bring renames within a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
