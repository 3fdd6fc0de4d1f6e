"""No request leads inside: spelling, scheme and port are judged for every hop, names when they are connected to."""

from __future__ import annotations

from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError
from twisted.web.client import HTTPConnectionPool

from crawlers.politeness.hosts import ACCESS_POLICY, NO_ANSWER, REFUSING_DELAY, HostRegistry, host_of
from crawlers.politeness.ip_ranges import ALLOW_PRIVATE_HINT, AccessPolicy, url_problem
from crawlers.politeness.refusals import ForbiddenAddress
from crawlers.politeness.resolver import ATTEMPT, Attempt

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response


# Longer than most pauses between two requests to a host. Twisted's 240 would leave a crawl of thousands of hosts with
# more open connections than a process may have.
KEPT_SECONDS = 15
# A host that did not answer is left alone for so many seconds, then for twice as many each time: it may be at the
# request still, or be under strain.
FAILURE_WAIT = 2.0
NOT_REACHED = (CannotResolveHostError, DownloadConnectionRefusedError)


class UrlGuard:
    """Downloader middleware: refuses what an address shows by itself, also where a proxy will look the name up."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy from the DOWNLOADER_MIDDLEWARES setting."""
        return cls()

    def process_request(self, request: Request) -> None:
        """See Scrapy's downloader middlewares; raises ForbiddenAddress."""
        found = url_problem(request.url, request.meta.get(ACCESS_POLICY, AccessPolicy()))
        if found is not None:
            raise ForbiddenAddress(f"found {found}", host=host_of(request))


class _PrivatePool(HTTPConnectionPool):
    """Connections that may go inside, also those that Twisted makes anew when a kept one has died."""

    def _newConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 - Twisted's name
        token = ATTEMPT.set(Attempt(allows_private=True))
        try:
            return super()._newConnection(key, endpoint)
        finally:
            ATTEMPT.reset(token)


class _PrivateHandler(HTTP11DownloadHandler):
    """Scrapy's handler with such connections."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        pool = _PrivatePool(reactor, persistent=True)  # type: ignore[no-untyped-call]
        # A proxy is one host, which all the others are reached by.
        pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS")
        pool.cachedConnectionTimeout = KEPT_SECONDS
        pool._factory = self._pool._factory
        self._pool = pool


class GuardedHandler(BaseDownloadHandler):
    """Scrapy's handler, twice: one for the public web, one for proxies and for sources that may be inside.

    They share no connection, so that one made for a source that may go inside serves no other. Whether a host answers
    is noted here, where every attempt is seen; a host that was given up is not asked even by what already waited.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.registry = HostRegistry.of(crawler)

    @cached_property
    def public(self) -> HTTP11DownloadHandler:
        """For the public web, without a proxy."""
        handler = HTTP11DownloadHandler(self.crawler)
        handler._pool.cachedConnectionTimeout = KEPT_SECONDS
        return handler

    @cached_property
    def private(self) -> HTTP11DownloadHandler:
        """For everything else."""
        return _PrivateHandler(self.crawler)

    async def download_request(self, request: Request) -> Response:
        """See Scrapy's download handlers; raises Refused."""
        host = host_of(request)
        self.registry.check(host)
        try:
            response = await self._download(request)
        except NO_ANSWER as error:
            is_given_up = self.registry.record_failure(host, error)
            slot = self._slot(request)
            if slot is not None and is_given_up:
                slot.delay = REFUSING_DELAY  # what waits for a host that was given up passes without pauses
            elif slot is not None and not isinstance(error, NOT_REACHED):
                # The slot takes it for the time of its last request.
                slot.lastseen = monotonic() + FAILURE_WAIT * 2 ** request.meta.get("retry_times", 0)
            raise
        self.registry.record_answer(host)
        return response

    async def _download(self, request: Request) -> Response:
        if request.meta.get("proxy") or request.meta.get(ACCESS_POLICY, AccessPolicy()).private:
            return await self.private.download_request(request)
        attempt = Attempt()
        token = ATTEMPT.set(attempt)
        try:
            return await self.public.download_request(request)
        except CannotResolveHostError as error:
            if attempt.refused:
                found = f"{host_of(request)!r} has {attempt.refused[0]}"
                raise ForbiddenAddress(f"found that {found}; {ALLOW_PRIVATE_HINT}", host=host_of(request)) from error
            raise
        finally:
            ATTEMPT.reset(token)

    def _slot(self, request: Request) -> Slot | None:
        engine = self.crawler.engine
        return engine.downloader.slots.get(request.meta.get("download_slot", "")) if engine else None

    async def close(self) -> None:
        """Close the kept connections."""
        for name in ("public", "inside"):
            if name in self.__dict__:
                await getattr(self, name).close()
