"""Device variants of a URL: AMP, mobile hosts, with and without `www.`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from crawlers.discovery.sites import site_of

_HOST = re.compile(r"(https?://)((?:(?:www|m|mobile|amp)\.)+)([^/?]+)(.*)", re.DOTALL)
_MAY_BE_AMP = re.compile(r"[/.?&=_]amp\b|isamp", re.IGNORECASE)
# How the URL of an article ends: three words, a long number, or a file extension. A section may be called /reviews/amp.
_ARTICLE = r"(?:[^/]*[-_][^/]*[-_][^/]*|[^/]*\d{5}[^/]*|[^/]*\.\w{3,5})"
_AMP_AT_END = re.compile(rf"(/{_ARTICLE})/amp(?:\.html?)?(?=/?$)", re.IGNORECASE)
_AMP_AT_START = re.compile(rf"^/amp(?=/(?:[^/]+/)*{_ARTICLE}/?$)", re.IGNORECASE)
_AMP_EXTENSION = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)
_AMP_PARAMETERS = frozenset({"amp", "_amp", "isamp"})
_FORMAT_PARAMETERS = frozenset({"outputtype", "output", "view", "mode", "format", "type"})


def without_device_variant(url: str) -> str:
    """The normalised URL of the page that a normalised URL is a variant of; the URL itself if it is none."""
    found = _HOST.match(url)
    if found:
        scheme, _, host, rest = found.groups()
        # Otherwise only a part of the registered domain would be left, as with m.example.
        if host.partition(":")[0].endswith(site_of(found[2] + host)):
            url = f"{scheme}{host}{rest}"
    if not _MAY_BE_AMP.search(url):
        return url
    parts = urlsplit(url)
    path = _AMP_EXTENSION.sub("", _AMP_AT_START.sub("", _AMP_AT_END.sub(r"\1", parts.path)))
    kept = "&".join(part for part in parts.query.split("&") if not _is_amp(part)) if parts.query else ""
    return urlunsplit(parts._replace(path=path, query=kept))


def _is_amp(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    return name in _AMP_PARAMETERS or (name in _FORMAT_PARAMETERS and value == "amp")
