"""Finds out from which URL an HTML page in a file was saved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawlers.discovery import normalise_url
from crawlers.extraction.article import Rejection
from crawlers.extraction.page import decode, read_page
from crawlers.limits import MAX_URL_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawlers.extraction.page import Page

_NOWHERE = "https://nowhere.invalid/"
_BEGINNING = 4096
"""Characters in which browsers write where a page was saved from."""
_SAVED_FROM = re.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(\S+)")
"""As Internet Explorer, Chrome and Firefox, and the extension SingleFile write it."""


def url_of_page(body: bytes) -> str | None:
    """The URL of a page, normalised: where a browser saved it from, else its canonical link, else its `og:url`.

    None if the page names no absolute http(s) URL.
    """
    saved = _SAVED_FROM.search(decode(body)[:_BEGINNING])
    if saved and (url := _absolute(saved[1])):
        return url
    page = read_page(body, _NOWHERE)
    if isinstance(page, Rejection):
        return None
    return next((url for stated in _stated(page) if (url := _absolute(stated))), None)


def _stated(page: Page) -> Iterator[str]:
    for link in page.tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            yield urljoin(page.base_url, (link.get("href") or "").strip())
    yield from page.metas.get("og:url", ())


def _absolute(stated: str) -> str | None:
    try:
        url = normalise_url(stated.strip())
    except ValueError:
        return None
    return url if len(url) <= MAX_URL_BYTES and not url.startswith(_NOWHERE) else None
