"""Scrapy's middlewares for retries, redirects and compression, which here raise `Refused` exceptions."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, MetaRefreshMiddleware, RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse
from scrapy.responsetypes import responsetypes

from crawlers.politeness.hosts import HostRegistry, host_of
from crawlers.politeness.refusals import BadRedirect, Refused, TooLarge
from crawlers.politeness.retry_after import BUSY

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response

GZIPPED = "gzipped"  # key in a request's meta: the gzipped body of its response, as received
_REFRESH_BYTES = 4096  # where Scrapy looks for a refresh (it counts characters)


class Retry(RetryMiddleware):
    """Does not retry requests to a host that was given up."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises AskedToWait (see `crawlers.extensions.throttle`)."""
        if response.status in BUSY:
            HostRegistry.of(self.crawler).check(host_of(request))
        return super().process_response(request, response)

    def _retry(self, request: Request, reason: str | Exception | type[Exception]) -> Request | None:
        if HostRegistry.of(self.crawler).is_given_up(host_of(request)):
            return None  # the outcome of this attempt is the one that is logged
        return super()._retry(request, reason)


class _Redirects(BaseRedirectMiddleware):
    def _engine_started(self) -> None:
        """Do not look for the Referer middleware: crawls send no Referer."""

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        try:
            return super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            raise BadRedirect(f"more than {self.max_redirect_times} redirects in a row") from error


class Redirect(_Redirects, RedirectMiddleware):
    """Redirects by status and Location header."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises BadRedirect."""
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise BadRedirect(f"redirected to something that is not a URL ({error})", response.status) from error


class MetaRefresh(_Redirects, MetaRefreshMiddleware):
    """Redirects by a `meta` element."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises BadRedirect."""
        if b"refresh" not in response.body[:_REFRESH_BYTES].lower():
            return response  # decoding the page to find this out costs as much as unpacking it
        try:
            return super().process_response(request, response)
        except ValueError:
            return response  # the page itself is fine, only its refresh leads nowhere


class Compression(HttpCompressionMiddleware):
    """Unpacks at most `download_maxsize` bytes (from the request's meta, else DOWNLOAD_MAXSIZE).

    A body that is one complete gzip member is also kept as received, in the request's meta (`GZIPPED`), so that it can
    be archived without being packed again. Other codings are not requested: not every WARC reader supports them.
    """

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """See Scrapy's downloader middlewares."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate")

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises TooLarge."""
        request.meta.pop(GZIPPED, None)  # a redirected request inherits the meta of the first one
        limit = request.meta.get("download_maxsize", self._max_size)
        too_large = TooLarge(f"larger than {limit} bytes when unpacked", response.status)
        if response.headers.getlist("Content-Encoding") in ([b"gzip"], [b"x-gzip"]):
            body = gunzipped(response.body, limit)
            if body is not None:
                if len(body) > limit:
                    raise too_large
                request.meta[GZIPPED] = response.body
                del response.headers["Content-Encoding"]
                kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
                encoding = {"encoding": None} if issubclass(kind, TextResponse) else {}
                return response.replace(cls=kind, body=body, **encoding)
        try:
            return super().process_response(request, response)
        except Refused:
            raise
        except IgnoreRequest as error:
            raise too_large from error


def gunzipped(body: bytes, limit: int) -> bytes | None:
    """The content of one complete gzip member, at most `limit + 1` bytes; None if the body is anything else."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpack.decompress(body, limit + 1)
    except zlib.error:
        return None
    return plain if len(plain) > limit or (unpack.eof and not unpack.unused_data) else None
