"""Converts Scrapy's responses to what the archive stores."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from crawlers.archive import Exchange
from crawlers.archive.contents import NOT_MODIFIED
from crawlers.archive.warc_records import payload_digest
from crawlers.politeness.middlewares import GZIPPED

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.http.headers import Headers

    from crawlers.archive import OriginalCapture


def to_exchange(response: Response, original: OriginalCapture | None) -> Exchange:
    """A response with its request. A gzipped body stays as received, any other body is decoded by Scrapy.

    `original` is what the archive has stored for the same URL. A response with the same content `repeats` it.
    """
    request = response.request
    assert request is not None, "a response in a callback has a request"
    gzipped: bytes | None = request.meta.get(GZIPPED)
    body = response.body if gzipped is None else gzipped
    same = original is not None and original.digest is not None and original.digest == payload_digest(body)
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    return Exchange(
        method=request.method,
        url=response.url,
        request_headers=_pairs(request.headers),
        status=response.status,
        reason_phrase=phrase,
        response_headers=_pairs(response.headers),
        body=body,
        ip=str(response.ip_address) if response.ip_address else None,
        is_gzip=gzipped is not None,
        repeats=original if response.status == NOT_MODIFIED or (response.status == HTTPStatus.OK and same) else None,
    )


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
