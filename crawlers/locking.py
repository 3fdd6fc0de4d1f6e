"""No two crawls write to one archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from crawlers.errors import CrawlersError

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "crawler.lock"


def lock_archive(archive: Path, *, wait: float) -> FileLock:
    """The lock that a crawl holds on its archive, acquired.

    Raises CrawlersError when another process holds it for all of `wait` seconds.
    """
    archive.mkdir(parents=True, exist_ok=True)
    lock = FileLock(archive / LOCK, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise CrawlersError(f"{archive}: another crawl is writing to this archive; wait until it has ended.") from error
    return lock
