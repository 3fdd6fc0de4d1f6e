"""Keeps requests out of private networks.

Every request and every redirect is checked for scheme, port and the spelling of its host; host names are checked again
when a connection is made (see `crawlers.politeness.resolver`).
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError
from twisted.web.client import HTTPConnectionPool

from crawlers.politeness.hosts import ACCESS_POLICY, NO_ANSWER, REFUSING_DELAY, HostRegistry, host_of
from crawlers.politeness.ip_ranges import ALLOW_PRIVATE_HINT, AccessPolicy, url_problem
from crawlers.politeness.refusals import ForbiddenAddress, UntrustedCertificate
from crawlers.politeness.resolver import ATTEMPT, Attempt

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response


# How long idle connections are kept: longer than most pauses between two requests to a host. With the 240 seconds that
# Twisted keeps them, a crawl of thousands of hosts would have more open connections than a process may have.
KEPT_SECONDS = 15
# Seconds for which a host that did not answer is left alone, doubled with each retry: it may still be working on the
# request, or be under strain.
FAILURE_WAIT = 2.0
UNTRUSTED = (
    "the certificate of the server is not valid: it is self-signed, has expired, is for another host, or lacks the "
    "intermediate certificates. To trust the authority that signed it, set the environment variable SSL_CERT_FILE to a "
    "file with the certificates of all authorities that you trust. To accept any certificate from this source, set "
    "allow_invalid_certificates = true for it"
)
NOT_REACHED = (CannotResolveHostError, DownloadConnectionRefusedError)


class UrlGuard:
    """Downloader middleware: refuses URLs that are forbidden without a look-up, also those that go through a proxy."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy for the DOWNLOADER_MIDDLEWARES setting."""
        return cls()

    def process_request(self, request: Request) -> None:
        """See Scrapy's downloader middlewares; raises ForbiddenAddress."""
        problem = url_problem(request.url, request.meta.get(ACCESS_POLICY, AccessPolicy()))
        if problem is not None:
            raise ForbiddenAddress(f"found {problem}", host=host_of(request))


class _PrivatePool(HTTPConnectionPool):
    """Connections that may lead to private addresses, also when Twisted replaces a kept connection that has died."""

    def _newConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 - Twisted's name
        token = ATTEMPT.set(Attempt(allows_private=True))
        try:
            return super()._newConnection(key, endpoint)
        finally:
            ATTEMPT.reset(token)


class _PrivateHandler(HTTP11DownloadHandler):
    """Scrapy's handler with a `_PrivatePool`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        pool = _PrivatePool(reactor, persistent=True)  # type: ignore[no-untyped-call]
        # A proxy is a single host through which all the others are reached.
        pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS")
        pool._factory = self._pool._factory
        self._pool = pool


class GuardedHandler(BaseDownloadHandler):
    """Several of Scrapy's handlers: one for the public web, one for proxies and for sources with private addresses.

    There are two more for sources that accept invalid certificates. They share no connections, so a connection to a
    private address, or to a server that proved nothing, never serves another source. This handler sees every attempt,
    so it also records whether hosts answer, and refuses requests to hosts that were given up in the meantime.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.registry = HostRegistry.of(crawler)
        self._handlers: dict[tuple[bool, bool], HTTP11DownloadHandler] = {}

    def _handler(self, *, private: bool, unverified: bool) -> HTTP11DownloadHandler:
        """The handler for the public web without a proxy, or for proxies and private addresses (`private`).

        With `unverified` it accepts any certificate.
        """
        found = self._handlers.get((private, unverified))
        if found is None:
            found = (_PrivateHandler if private else HTTP11DownloadHandler)(self.crawler)
            found._pool.cachedConnectionTimeout = KEPT_SECONDS
            if unverified:
                # Scrapy's setting is for all handlers; this factory is the handler's own.
                found._contextFactory._verify_certificates = False
            self._handlers[private, unverified] = found
        return found

    async def download_request(self, request: Request) -> Response:
        """See Scrapy's download handlers; raises Refused."""
        host = host_of(request)
        self.registry.check(host)
        try:
            try:
                response = await self._download(request)
            except DownloadFailedError as error:
                if "certificate verify failed" in str(error):
                    raise UntrustedCertificate(UNTRUSTED, host=host) from error
                raise
        except NO_ANSWER as error:
            is_given_up = self.registry.record_failure(host, error)
            slot = self._slot(request)
            if slot is not None and is_given_up:
                slot.delay = REFUSING_DELAY  # the requests that still wait are only refused
            elif slot is not None and not isinstance(error, NOT_REACHED):
                # The slot takes this for the time of its last request.
                slot.lastseen = monotonic() + FAILURE_WAIT * 2 ** request.meta.get("retry_times", 0)
            raise
        self.registry.record_answer(host)
        return response

    async def _download(self, request: Request) -> Response:
        policy = request.meta.get(ACCESS_POLICY, AccessPolicy())
        if request.meta.get("proxy") or policy.private:
            return await self._handler(private=True, unverified=policy.unverified).download_request(request)
        attempt = Attempt()
        token = ATTEMPT.set(attempt)
        try:
            return await self._handler(private=False, unverified=policy.unverified).download_request(request)
        except CannotResolveHostError as error:
            if attempt.refused:
                host = host_of(request)
                detail = f"found that {host!r} resolves to {attempt.refused[0]}; {ALLOW_PRIVATE_HINT}"
                raise ForbiddenAddress(detail, host=host) from error
            raise
        finally:
            ATTEMPT.reset(token)

    def _slot(self, request: Request) -> Slot | None:
        engine = self.crawler.engine
        return engine.downloader.slots.get(request.meta.get("download_slot", "")) if engine else None

    async def close(self) -> None:
        """Close the kept connections."""
        for handler in self._handlers.values():
            await handler.close()
