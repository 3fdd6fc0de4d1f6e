"""Downloading one page: it is bounded, and every failure has a message."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from flows.errors import FlowsError
from flows.sources.download import download

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "<p>Grüße</p>".encode()
BOMB = gzip.compress(b"x" * 2**24)


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        path = self.path.removeprefix("http://paper.example")
        if path == "/moved":
            return self._send(302, b"", Location="/page")
        if path == "/file":
            return self._send(302, b"", Location="file:///etc/hostname")
        if path == "/ftp":
            return self._send(302, b"", Location="ftp://127.0.0.1/x")
        if path == "/inside":
            return self._send(302, b"", Location="http://169.254.169.254/latest/meta-data")
        if path == "/localhost":
            return self._send(302, b"", Location="http://localhost:8080/")
        if path == "/round":
            return self._send(302, b"", Location="/round")
        if path == "/missing":
            return self._send(404, b"not here")
        if path == "/bomb":
            return self._send(200, BOMB, **{"Content-Encoding": "gzip"})
        if path == "/packed":
            return self._send(200, gzip.compress(PAGE), **{"Content-Encoding": "gzip"})
        if path == "/broken":
            return self._send(200, gzip.compress(PAGE)[:-12], **{"Content-Encoding": "gzip"})
        if path == "/plain":
            return self._send(200, PAGE, **{"Content-Encoding": "gzip"})
        if path == "/short":
            return self._send(200, PAGE, **{"Content-Length": "1000"})
        if path == "/nowhere":
            return self._send(302, b"", Location="http://a.example:port/")
        if path == "/drip":
            return self._drip()
        return self._send(200, PAGE, **{"Content-Type": "text/html; charset=ISO-8859-2"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _drip(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n")
            for _ in range(100):
                self.wfile.write(b"X-Slow: yes\r\n")
                time.sleep(0.1)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        """Nothing: the test's output is its own."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.mark.parametrize("path", ["/page", "/moved", "/packed", "/plain"])
def test_redirects_are_followed_and_gzip_is_unpacked(server: str, path: str) -> None:
    found = download(server + path)
    assert found.body == PAGE
    assert found.url == server + ("/page" if path == "/moved" else path)


def test_the_charset_of_the_header_is_returned(server: str) -> None:
    assert download(server + "/page").http_charset == "iso-8859-2"


def test_the_proxy_of_the_environment_is_used(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server)
    assert download("http://paper.example/page").body == PAGE
    assert "http://paper.example/page" in Handler.asked


@pytest.mark.parametrize(
    ("path", "said"),
    [("inside", "redirects to the link-local or cloud metadata address"), ("localhost", "redirects to 'localhost'")],
)
def test_a_public_page_does_not_lead_into_a_private_network(
    server: str, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    monkeypatch.setenv("http_proxy", server)
    with pytest.raises(FlowsError, match=f"http://paper.example/{path}: {said}"):
        download(f"http://paper.example/{path}")
    assert not any(asked.startswith(("http://169", "http://localhost")) for asked in Handler.asked)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/missing", "the server answered 404 Not Found"),
        ("/file", "redirects to a URL of the scheme file; expected http or https"),
        ("/ftp", "redirects to a URL of the scheme ftp; expected http or https"),
        ("/nowhere", "the answer cannot be read: RemoteProtocolError: Invalid URL in location header"),
        ("/round", "more than 10 redirects"),
        ("/bomb", "longer than 1,000 bytes"),
        ("/broken", "the answer cannot be read: BrokenCodingError: the body cannot be unpacked: gzip ends early"),
        ("/short", "the answer cannot be read: RemoteProtocolError: peer closed connection"),
    ],
)
def test_each_failure_has_a_message(server: str, path: str, said: str) -> None:
    with pytest.raises(FlowsError, match=said):
        download(server + path, limit=1000)


def test_a_server_that_drips_its_answer_is_given_up_in_time(server: str) -> None:
    start = time.monotonic()
    with pytest.raises(FlowsError, match=r"no complete answer within 0\.5 s"):
        download(server + "/drip", seconds=0.5)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://a.example/x", "http://", "no address", "http://[x"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(FlowsError, match="expected a URL with http:// or https:// and a host"):
        download(url)


def test_a_refused_connection_is_reported_in_the_systems_words() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(FlowsError, match="cannot be reached: Connection refused"):
            download(f"http://127.0.0.1:{probe.getsockname()[1]}/")


def test_a_bomb_is_never_unpacked_whole(server: str) -> None:
    tracemalloc.start()
    with pytest.raises(FlowsError, match="longer than 1,000 bytes"):
        download(server + "/bomb", limit=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22, "the page is 16 MiB when it is unpacked"


def test_a_proxy_that_cannot_be_used_is_reported(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(FlowsError, match="the proxy that the environment names cannot be used"):
        download(server + "/page")
