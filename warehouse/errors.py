"""Errors of the warehouse: terminal ones for the user, transient ones for the flow to retry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.errors import NewsloomError, TransientError

if TYPE_CHECKING:
    from pathlib import Path


class WarehouseError(NewsloomError):
    """A terminal error of `warehouse`."""


class WarehouseBusyError(WarehouseError):
    """Another process is writing.

    `directory` is the data directory, or the address of the lake; `holder` describes the process that holds its lock.
    """

    def __init__(self, directory: Path | str, holder: str) -> None:
        super().__init__(
            f"{directory}: another newsloom process is writing here ({holder}).\n"
            "Wait until it has finished, or pass --wait SECONDS. Reading (`newsloom sql`) works meanwhile."
        )
        self.directory = directory
        self.holder = holder


class DamagedWarehouseError(WarehouseError):
    """The private file is damaged: neither more disk space nor a retry helps."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"{file}: is damaged: {reason}\n"
            "Restore it from a backup. Without a backup, move the file away, together with the .wal file of the same "
            "name, and run `newsloom rebuild`: it recreates the warehouse from the archive."
        )
        self.file = file


class TransientWarehouseError(TransientError):
    """The disk failed or is full: the data is fine, and the same call may succeed later."""


class LakeUnreachableError(TransientWarehouseError):
    """The catalogue or the files of a lake cannot be reached, or the connection to them was lost."""

    def __init__(self, lake: str, reason: str) -> None:
        super().__init__(
            f"{lake}: cannot be reached: {reason}\n"
            "Nothing was lost: what was not committed is loaded again. Check that the database and the bucket are up, "
            "and that this machine may use them, then run the same command again."
        )
        self.lake = lake


def first_line(error: BaseException) -> str:
    """The first line of DuckDB's message, which states what is wrong."""
    return str(error).partition("\n")[0]
