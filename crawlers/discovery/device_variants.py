"""Addresses of one page for other devices: AMP, mobile hosts, with and without `www.`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from crawlers.discovery.sites import site_of

_HOST = re.compile(r"(https?://)((?:(?:www|m|mobile|amp)\.)+)([^/?]+)(.*)", re.DOTALL)
_MAY_BE_AMP = re.compile(r"[/.?&=_]amp\b|isamp", re.IGNORECASE)
# As an article's address ends: three words, a long number, or an ending. A section may well be called /reviews/amp.
_ARTICLE = r"(?:[^/]*[-_][^/]*[-_][^/]*|[^/]*\d{5}[^/]*|[^/]*\.\w{3,5})"
_BEHIND = re.compile(rf"(/{_ARTICLE})/amp(?:\.html?)?(?=/?$)", re.IGNORECASE)
_BEFORE = re.compile(rf"^/amp(?=/(?:[^/]+/)*{_ARTICLE}/?$)", re.IGNORECASE)
_ENDING = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)
_PARAMETERS = frozenset({"amp", "_amp", "isamp"})
_FORMS = frozenset({"outputtype", "output", "view", "mode", "format", "type"})


def without_device_variant(spelling: str) -> str:
    """The normalised address of the page that this normalised address is a variant of, or itself."""
    found = _HOST.match(spelling)
    if found:
        scheme, _, host, rest = found.groups()
        # Otherwise nothing but the registered name is left, as of m.example.
        if host.partition(":")[0].endswith(site_of(found[2] + host)):
            spelling = f"{scheme}{host}{rest}"
    if not _MAY_BE_AMP.search(spelling):
        return spelling
    parts = urlsplit(spelling)
    path = _ENDING.sub("", _BEFORE.sub("", _BEHIND.sub(r"\1", parts.path)))
    kept = "&".join(part for part in parts.query.split("&") if not _is_amp(part)) if parts.query else ""
    return urlunsplit(parts._replace(path=path, query=kept))


def _is_amp(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    return name in _PARAMETERS or (name in _FORMS and value == "amp")
