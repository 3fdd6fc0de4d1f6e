"""A small news web on one loopback port, for the demo and for tests.

It answers for any number of hosts, either as an HTTP forward proxy (`http_proxy=http://127.0.0.1:PORT`, with the
absolute request targets that Scrapy sends to one) or by the Host header. Nothing leaves the machine: a host that was
not published is a 404. Only http; an https address reaches it as CONNECT, which is refused with 501.

    with NewsWeb([Site("courier.example", {"/": Page(b"<p>News</p>")})]) as web:
        ...                                    # crawl with http_proxy=web.proxy_url
        web.publish(Site("courier.example", {"/": Page(b"<p>Other news</p>")}))
        assert [asked.status for asked in web.requests] == [200]
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
"""SO_LINGER switched on with zero seconds: closing the socket sends RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class ServedPage:
    """What one address answers.

    `headers` are added to those of the server and replace the ones of the same name; an empty value leaves the header
    out (`("ETag", "")` is a page without that validator). `last_modified` is aware. `delay` is in seconds, before the
    first byte. With `reset` the connection is aborted instead of answered.
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
        """A strong validator made of the body alone."""
        return f'"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'


@dataclass(frozen=True)
class Site:
    """The pages of one host, each under its path with query. Without a page `/robots.txt` it gets a usual one."""

    host: str
    pages: Mapping[str, ServedPage]

    def page(self, path: str) -> ServedPage | None:
        """The page at `path`, which may carry tracking parameters (`utm_*`) that the page's own path does not have."""
        found = self.pages.get(path) or self.pages.get(without_tracking(path))
        if found is None and path == "/robots.txt":
            return ServedPage(default_robots(self.host), "text/plain; charset=utf-8")
        return found


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request as it arrived: `path` with query as sent, header names in lower case, `at` in UTC.

    `status` is what was answered, 0 where the connection was reset on purpose.
    """

    host: str
    path: str
    headers: dict[str, str]
    status: int
    at: datetime
    method: str = "GET"


NOT_FOUND = ServedPage(b"<!doctype html><title>404</title><p>No such page.</p>", status=404)


def default_robots(host: str) -> bytes:
    """The robots.txt of a site that has none of its own."""
    return f"User-agent: *\nDisallow: /private/\nSitemap: http://{host}/sitemap.xml\n".encode()


def without_tracking(path: str) -> str:
    """The path with query, less the `utm_*` parameters."""
    bare, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.lower().startswith("utm_"))
    return f"{bare}?{kept}" if kept else bare


def is_unchanged(page: ServedPage, asked: Mapping[str, str]) -> bool:
    """Whether the validators of a request (names in lower case) still hold, so that 304 is the answer.

    If-None-Match decides alone where it is sent (RFC 9110, 13.2.2). Only a 200 can be unchanged.
    """
    if page.status != 200:
        return False
    if "if-none-match" in asked:
        etag = {name.lower(): value for name, value in headers_of(page).items()}.get("etag")
        tags = [tag.strip() for tag in asked["if-none-match"].split(",")]
        return etag is not None and ("*" in tags or etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in tags])
    if page.last_modified is None or "if-modified-since" not in asked:
        return False
    try:
        since = parsedate_to_datetime(asked["if-modified-since"])
    except ValueError:
        return False
    # A date without a zone ("-0000") comes back naive; HTTP dates are in UTC.
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return page.last_modified.replace(microsecond=0) <= since


def headers_of(page: ServedPage) -> dict[str, str]:
    """The response headers of a page, Content-Length apart."""
    headers = {"Content-Type": page.content_type, "ETag": page.etag}
    if page.last_modified is not None:
        headers["Last-Modified"] = format_datetime(page.last_modified.astimezone(UTC), usegmt=True)
    own = {name.lower() for name, _ in page.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in own}
    return headers | {name: value for name, value in page.headers if value}


class NewsWeb:
    """The web itself: a context manager that listens on 127.0.0.1, at a port of the system's choice, while open."""

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
        """`http://127.0.0.1:PORT`; RuntimeError while the web is not open."""
        if self._server is None:
            raise RuntimeError("the news web has no address before it is entered: with NewsWeb(...) as web")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Everything asked for since the start or the last `reset`, in the order of arrival."""
        with self._lock:
            return list(self._requests)

    def reset(self) -> None:
        """Forget what was asked so far."""
        with self._lock:
            self._requests.clear()

    def publish(self, site: Site) -> None:
        """Put a site on the web, in place of the one its host has had."""
        with self._lock:
            self._sites[site.host.lower()] = site

    def _answer(self, method: str, host: str, path: str, headers: dict[str, str]) -> tuple[int, ServedPage]:
        """Look a request up and put it on record; the status to send (304 included) and the page."""
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
        # The inherited method sends FIN first, which would make an ordinary end of a reset.
        self.close_request(request)
        with self._open_lock:
            self._open.pop(current_thread(), None)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        # Clients may hang up at any time; only what is no matter of the network deserves a traceback.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """End all connections, wait for their threads and give the port back; `serve_forever` has ended before."""
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
    wbufsize = -1  # head and body leave in one packet: two would wait for each other (Nagle, delayed acknowledgement)
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
        # Each on its own: the inherited method leaves the second open where the client hung up before the first.
        for stream in (self.wfile, self.rfile):
            with suppress(OSError):
                stream.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the inherited name
        """Say nothing: `NewsWeb.requests` is the log."""
