"""Downloads one web page for a user who waits for it, within bounds on time, size and redirects.

Only http and https are requested, for the targets of redirects too. A page on the public web may not redirect to an
address in a private network; a user who names such an address gets it.
"""

from __future__ import annotations

import re
import ssl
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version

import httpx

from crawlers.content_codings import BodyTooLargeError, decode_body
from crawlers.discovery import normalise_url
from crawlers.limits import MAX_PAGE_BYTES
from crawlers.politeness.lookup import place_problem
from flows.errors import FlowsError

SECONDS = 30.0  # as long as a user waits; the slowest real pages take ten
MAX_REDIRECTS = 10
_SOCKET_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Download:
    """A page, with its content encoding removed; `url` is the target of the last redirect."""

    url: str
    body: bytes
    http_charset: str | None


def download(url: str, seconds: float = SECONDS, limit: int = MAX_PAGE_BYTES) -> Download:
    """Download one page.

    Uses the proxy that the environment names (`http_proxy`, `https_proxy`, `no_proxy`).
    Raises FlowsError if the URL is neither http nor https, if the server does not answer within `seconds`, if its
    status is not 2xx, or if the page is longer than `limit` bytes.
    """
    try:
        normalise_url(url)
    except ValueError as error:
        allowed = "" if "; expected " in str(error) else "; expected a URL with http:// or https:// and a host"
        raise FlowsError(f"{url}: {error}{allowed}") from None
    answer: list[Download | FlowsError] = []
    # A server that sends a byte now and then never exceeds a socket's timeout, so a thread bounds the whole request.
    request = threading.Thread(target=lambda: answer.append(_outcome(url, seconds, limit)), daemon=True)
    request.start()
    request.join(seconds)
    if not answer:
        raise FlowsError(f"{url}: no complete answer within {seconds:g} s")
    if isinstance(answer[0], FlowsError):
        raise answer[0]
    return answer[0]


def _outcome(url: str, seconds: float, limit: int) -> Download | FlowsError:
    timeout = min(seconds, _SOCKET_SECONDS)
    try:
        return _fetch(url, timeout, limit, time.monotonic() + seconds)
    except FlowsError as error:
        return error
    except httpx.TimeoutException:
        return FlowsError(f"{url}: no answer within {timeout:g} s")
    except httpx.TooManyRedirects:
        return FlowsError(f"{url}: more than {MAX_REDIRECTS} redirects")
    except httpx.UnsupportedProtocol as error:
        return FlowsError(f"{url}: redirects to a URL of the scheme {error.request.url.scheme}; expected http or https")
    except (httpx.ConnectError, httpx.ProxyError) as error:
        return FlowsError(f"{url}: cannot be reached: {_explain(error)}")
    except ImportError as error:  # a SOCKS proxy needs a package that newsloom does not install
        return FlowsError(f"{url}: the proxy that the environment names cannot be used: {error}")
    except BodyTooLargeError:
        return FlowsError(f"{url}: longer than {limit:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return FlowsError(f"{url}: the answer cannot be read: {type(error).__name__}: {error}")


def _fetch(url: str, timeout: float, limit: int, deadline: float) -> Download:
    headers = {"User-Agent": f"newsloom/{version('newsloom')}", "Accept": "text/html,*/*", "Accept-Encoding": "gzip"}
    # The certificates of this machine: a company's proxy may need one that is not among those that httpx brings along.
    verify = ssl.create_default_context()
    is_private = place_problem(httpx.URL(url).scheme, httpx.URL(url).host) is not None

    def guard(request: httpx.Request) -> None:
        if not is_private and (problem := place_problem(request.url.scheme, request.url.host)) is not None:
            raise FlowsError(f"{url}: redirects to {problem}")

    with (
        httpx.Client(
            headers=headers,
            timeout=timeout,
            verify=verify,
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            event_hooks={"request": [guard]},
        ) as client,
        client.stream("GET", url) as response,
    ):
        if not response.is_success:
            raise FlowsError(f"{url}: the server answered {response.status_code} {response.reason_phrase}")
        body = _read(response, limit, deadline)
        charset = response.charset_encoding
        return Download(str(response.url), body, charset.lower() if charset else None)


def _read(response: httpx.Response, limit: int, deadline: float) -> bytes:
    """The body without its content codings, as a crawl reads it. Raises BodyTooLargeError if it is over `limit`."""
    body = bytearray()
    for chunk in response.iter_raw():  # not iter_bytes, which unpacks whatever a chunk contains
        body += chunk
        if len(body) > limit:
            raise BodyTooLargeError
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the body is incomplete")
    return decode_body(bytes(body), response.headers.get_list("Content-Encoding"), limit).content


def _explain(error: Exception) -> str:
    """The operating system's words for a failed connection, without its error number."""
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error))
