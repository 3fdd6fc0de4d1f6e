"""Reads listings in a worker process with limits of time and memory: one that uses up either costs only itself."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import TimeoutError as ReadingTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessPool

from crawlers.content_codings import GZIP_MAGIC
from crawlers.discovery import BadListingError
from crawlers.spiders.listings import read_listing
from crawlers.worker_processes import start_worker, worker_context

if TYPE_CHECKING:
    from pebble import ProcessFuture

    from crawlers.spiders.listings import FetchedListing, ListingContent

READ_SECONDS = 30.0
"""The largest sitemap of the protocol, 50 MiB with 50,000 URLs, takes 3 s."""
MEMORY = 2 << 30
"""Bytes of address space; that sitemap takes 335 MB."""
WAIT_SECONDS = 600.0
"""For the listings before it as well. A worker that cannot even start, for lack of memory, is replaced for ever."""
STOP_SECONDS = 2.0
SMALL = 64 << 10
"""Bytes of a listing that is read in the crawl itself, as most are: no listing of this size takes half a second, and
passing it to another process would cost more."""


class ListingReader:
    """One worker process, started when it is first needed, and replaced when a listing has taken it down."""

    def __init__(self, seconds: float = READ_SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._pool: ProcessPool | None = None
        self._starting = threading.Lock()
        self._is_stopped = False
        self._waiting: set[asyncio.Future[ListingContent]] = set()

    async def read(self, fetched: FetchedListing) -> ListingContent:
        """Read a listing (see `read_listing`), without keeping the crawl from anything else.

        Raises BadListingError if nothing can be read from it, or if that takes too much time or memory, and
        asyncio.CancelledError if the reader is stopped.
        """
        if len(fetched.body) <= SMALL and not fetched.body.startswith(GZIP_MAGIC):
            return read_listing(fetched)
        try:
            # In a thread, because starting the worker takes a second.
            answer = await asyncio.to_thread(self._schedule, fetched)
            return await asyncio.wait_for(self._until_stopped(answer), WAIT_SECONDS)
        except ReadingTimeoutError:
            raise BadListingError(f"reading it took longer than {self._seconds:g} s") from None
        except MemoryError:
            raise BadListingError(f"reading it takes more than {self._memory >> 20} MiB of memory") from None
        except ProcessExpired as error:
            raise BadListingError(f"the process that read it crashed (exit code {error.exitcode})") from error
        except BrokenProcessPool as error:
            raise BadListingError("the process that reads it could not start, or was killed") from error

    async def _until_stopped(self, answer: ProcessFuture[ListingContent]) -> ListingContent:
        waiting = asyncio.wrap_future(answer)
        self._waiting.add(waiting)
        try:
            return await waiting
        except Exception:
            if self._is_stopped:  # pebble fails in several ways when it is stopped
                raise asyncio.CancelledError from None
            raise
        finally:
            self._waiting.discard(waiting)

    def stop(self) -> None:
        """Stop reading: the crawl is about to end."""
        for waiting in list(self._waiting):
            waiting.cancel()
        with self._starting:
            self._is_stopped = True
            if self._pool is not None:
                self._discard(self._pool)

    def _discard(self, pool: ProcessPool) -> None:
        pool.stop()  # type: ignore[no-untyped-call]
        with suppress(TimeoutError):  # its threads and its worker end with this process
            pool.join(timeout=STOP_SECONDS)
        self._pool = None

    def _schedule(self, fetched: FetchedListing) -> ProcessFuture[ListingContent]:
        with self._starting:
            if self._is_stopped:
                raise asyncio.CancelledError
            try:
                return self._started().schedule(read_listing, args=(fetched,), timeout=self._seconds)
            except RuntimeError:  # pebble's word for a pool that broke
                self._discard(self._started())
                return self._started().schedule(read_listing, args=(fetched,), timeout=self._seconds)

    def _started(self) -> ProcessPool:
        if self._pool is None:
            context = worker_context([read_listing.__module__])
            self._pool = ProcessPool(1, initializer=partial(start_worker, self._memory), context=context)
        return self._pool
