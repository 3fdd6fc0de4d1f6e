"""Scrapy's middlewares for retries, redirects and compression, with refusals that say which they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, MetaRefreshMiddleware, RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest

from crawlers.politeness.hosts import HostBook, host_of
from crawlers.politeness.refusals import BadRedirect, Refused, TooLarge
from crawlers.politeness.waiting import BUSY

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class Retry(RetryMiddleware):
    """Asks nothing again of a host that was given up."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises AskedToWait (see `crawlers.politeness.pace`)."""
        if response.status in BUSY:
            HostBook.of(self.crawler).check(host_of(request))
        return super().process_response(request, response)

    def _retry(self, request: Request, reason: str | Exception | type[Exception]) -> Request | None:
        if HostBook.of(self.crawler).is_given_up(host_of(request)):
            return None  # what this attempt met is what goes on record
        return super()._retry(request, reason)


class _Redirects(BaseRedirectMiddleware):
    def _engine_started(self) -> None:
        """Look for no Referer middleware: a crawl sends none."""

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        try:
            return super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            raise BadRedirect(f"more than {self.max_redirect_times} redirects one after the other") from error


class Redirect(_Redirects, RedirectMiddleware):
    """By status and Location."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises BadRedirect."""
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise BadRedirect(f"redirected to something that is no address ({error})", response.status) from error


class MetaRefresh(_Redirects, MetaRefreshMiddleware):
    """By a `meta` element."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises BadRedirect."""
        try:
            return super().process_response(request, response)
        except ValueError:
            return response  # the page is there, only its refresh leads nowhere


class Compression(HttpCompressionMiddleware):
    """Unpacks at most `download_maxsize` bytes (meta, else DOWNLOAD_MAXSIZE), 64 KiB at a time."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises TooLarge."""
        try:
            return super().process_response(request, response)
        except Refused:
            raise
        except IgnoreRequest as error:
            limit = request.meta.get("download_maxsize", self._max_size)
            raise TooLarge(f"larger than {limit} bytes when unpacked", response.status) from error
