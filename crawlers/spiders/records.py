"""Scrapy's responses as the archive keeps them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from crawlers.archive import Exchange

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.http.headers import Headers


def exchange(response: Response) -> Exchange:
    """A response with its request, the body decoded as Scrapy has it."""
    request = response.request
    assert request is not None, "a response in a callback has a request"
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
        body=response.body,
        ip=str(response.ip_address) if response.ip_address else None,
    )


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
