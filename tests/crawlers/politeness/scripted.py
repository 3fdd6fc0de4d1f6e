"""A web server on loopback that answers from a script: what each path says, one request after the other."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Answer:
    """`wait` is how many seconds pass before it is sent; `drip` sends a byte every so many seconds.

    `missing` bytes are announced (Content-Length) and never sent: the connection is closed instead.
    """

    body: bytes = b"<p>page</p>"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = 0.0
    drip: float = 0.0
    missing: int = 0


ROBOTS_MISSING = {"/robots.txt": [Answer(b"", 404)]}


class Scripted:
    """Answers by host and path, or by path alone; the last answer of a list from then on, 404 for all else."""

    def __init__(self, script: Mapping[str, Sequence[Answer]]) -> None:
        self.script = script
        self.asked: list[tuple[float, str]] = []
        self.times: Counter[str] = Counter()

    def paths(self, path: str) -> list[float]:
        """When `host/path` was asked for, in seconds of one clock."""
        return [at for at, asked in self.asked if asked == path]

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = self.headers["Host"].partition(":")[0]
                outer.asked.append((time.monotonic(), host + self.path))
                answers = outer.script.get(host + self.path) or outer.script.get(self.path) or [Answer(b"", 404)]
                answer = answers[min(outer.times[host + self.path], len(answers) - 1)]
                outer.times[host + self.path] += 1
                time.sleep(answer.wait)
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) + answer.missing))
                self.end_headers()
                self.close_connection = self.close_connection or answer.missing > 0
                try:
                    self._send(answer)
                except OSError:
                    self.close_connection = True

            def _send(self, answer: Answer) -> None:
                if not answer.drip:
                    self.wfile.write(answer.body)
                    return
                for at in range(len(answer.body)):
                    self.wfile.write(answer.body[at : at + 1])
                    time.sleep(answer.drip)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
