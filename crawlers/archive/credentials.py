"""What must not get into an archive that others will read: passwords and sessions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.archive.fetch_log import Fetch

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Lower-case names of headers whose values are not stored; that they were there is."""

URL_HEADERS = frozenset({"content-location", "location", "referer"})
"""Lower-case names of headers whose value is an address, which may hold a password."""

# Up to the last @ of the authority, as urllib reads it. Done on the text, because splitting and joining an address
# changes its spelling, and the spelling is what the server was asked for.
_USER_INFO = re.compile(r"^(\s*(?:[a-z][a-z0-9+.\-]*:)?//)[^/?#]*@", re.IGNORECASE)
_USER_INFO_IN_TEXT = re.compile(r"(://)[^/?#\s]*@")


def without_user_info(url: str) -> str:
    """The address without `user:password@`, otherwise to the letter as it was."""
    return _USER_INFO.sub(r"\1", url) if "@" in url else url


def without_credentials(fetch: Fetch) -> Fetch:
    """The fetch with no `user:password@` in any of its addresses nor in an address that `detail` quotes."""
    return replace(
        fetch,
        url=without_user_info(fetch.url),
        final_url=None if fetch.final_url is None else without_user_info(fetch.final_url),
        detail=None if fetch.detail is None else _USER_INFO_IN_TEXT.sub(r"\1", fetch.detail),
        links=tuple(
            replace(link, url=without_user_info(link.url)) if "@" in link.url else link for link in fetch.links
        ),
    )
