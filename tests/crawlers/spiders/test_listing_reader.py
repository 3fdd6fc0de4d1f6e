"""Listings that use up time or memory cost only themselves."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from contextlib import suppress
from multiprocessing import forkserver

import pytest

from crawlers.archive import Kind
from crawlers.discovery import BadListingError
from crawlers.spiders.listing_reader import SMALL, ListingReader
from crawlers.spiders.listings import FetchedListing

pytestmark = pytest.mark.usefixtures("own_fork_server")

FEED = "https://courier.example/feed.xml"


def fetched(body: str, kind: Kind = Kind.SITEMAP) -> FetchedListing:
    return FetchedListing(kind, FEED, body.encode(), None)


SLOW = fetched("<urlset><url><loc>" + "&unknown;" * 4_000_000)
LARGE = fetched("<urlset><url><loc>https://courier.example/1</loc></url></urlset>" + " " * SMALL)


def test_a_listing_beyond_the_limit_of_time_fails_and_the_next_one_is_read() -> None:
    reader = ListingReader(seconds=3)  # far less than SLOW takes, and far more than LARGE on a busy machine

    async def read() -> float:
        assert (await reader.read(LARGE)).links[0].url == "https://courier.example/1"
        slow = asyncio.create_task(reader.read(SLOW))
        waits = 0
        while not slow.done():
            await asyncio.sleep(0.05)
            waits += 1
        with pytest.raises(BadListingError, match=r"took longer than 3 s"):
            await slow
        assert waits > 4, "the crawl goes on meanwhile"
        return len((await reader.read(LARGE)).links)

    try:
        assert asyncio.run(read()) == 1
    finally:
        reader.stop()


def test_a_listing_beyond_the_limit_of_memory_fails() -> None:
    reader = ListingReader(seconds=10, memory=400 << 20)
    try:
        # Where memory runs out decides who notices: the parser, or the worker before it has read the listing.
        with pytest.raises(BadListingError, match=r"400 MiB of memory|crashed|or was killed|longer than 10 s"):
            asyncio.run(reader.read(fetched("<urlset>" + "<![CDATA[]]>" * 3_500_000)))
    finally:
        reader.stop()


def test_a_worker_with_hardly_any_memory_fails_and_does_not_hang() -> None:
    reader = ListingReader(seconds=10, memory=1 << 20)
    try:
        # Larger than what an allocator may still hold of its own, so that the worker must ask the system for memory.
        with pytest.raises(BadListingError, match=r"1 MiB of memory|crashed|could not start|longer than 10 s"):
            asyncio.run(asyncio.wait_for(reader.read(SLOW), 60))
    finally:
        reader.stop()


def test_a_reader_whose_process_was_killed_with_the_one_it_was_forked_from_reads_the_next_listing() -> None:
    reader = ListingReader()
    try:
        assert asyncio.run(reader.read(LARGE)).links
        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
        for worker in multiprocessing.active_children():
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
        with suppress(BadListingError):  # the listing at hand may fail, and is asked for again by a later run
            asyncio.run(reader.read(LARGE))
        assert asyncio.run(reader.read(LARGE)).links
    finally:
        reader.stop()


def test_a_reader_that_is_stopped_gives_up_the_listing_at_hand_and_all_later_ones() -> None:
    reader = ListingReader()

    async def read() -> None:
        slow = asyncio.create_task(reader.read(SLOW))
        await asyncio.sleep(1)
        reader.stop()
        with pytest.raises(asyncio.CancelledError):
            await slow
        with pytest.raises(asyncio.CancelledError):
            await reader.read(LARGE)

    started = time.monotonic()
    asyncio.run(read())
    assert time.monotonic() - started < 20


def test_a_broken_listing_is_the_same_error_in_the_worker_and_without_it() -> None:
    reader = ListingReader()
    try:
        for body in ("nothing", "nothing" + " " * SMALL):
            with pytest.raises(BadListingError, match="expected an RSS, Atom or JSON feed"):
                asyncio.run(reader.read(fetched(body, Kind.FEED)))
    finally:
        reader.stop()
