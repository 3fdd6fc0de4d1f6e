"""Scrapy's middlewares for retries, redirects and compression, with refusals that say which they are."""

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

GZIPPED = "gzipped"  # key of a request's meta: the body of its answer as it came, in gzip
_REFRESH_BYTES = 4096  # where a page may have a refresh, as Scrapy has it (in characters)


class Retry(RetryMiddleware):
    """Asks nothing again of a host that was given up."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises AskedToWait (see `crawlers.extensions.throttle`)."""
        if response.status in BUSY:
            HostRegistry.of(self.crawler).check(host_of(request))
        return super().process_response(request, response)

    def _retry(self, request: Request, reason: str | Exception | type[Exception]) -> Request | None:
        if HostRegistry.of(self.crawler).is_given_up(host_of(request)):
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
        if b"refresh" not in response.body[:_REFRESH_BYTES].lower():
            return response  # decoding a page to find that out costs as much as unpacking it
        try:
            return super().process_response(request, response)
        except ValueError:
            return response  # the page is there, only its refresh leads nowhere


class Compression(HttpCompressionMiddleware):
    """Unpacks at most `download_maxsize` bytes (meta, else DOWNLOAD_MAXSIZE).

    What came as one whole gzip member is kept as it came, in the request's meta (`GZIPPED`), to be archived so: nobody
    has to pack it again. Other codings are not asked for, because not every reader of archives knows them.
    """

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """See Scrapy's downloader middlewares."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate")

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises TooLarge."""
        request.meta.pop(GZIPPED, None)  # a redirected request has the meta of the first one
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
    """What one whole gzip member holds, or its first `limit + 1` bytes; None where the body is not just that."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpack.decompress(body, limit + 1)
    except zlib.error:
        return None
    return plain if len(plain) > limit or (unpack.eof and not unpack.unused_data) else None
