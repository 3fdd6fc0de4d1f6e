"""One page from the web, for a person who waits for it: bounded in time, size and redirects, http and https only."""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
import zlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from crawlers.discovery import normalise_url
from crawlers.extraction.page import MAX_PAGE_BYTES
from flows.errors import FlowsError

if TYPE_CHECKING:
    from email.message import Message

SECONDS = 30.0  # a person's patience; the slowest of real pages come within ten
_SOCKET_SECONDS = 10.0
_CHUNK = 64 << 10
_GZIP_OR_ZLIB = 47  # zlib's window size for either, told apart by their heads


@dataclass(frozen=True, slots=True)
class Download:
    """A page as it came, decoded of its content encoding; `url` is where redirects led."""

    url: str
    body: bytes
    http_charset: str | None


def download(url: str, seconds: float = SECONDS, limit: int = MAX_PAGE_BYTES) -> Download:
    """Ask for one page.

    Follows ten redirects at most, and a proxy named in the environment (`http_proxy`, `https_proxy`, `no_proxy`).
    Raises FlowsError where there is no page: the address cannot be asked, nobody answers within `seconds`, the answer
    is no success, or longer than `limit` bytes.
    """
    try:
        normalise_url(url)
    except ValueError as error:
        raise FlowsError(f"{url}: {error}; an http or https address is expected") from None
    answer: list[Download | FlowsError] = []
    # A server that sends a byte now and then never lets a socket time out: the whole is bounded from outside.
    asking = threading.Thread(target=lambda: answer.append(_ask(url, seconds, limit)), daemon=True)
    asking.start()
    asking.join(seconds)
    if not answer:
        raise FlowsError(f"{url}: no full answer within {seconds:g} s")
    if isinstance(answer[0], FlowsError):
        raise answer[0]
    return answer[0]


def _ask(url: str, seconds: float, limit: int) -> Download | FlowsError:
    opener = urllib.request.OpenerDirector()
    # Not build_opener: that one would follow a redirect to ftp as well, and read files.
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    headers = {"User-Agent": f"newsloom/{version('newsloom')}", "Accept": "text/html,*/*", "Accept-Encoding": "gzip"}
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the opener knows no other scheme
        answer = opener.open(request, timeout=min(seconds, _SOCKET_SECONDS))
        with answer:
            body = _read(answer, limit, time.monotonic() + seconds)
            return Download(answer.geturl(), body, answer.headers.get_content_charset())
    except urllib.error.HTTPError as error:
        return FlowsError(f"{url}: answered {error.code} {error.reason}")
    except urllib.error.URLError as error:
        return FlowsError(f"{url}: cannot be asked: {getattr(error.reason, 'strerror', None) or error.reason}")
    except TimeoutError:
        return FlowsError(f"{url}: no answer within {_SOCKET_SECONDS:g} s")
    except _TooLongError:
        return FlowsError(f"{url}: longer than {limit:,} bytes")
    except (http.client.HTTPException, OSError, zlib.error, ValueError) as error:
        return FlowsError(f"{url}: not an answer that can be read: {type(error).__name__}: {error}")


class _TooLongError(Exception):
    """The body goes on beyond what is read."""


def _read(answer: http.client.HTTPResponse, limit: int, deadline: float) -> bytes:
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if _is_packed(answer.headers) else None
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        # One byte more than is allowed is enough to know; a gzip bomb is never unpacked.
        body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
        if len(body) > limit:
            raise _TooLongError
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


def _is_packed(headers: Message) -> bool:
    return headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip", "deflate")
