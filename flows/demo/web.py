"""A small news web on one loopback port, for the demo and for tests.

It serves any number of hosts, either as an HTTP forward proxy (`http_proxy=http://127.0.0.1:PORT`, with the absolute
request targets that Scrapy sends to a proxy) or by the Host header. Nothing leaves the machine: an unknown host is a
404. It serves http only: a request for an https URL arrives as CONNECT and gets a 501.

    with NewsWeb([Site("courier.example", {"/": Page(b"<p>News</p>")})]) as web:
        ...                                    # crawl with http_proxy=web.proxy_url
        web.publish(Site("courier.example", {"/": Page(b"<p>Other news</p>")}))
        assert [request.status for request in web.requests] == [200]
"""

from __future__ import annotations

import hashlib
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER with zero seconds: closing the socket sends RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class ServedPage:
    """The answer to requests for one URL.

    `headers` are added to those of the server, or replace those of the same name; an empty value removes the header
    (`("ETag", "")` is a page without that validator). `last_modified` is timezone-aware. `delay` is the time before the
    first byte, in seconds. With `reset`, the connection is aborted and there is no answer.
    """

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    last_modified: datetime | None = None
    delay: float = 0.0
    reset: bool = False

    @property
    def etag(self) -> str:
        """A strong validator, computed from the body alone."""
        return f'"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'


@dataclass(frozen=True)
class Site:
    """The pages of one host, by path with query. If there is no page `/robots.txt`, `default_robots` is served."""

    host: str
    pages: Mapping[str, ServedPage]

    def page(self, path: str) -> ServedPage | None:
        """The page at `path`; tracking parameters (`utm_*`) in it are ignored."""
        found = self.pages.get(path) or self.pages.get(without_tracking(path))
        if found is None and path == "/robots.txt":
            return ServedPage(default_robots(self.host), "text/plain; charset=utf-8")
        return found


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it arrived: `path` with query as sent, header names in lower case, `at` in UTC.

    `status` is the status of the answer; 0 if the connection was reset on purpose.
    """

    host: str
    path: str
    headers: dict[str, str]
    status: int
    at: datetime
    method: str = "GET"


NOT_FOUND = ServedPage(b"<!doctype html><title>404</title><p>No such page.</p>", status=404)


def default_robots(host: str) -> bytes:
    """The robots.txt of a site without a robots.txt of its own."""
    return f"User-agent: *\nDisallow: /private/\nSitemap: http://{host}/sitemap.xml\n".encode()


def without_tracking(path: str) -> str:
    """Remove the `utm_*` parameters from a path with query."""
    bare, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.lower().startswith("utm_"))
    return f"{bare}?{kept}" if kept else bare


def is_unchanged(page: ServedPage, headers: Mapping[str, str]) -> bool:
    """Whether the page still matches the validators in the headers of a request (names in lower case): answer 304.

    If-None-Match takes precedence over If-Modified-Since (RFC 9110, 13.2.2). Only a 200 can be unchanged.
    """
    if page.status != 200:
        return False
    if "if-none-match" in headers:
        etag = {name.lower(): value for name, value in headers_of(page).items()}.get("etag")
        tags = [tag.strip() for tag in headers["if-none-match"].split(",")]
        return etag is not None and ("*" in tags or etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in tags])
    if page.last_modified is None or "if-modified-since" not in headers:
        return False
    try:
        since = parsedate_to_datetime(headers["if-modified-since"])
    except ValueError:
        return False
    # A date without a time zone ("-0000") is parsed as naive; HTTP dates are in UTC.
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return page.last_modified.replace(microsecond=0) <= since


def headers_of(page: ServedPage) -> dict[str, str]:
    """The response headers of a page, without Content-Length."""
    headers = {"Content-Type": page.content_type, "ETag": page.etag}
    if page.last_modified is not None:
        headers["Last-Modified"] = format_datetime(page.last_modified.astimezone(UTC), usegmt=True)
    own = {name.lower() for name, _ in page.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in own}
    return headers | {name: value for name, value in page.headers if value}


class NewsWeb:
    """The web server: a context manager that listens on a free port of 127.0.0.1 while it is open."""

    def __init__(self, sites: Iterable[Site] = ()) -> None:
        self._lock = Lock()
        self._sites = {site.host.lower(): site for site in sites}
        self._requests: list[ReceivedRequest] = []
        self._server: _Server | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="newsweb", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.close()
        self._server = self._thread = None

    @property
    def proxy_url(self) -> str:
        """`http://127.0.0.1:PORT`; raises RuntimeError if the web is not open."""
        if self._server is None:
            raise RuntimeError("the news web has no URL before it is open; use `with NewsWeb(...) as web`")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests since the start or the last `reset`, in the order of arrival."""
        with self._lock:
            return list(self._requests)

    def reset(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._requests.clear()

    def publish(self, site: Site) -> None:
        """Serve a site, in place of the previous site of its host."""
        with self._lock:
            self._sites[site.host.lower()] = site

    def _answer(self, method: str, host: str, path: str, headers: dict[str, str]) -> tuple[int, ServedPage]:
        """Record a request; returns the status to send (304 included) and the page."""
        with self._lock:
            site = self._sites.get(host)
            page = (site and site.page(path)) or NOT_FOUND
            status = 0 if page.reset else 304 if is_unchanged(page, headers) else page.status
            self._requests.append(ReceivedRequest(host, path, headers, status, datetime.now(UTC), method))
        return status, page


class _Server(ThreadingHTTPServer):
    """A threading server that can be closed while clients keep their connections open."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, web: NewsWeb) -> None:
        self.web = web
        self.closing = Event()
        self._open: dict[Thread, socket.socket] = {}
        self._open_lock = Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        if isinstance(request, socket.socket):
            with self._open_lock:
                self._open[thread] = request
        thread.start()

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        # The inherited method sends FIN first, which would turn a reset into an ordinary end.
        self.close_request(request)
        with self._open_lock:
            self._open.pop(current_thread(), None)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        # Clients may hang up at any time; only errors other than network errors deserve a traceback.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Close all connections, wait for their threads and free the port. Call it after `serve_forever` has ended."""
        self.closing.set()
        with self._open_lock:
            connections = list(self._open.items())
        for thread, connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # sends head and body in one packet; two would be delayed (Nagle, delayed acknowledgement)
    server: _Server

    def do_GET(self) -> None:
        self._respond()

    def do_HEAD(self) -> None:
        self._respond()

    def _respond(self) -> None:
        try:
            target = urlsplit(self.path)
        except ValueError:
            self.send_error(400)
            return
        host = (target.netloc or self.headers.get("Host", "")).rpartition("@")[2].partition(":")[0].lower()
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, page = self.server.web._answer(self.command, host, path, headers)
        if page.delay:
            self.server.closing.wait(page.delay)
        if page.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers_of(page).items():
            self.send_header(name, value)
        bodiless = status in (204, 304)
        if not bodiless:
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if self.command != "HEAD" and not bodiless:
            self.wfile.write(page.body)

    def finish(self) -> None:
        # Two suppressions: the inherited method leaves the second stream open if closing the first one fails.
        for stream in (self.wfile, self.rfile):
            with suppress(OSError):
                stream.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the inherited name
        """Log nothing: `NewsWeb.requests` has all requests."""
