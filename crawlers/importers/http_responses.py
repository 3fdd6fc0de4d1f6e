"""Parses HTTP responses as web archives store them, and undoes the codings of their bodies.

Headers in archives often are wrong: some archives keep Content-Encoding and Transfer-Encoding on bodies that they
stored decoded (Common Crawl's news until 2019). So the bytes decide, and the headers only say what to try.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers.content_codings import GZIP_MAGIC, BrokenCodingError, decode_body

if TYPE_CHECKING:
    from crawlers.archive.contents import Headers

MAX_HEAD_BYTES = 1 << 20
"""Of an HTTP head; only that of a trap is longer."""
_MAX_UNDECLARED = 3  # codings; there is gzip data that unpacks to itself
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?![^ \t\r\n])")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,12})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")


class HttpResponse:
    """The HTTP response in the block of a WARC record: status, headers in order, and the body as stored.

    `status` is None unless the block begins with the status line of an HTTP response.
    """

    def __init__(self, block: bytes) -> None:
        status_line = _STATUS_LINE.match(block)
        self.status = int(status_line[1]) if status_line else None
        end = _END_OF_HEAD.search(block, 0, MAX_HEAD_BYTES)
        head, self._body = (block, b"") if end is None else (block[: end.start()], block[end.end() :])
        self.headers = _headers(head)

    def values(self, name: str) -> list[str]:
        """The values of all headers with this name, which is in lower case."""
        return [value for header, value in self.headers if header.lower() == name]

    def body(self, limit: int) -> bytes:
        """The body without its codings.

        A declared coding that the body does not have is ignored; gzip is undone even if it is not declared. Raises
        BrokenCodingError if the body ends early or is damaged, BodyTooLargeError if a coding unpacks to over `limit`
        bytes.
        """
        transfer, content = self.values("transfer-encoding"), self.values("content-encoding")
        body, problem = self._body, None
        if any("chunked" in value.lower() for value in transfer):
            body, problem = _unchunked(body)
        elif not content and not transfer:
            problem = self._missing_bytes()
        unpacked = decode_body(body, [*content, *transfer], limit).content
        for _ in range(_MAX_UNDECLARED):
            if unpacked.startswith(GZIP_MAGIC):
                unpacked = decode_body(unpacked, ["gzip"], limit).content
        if problem is not None and unpacked == body:  # complete gzip shows that nothing is missing
            raise BrokenCodingError(problem)
        return unpacked

    def _missing_bytes(self) -> str | None:
        values = self.values("content-length")
        if len(values) != 1 or not (values[0].isascii() and values[0].isdigit()) or len(self._body) >= int(values[0]):
            return None
        return f"the body ends early: {len(self._body)} bytes of {values[0]}"


def _headers(head: bytes) -> Headers:
    """The header lines after the first line. Content-Type comes first, so that no limit on the rest drops it."""
    headers: list[tuple[str, str]] = []
    for line in head.splitlines()[1:]:
        text = line.decode("latin-1")
        if text[:1] in (" ", "\t") and headers:  # a header folded over several lines
            headers[-1] = headers[-1][0], f"{headers[-1][1]} {text.strip()}"
        else:
            name, _, value = text.partition(":")
            headers.append((name.strip(), value.strip()))
    return tuple(sorted(headers, key=lambda header: header[0].lower() != "content-type"))


def _unchunked(body: bytes) -> tuple[bytes, str | None]:
    """Join the chunks, and say why they are not complete. A body that does not begin with a chunk has none."""
    pieces: list[bytes] = []
    at = 0
    while found := _CHUNK_SIZE.match(body, at):
        size, end = int(found[1], 16), found.end() + int(found[1], 16)
        if size == 0:
            return b"".join(pieces), None
        after = body[end : end + 2]
        if after and not after.startswith((b"\r", b"\n")):
            if not pieces:
                return body, None
            raise BrokenCodingError(f"the body is broken: chunk {len(pieces) + 1} does not end as its size says")
        pieces.append(body[found.end() : end])
        if not after:
            break
        at = end + (2 if after == b"\r\n" else 1)
    else:
        if not pieces:
            return body, None
        if rest := body[at:].strip():
            raise BrokenCodingError(f"the body is broken: found {rest[:20]!r} instead of chunk {len(pieces) + 1}")
    joined = b"".join(pieces)
    return joined, f"the body ends early: {len(joined)} bytes, without the last chunk"
