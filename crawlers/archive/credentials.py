"""Removes passwords and session headers, which must not get into an archive that others read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.archive.fetch_log import Fetch

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Lower-case names of headers that are stored with an empty value."""

URL_HEADERS = frozenset({"content-location", "location", "referer"})
"""Lower-case names of headers whose value is a URL, which may contain a password."""

# Up to the last @ of the authority, as urllib reads it. This works on the text, because splitting and joining a URL may
# change its spelling, and the archive stores the URL exactly as requested.
_USER_INFO = re.compile(r"^(\s*(?:[a-z][a-z0-9+.\-]*:)?//)[^/?#]*@", re.IGNORECASE)
_USER_INFO_IN_TEXT = re.compile(r"(://)[^/?#\s]*@")


def without_user_info(url: str) -> str:
    """The URL without `user:password@`, otherwise unchanged."""
    return _USER_INFO.sub(r"\1", url) if "@" in url else url


def text_without_user_info(text: str) -> str:
    """A text without `user:password@` in the URLs that it quotes."""
    return _USER_INFO_IN_TEXT.sub(r"\1", text)


def without_credentials(fetch: Fetch) -> Fetch:
    """The fetch without `user:password@` in any of its URLs, including those quoted in `detail`."""
    return replace(
        fetch,
        url=without_user_info(fetch.url),
        final_url=None if fetch.final_url is None else without_user_info(fetch.final_url),
        detail=None if fetch.detail is None else text_without_user_info(fetch.detail),
        links=tuple(
            replace(link, url=without_user_info(link.url)) if "@" in link.url else link for link in fetch.links
        ),
    )
