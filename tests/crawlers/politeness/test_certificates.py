"""The certificates of servers."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crawlers.archive import Kind, Outcome
from crawlers.plan.model import PlannedRequest, PlannedSource
from flows.demo.web import NewsWeb
from tests.crawlers.test_crawl import crawl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def write_self_signed(file: Path) -> None:
    """A key, and a certificate of localhost that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, datetime.now(UTC) - day, datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    stored_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(stored_key + certificate.public_bytes(Encoding.PEM))


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html><body><a href='/news/2026/a-report-of-today.html'>A report of today</a></body></html>")

    def log_message(self, *_: object) -> None:
        pass


class Server(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not trust the certificate hangs up."""


@contextmanager
def https(certificate: Path) -> Iterator[str]:
    with Server(("127.0.0.1", 0), Page) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("is_trusted", [False, True])
def test_only_a_certificate_of_a_trusted_authority_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_trusted: bool
) -> None:
    certificate = tmp_path / "certificate.pem"
    write_self_signed(certificate)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with https(certificate) as url, NewsWeb([]) as web:
        request = PlannedRequest(url, Kind.SECTION)
        ports = (urlsplit(url).port or 0,)
        town = PlannedSource("town", 0.0, (request,), limit=0, allow_private_addresses=True, ports=ports)
        log = crawl(tmp_path, web, town)
    if is_trusted:
        assert log[0].outcome is Outcome.FETCHED
    else:
        assert log[0].outcome is not Outcome.FETCHED
        assert "the certificate of the server is not valid: it is self-signed" in (log[0].detail or "")


def test_a_source_that_accepts_invalid_certificates_does_not_open_the_server_to_another_source(tmp_path: Path) -> None:
    certificate = tmp_path / "certificate.pem"
    write_self_signed(certificate)
    with https(certificate) as url, NewsWeb([]) as web:
        request, ports = PlannedRequest(url, Kind.SECTION), (urlsplit(url).port or 0,)
        lax = PlannedSource(
            "lax", 0.0, (request,), limit=0, allow_private_addresses=True, ports=ports, allow_invalid_certificates=True
        )
        strict = replace(
            lax, name="strict", requests=(replace(request, url=f"{url}more"),), allow_invalid_certificates=False
        )
        log = crawl(tmp_path, web, lax, strict)
    assert {line.url: line.outcome is Outcome.FETCHED for line in log if "robots" not in line.url} == {
        url: True,
        f"{url}more": False,
    }
