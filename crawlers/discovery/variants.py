"""Addresses of one page for other devices: AMP, mobile hosts, with and without `www.`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from crawlers.discovery.sites import site_of

_MAY_BE_ONE = re.compile(r"//(?:www|m|mobile|amp)\.|[/.?&=_]amp\b|isamp", re.IGNORECASE)
_HOSTS = re.compile(r"(?:(?:www|m|mobile|amp)\.)+")
# As an article's address ends: three words, a long number, or an ending. A section may well be called /reviews/amp.
_ARTICLE = r"(?:[^/]*[-_][^/]*[-_][^/]*|[^/]*\d{5}[^/]*|[^/]*\.\w{3,5})"
_BEHIND = re.compile(rf"(/{_ARTICLE})/amp(?:\.html?)?(?=/?$)", re.IGNORECASE)
_BEFORE = re.compile(rf"^/amp(?=/(?:[^/]+/)*{_ARTICLE}/?$)", re.IGNORECASE)
_ENDING = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)
_PARAMETERS = frozenset({"amp", "_amp", "isamp"})
_FORMS = frozenset({"outputtype", "output", "view", "mode", "format", "type"})


def without_variant(spelling: str) -> str:
    """The normalised address of the page that this normalised address is a variant of, or itself."""
    if not _MAY_BE_ONE.search(spelling):
        return spelling
    parts = urlsplit(spelling)
    host = _HOSTS.sub("", parts.netloc, count=1) if _HOSTS.match(parts.netloc) else parts.netloc
    if not host.partition(":")[0].endswith(site_of(parts.netloc)):
        host = parts.netloc  # nothing but the name that was registered is left: m.example of the suffix example
    path = _ENDING.sub("", _BEFORE.sub("", _BEHIND.sub(r"\1", parts.path)))
    kept = "&".join(part for part in parts.query.split("&") if not _is_amp(part)) if parts.query else ""
    return urlunsplit(parts._replace(netloc=host, path=path, query=kept))


def _is_amp(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    return name in _PARAMETERS or (name in _FORMS and value == "amp")
