"""The lock that keeps two crawls from writing to the same archive; the shards of one crawl share it."""

from __future__ import annotations

import fcntl
import time
from typing import TYPE_CHECKING, BinaryIO

from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "crawler.lock"
_POLL_SECONDS = 0.05


class ArchiveLock:
    """A lock that is held until `release`, or until the process ends."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def release(self) -> None:
        """Release it; further calls do nothing."""
        self._file.close()


def lock_archive(archive: Path, *, wait: float, shared: bool = False) -> ArchiveLock:
    """Acquire the lock of an archive for a crawl, or for one of its shards (`shared`).

    Raises CrawlersError if another process still holds it after `wait` seconds.
    """
    archive.mkdir(parents=True, exist_ok=True)
    file = (archive / LOCK).open("ab")
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                file.close()
                raise CrawlersError(
                    f"{archive}: another crawl is writing to this archive; wait until it has finished."
                ) from error
            time.sleep(_POLL_SECONDS)
        except OSError:
            file.close()
            raise
        else:
            return ArchiveLock(file)
