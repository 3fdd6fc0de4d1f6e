"""Scrapy's middlewares for retries, redirects and compression, which here raise `Refused` exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware, MetaRefreshMiddleware, RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from crawlers.archive.contents import MAX_STATUS, MIN_STATUS
from crawlers.content_codings import GZIP_MAGIC, BodyTooLargeError, BrokenCodingError, decode_body
from crawlers.discovery import normalise_url
from crawlers.politeness.hosts import HostRegistry, host_of
from crawlers.politeness.refusals import BadRedirect, BadStatus, IncompleteBody, TooLarge
from crawlers.politeness.retry_after import BUSY

if TYPE_CHECKING:
    from scrapy import Request, Spider

GZIPPED = "gzipped"  # key in a request's meta: the gzipped body of its response, as received
BROKEN_BODY = "broken_body"  # key in a request's meta: why the body of its response cannot be unpacked
_REFRESH_BYTES = 4096  # where Scrapy looks for a refresh (it counts characters)


class Retry(RetryMiddleware):
    """Does not retry requests to a host that was given up. Retries bodies that cannot be unpacked."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares.

        Raises AskedToWait (see `crawlers.extensions.throttle`), and IncompleteBody if no attempt got a whole body.
        """
        broken = request.meta.pop(BROKEN_BODY, None)
        if broken is not None:
            again = self._retry(request, broken)
            if again is None:
                raise IncompleteBody(broken, response.status)
            return again
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
    """Redirects by status and Location header, and refuses responses whose status is none."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises BadRedirect, and BadStatus before others see the response."""
        if not MIN_STATUS <= response.status <= MAX_STATUS:
            raise BadStatus(f"answered with the status {response.status}; an HTTP status has three digits")
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise BadRedirect(f"redirected to something that is not a URL ({error})", response.status) from error


class MetaRefresh(_Redirects, MetaRefreshMiddleware):
    """Redirects by a `meta` element, if it leads elsewhere at once (METAREFRESH_MAXDELAY).

    A page that refreshes itself, or that its refresh led to, is the page that was asked for.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises BadRedirect."""
        if b"refresh" not in response.body[:_REFRESH_BYTES].lower():
            return response  # decoding the page to find this out costs as much as unpacking it
        try:
            result = super().process_response(request, response)
            if isinstance(result, Response):
                return response
            visited = {normalise_url(url) for url in (response.url, *request.meta.get("redirect_urls", ()))}
            return response if normalise_url(result.url) in visited else result
        except ValueError:
            return response  # the page itself is fine, only its refresh leads nowhere


class Compression(HttpCompressionMiddleware):
    """Unpacks at most `download_maxsize` bytes (from the request's meta, else DOWNLOAD_MAXSIZE).

    A body that is one complete gzip member is also kept as received, in the request's meta (`GZIPPED`), so that it can
    be archived without being packed again. Other codings are not requested: not every WARC reader supports them. A body
    that ends early is left to `Retry`: the request's meta says what is wrong (`BROKEN_BODY`).
    """

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """See Scrapy's downloader middlewares."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate")

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares; raises TooLarge."""
        for key in (GZIPPED, BROKEN_BODY):
            request.meta.pop(key, None)  # a redirected request inherits the meta of the first one
        codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        if not codings and _is_undeclared_gzip(response):
            codings = ["gzip"]
        if not codings or not response.body:
            return response
        limit = request.meta.get("download_maxsize", self._max_size)
        try:
            unpacked = decode_body(response.body, codings, limit)
        except BodyTooLargeError as error:
            raise TooLarge(str(error), response.status) from error
        except BrokenCodingError as error:
            request.meta[BROKEN_BODY] = str(error)
            return response
        if unpacked.is_one_member:
            request.meta[GZIPPED] = response.body
        response.headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=unpacked.content)
        encoding = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, body=unpacked.content, **encoding)


def _is_undeclared_gzip(response: Response) -> bool:
    """Whether a body is gzip that calls itself a page. Other gzip is a file, such as sitemap.xml.gz."""
    content_type = (response.headers.get("Content-Type") or b"").lower()
    return response.body.startswith(GZIP_MAGIC) and b"html" in content_type
