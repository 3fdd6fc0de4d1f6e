"""Publishing: the finished private file becomes the file that people query, by copy and atomic rename."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COPY_CHUNK = 1 << 30  # one call of copy_file_range takes at most 2 GiB


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing cost."""

    bytes: int
    seconds: float


def publish(private: Path, public: Path) -> Published:
    """Copy `private` (checkpointed, not open for writing) and rename the copy over `public`.

    Whoever has the old `public` open keeps it; the next to open it gets the new one. A process killed in
    between leaves the old file whole, and at most a `.new` file that the next call overwrites.
    """
    start = time.monotonic()
    fresh = public.with_name(public.name + ".new")
    _copy(private, fresh)
    # A log left by somebody who wrote to the old file would be replayed into the new one.
    public.with_name(public.name + ".wal").unlink(missing_ok=True)
    fresh.replace(public)
    _sync(public.parent)
    return Published(public.stat().st_size, time.monotonic() - start)


def _copy(origin: Path, target: Path) -> None:
    with origin.open("rb") as reader, target.open("wb") as writer:
        try:
            # Shares the blocks where the file system can (btrfs, xfs), and stays in the kernel elsewhere.
            while os.copy_file_range(reader.fileno(), writer.fileno(), COPY_CHUNK):
                pass
        except (AttributeError, OSError):
            reader.seek(0)
            writer.seek(0)
            writer.truncate()
            shutil.copyfileobj(reader, writer, 1 << 20)
        writer.flush()
        os.fsync(writer.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
