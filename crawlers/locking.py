"""The lock that keeps two crawls from writing to the same archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "crawler.lock"


def lock_archive(archive: Path, *, wait: float) -> FileLock:
    """Acquire the lock of an archive for a crawl.

    Raises CrawlersError if another process still holds it after `wait` seconds.
    """
    archive.mkdir(parents=True, exist_ok=True)
    lock = FileLock(archive / LOCK, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise CrawlersError(
            f"{archive}: another crawl is writing to this archive; wait until it has finished."
        ) from error
    return lock
