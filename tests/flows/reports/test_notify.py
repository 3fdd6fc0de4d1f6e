"""Notifications by webhook and by mail, to real servers on this machine."""

from __future__ import annotations

import json
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from flows.reports.notify import notify
from flows.settings import Alerts
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """A mail server that takes everything: its port, and what it got."""
    got: list[str] = []

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().decode().strip().upper():
                if line.startswith("DATA"):
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                    got.append("\n".join(lines))
                self.wfile.write(b"221 bye\r\n" if line.startswith("QUIT") else b"250 yes\r\n")
                if line.startswith("QUIT"):
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


@pytest.fixture
def hook() -> Iterator[tuple[str, list[str]]]:
    told: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", told
        server.shutdown()


def test_a_mail_has_subject_and_text(mailbox: tuple[int, list[str]]) -> None:
    port, got = mailbox
    alerts = Alerts(mail_to="desk@courier.example", smtp_host="127.0.0.1", smtp_port=port)
    assert notify(alerts, "newsloom: 3 troubles", "Überall still.\n") == []
    (mail,) = got
    assert "Subject: newsloom: 3 troubles" in mail
    assert "To: desk@courier.example" in mail


def test_a_webhook_gets_one_text(hook: tuple[str, list[str]]) -> None:
    url, told = hook
    assert notify(Alerts(webhook=url), "subject", "text") == []
    assert told == ["subject\n\ntext"]


def test_a_recipient_that_fails_is_reported_and_does_not_stop_the_others(hook: tuple[str, list[str]]) -> None:
    url, told = hook
    alerts = Alerts(
        webhook=f"{url}/broken", mail_to="desk@courier.example", smtp_host="127.0.0.1", smtp_port=free_port()
    )
    webhook, mail = notify(alerts, "subject", "text")
    assert webhook == "the webhook did not accept the message: status 500"
    assert mail.startswith("127.0.0.1:")
    assert len(told) == 1


def test_a_webhook_that_does_not_speak_http_does_not_stop_the_mail(mailbox: tuple[int, list[str]]) -> None:
    port, got = mailbox
    alerts = Alerts(  # a mail server greets with 220, which is no answer to a request
        webhook=f"http://127.0.0.1:{port}/", mail_to="desk@courier.example", smtp_host="127.0.0.1", smtp_port=port
    )
    (webhook,) = notify(alerts, "subject", "text")
    assert webhook.startswith("the webhook did not accept the message: ")
    assert len(got) == 1


def test_a_title_in_a_message_calls_nobody(hook: tuple[str, list[str]]) -> None:
    url, told = hook
    assert notify(Alerts(webhook=url), "<!channel> & <http://evil.example|more>", "text") == []
    assert told == ["&lt;!channel&gt; &amp; &lt;http://evil.example|more&gt;\n\ntext"]


def test_nothing_is_sent_without_recipients() -> None:
    assert notify(Alerts(), "subject", "text") == []
