"""A server of files."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Asked(list[str]):
    """Paths that were asked for; once so many bytes in parts were given, if there is a limit, there are no more."""

    limit: int | None = None
    given = 0


@contextmanager
def file_server(files: dict[str, bytes], *, validators: bool = True) -> Iterator[tuple[str, Asked]]:
    """An HTTP server with ranges, as stores of files have them: its address, and the paths that were asked for.

    Without `validators`, it has no ETag, as servers that make their files when asked.
    """
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(head=True)

        def do_GET(self) -> None:
            asked.append(self.path)
            if asked.limit is not None and asked.given >= asked.limit:
                self.send_error(503)
                return
            self.answer()

        def answer(self, head: bool = False) -> None:
            body = files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            part = body[int(wanted[1]) : int(wanted[2]) + 1] if wanted else body
            self.send_response(206 if wanted else 200)
            self.send_header("Accept-Ranges", "bytes")
            if validators:
                self.send_header("ETag", '"one"')
            self.send_header("Content-Length", str(len(part)))
            if wanted:
                self.send_header("Content-Range", f"bytes {wanted[1]}-{int(wanted[1]) + len(part) - 1}/{len(body)}")
            self.end_headers()
            if not head:
                asked.given += len(part) if wanted else 0
                with suppress(ConnectionError):  # some clients ask, and hang up after the head
                    self.wfile.write(part)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
