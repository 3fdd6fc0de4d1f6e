"""What can go wrong in the warehouse: terminal errors in words for the user, transient ones for the flow to retry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WarehouseError(Exception):
    """A terminal error: its text says what is wrong, where, and what to do."""


class WarehouseBusyError(WarehouseError):
    """Another process is writing.

    `directory` is the data directory, `holder` says in words who holds it.
    """

    def __init__(self, directory: Path, holder: str) -> None:
        super().__init__(
            f"{directory}: another newsloom process is writing here ({holder}).\n"
            "Wait until it has ended, or give --wait SECONDS. Reading (`newsloom sql`) works meanwhile."
        )
        self.directory = directory
        self.holder = holder


class DamagedWarehouseError(WarehouseError):
    """The private file cannot be read: not a matter of room on the disk, nor of another try."""

    def __init__(self, file: Path, said: str) -> None:
        super().__init__(
            f"{file}: is damaged: {said}\n"
            "Restore it from a backup. Or move it away, and the file of its name with .wal as well: `newsloom rebuild` "
            "then makes the warehouse anew from the archive."
        )
        self.file, self.said = file, said

    def __reduce__(self) -> tuple[type[DamagedWarehouseError], tuple[Path, str]]:
        """Errors cross processes."""
        return type(self), (self.file, self.said)


class TransientWarehouseError(Exception):
    """The same call may succeed later: an input or output error of the disk, not a fault of the data."""
