"""URLs: the form to request, the canonical form, and the keys made of the latter.

The work is w3lib's. courlan's `normalize_url` and `clean_url` are not suitable: they drop every parameter whose name
contains `uid`, `cid`, `gl`, `ref`, `session` or `source` (even `?gallery=2`), parameters without a value, one of two
slashes, and bytes that are not UTF-8, so different articles get the same URL.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from functools import lru_cache
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

from crawlers.discovery.device_variants import without_device_variant
from crawlers.discovery.lists import read_list
from crawlers.discovery.sites import site_of

_STRIPPED = "".join(map(chr, range(0x21))) + "\x7f\u00a0\u200b\ufeff"
_LABELS = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*"
_HOST = re.compile(rf"{_LABELS}|\[[0-9a-f:.]+\]")
_VALUE = r"[A-Za-z0-9_.~-]"
_SIMPLE = re.compile(
    rf"(https?://{_LABELS}(?:/(?!\.\.?(?:[/?]|$))[A-Za-z0-9_.,~-]*)+)(?:\?({_VALUE}+={_VALUE}*(?:&{_VALUE}+={_VALUE}*)*))?"
)
"""Most URLs in listings: only their tracking parameters and the order of the others need normalising. They have a fast
path because the full normalisation takes 50 us per URL, and a sitemap has up to 50,000."""
_DEFAULT_PORTS = {"http": 80, "https": 443}

_TRACKING = read_list("tracking-parameters")
_TRACKING_PREFIXES = tuple(name.removesuffix("*") for name in _TRACKING if name.endswith("*"))
# Parameters that select the page on some sites: dropped only if their value can be nothing but a channel.
_CHANNEL_NAMES = frozenset({"cmp", "emc", "from", "medium", "partner", "ref", "share", "source", "src", "via"})
_CHANNELS = read_list("channels")
_FLAG_NAMES = frozenset({"rss", "fromfeed"})
_FLAGS = frozenset({"", "1", "true", "yes"})
_SLUG_NAMES = read_list("tracking-parameters-of-slugs")
_LONG_NUMBER = re.compile(r"\d{5}")
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)


def absolute_url(href: str, base: str | None = None) -> str:
    """The URL to request: `href` resolved against `base`, otherwise as its publisher wrote it.

    Characters that a URL must not contain are percent-encoded (as UTF-8, the host in punycode), existing encoding is
    kept, and parameters keep their order and spelling. The fragment and credentials are dropped: they are not part of a
    request. Raises ValueError for anything but http(s) with a host.
    """
    text = _with_slashes(href.strip(_STRIPPED).replace("&amp;", "&"))
    if _SIMPLE.fullmatch(text):
        return text
    parts = _web_parts(safe_url_string(urljoin(base, text) if base else text))
    return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))


def _with_slashes(url: str) -> str:
    """A URL with slashes in place of the backslashes before its query, as browsers read it."""
    if "\\" not in url:
        return url
    end = min((at for mark in "?#" if (at := url.find(mark)) >= 0), default=len(url))
    return url[:end].replace("\\", "/") + url[end:]


@lru_cache(maxsize=65536)  # listings contain the same URLs again and again
def normalise_url(url: str) -> str:
    """The canonical form of a URL: it identifies the page, but is not what is requested (see `absolute_url`).

    Scheme and host are in lower case, the host in punycode without a final dot. There is no default port, and there are
    no credentials, fragment, session or tracking parameters. The other parameters are sorted, percent-encoding has one
    form, dot segments are resolved. The case of the path, its trailing slash and blank values are kept. Normalising
    again changes nothing. Raises ValueError for anything but http(s) with a host.
    """
    simple = _SIMPLE.fullmatch(url)
    if simple and not simple[2]:
        return url
    if simple:
        kept = sorted(tuple(part.split("=")) for part in simple[2].split("&") if not _is_tracking(part, simple[1]))
        return simple[1] + ("?" + "&".join(map("=".join, kept)) if kept else "")
    return _normalise_fully(url)


def _normalise_fully(url: str) -> str:
    normal = absolute_url(url)
    while True:  # one round may decode what the next has to change; each shortens or decodes the URL, so this ends
        parts = urlsplit(normal)
        kept = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part, parts.path))
        path = _SESSION_IN_PATH.sub("", parts.path)
        again = absolute_url(canonicalize_url(urlunsplit(parts._replace(path=path, query=kept))))
        if again == normal:
            return normal
        normal = again


def url_key(url: str) -> int:
    """Unsigned 64-bit key of a URL: the first 8 bytes, big-endian, of its `article_id`.

    The key is the same for http and https, for every order of the parameters, with any tracking parameters, and for all
    device variants of a page (`crawlers.discovery.device_variants`). Raises ValueError like `normalise_url`.
    """
    return int.from_bytes(_digest(url)[:8], "big")


def url_key_or_none(url: str | None) -> int | None:
    """As `url_key`; None for no URL and for one that no crawl can request: an imported text has the URL of its file."""
    if url is None:
        return None
    try:
        return url_key(url)
    except ValueError:
        return None


def article_id(url: str) -> uuid.UUID:
    """128-bit BLAKE2b of the normalised URL with https and without device variant.

    Raises ValueError like `normalise_url`.
    """
    return uuid.UUID(bytes=_digest(url))


def same_site(a: str, b: str) -> bool:
    """Whether two URLs have the same registrable domain, by the public suffix list in the tld package.

    Shared hosts count as suffixes (`a.blogspot.com` and `b.blogspot.com` are two sites). A host without a registrable
    domain (an IP address, `localhost`) is a site of its own, and so is each of its ports.
    """
    try:
        return site(a) == site(b)
    except ValueError:
        return False


def site(url: str) -> str:
    """The registrable domain of a URL (see `same_site`). Raises ValueError if the URL has no host."""
    return site_of(_web_parts(url.strip(_STRIPPED)).netloc)


def _web_parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(f"found {url[:200]!r}; expected a URL with http:// or https:// and a host")
    if not host.isascii():
        host = safe_url_string(f"http://{host}").removeprefix("http://")
    if not _HOST.fullmatch(host):
        raise ValueError(f"found the host {host[:200]!r}; expected letters, digits, hyphens and dots")
    port = parts.port
    suffix = f":{port}" if port is not None and port != _DEFAULT_PORTS[parts.scheme] else ""
    return parts._replace(netloc=host + suffix)


def _is_tracking(parameter: str, path: str) -> bool:
    """Whether a parameter of a URL is not part of it; `path` ends as the path of the URL does."""
    name, _, value = parameter.partition("=")
    name = unquote_plus(name).lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if name in _CHANNEL_NAMES and unquote_plus(value).lower() in _CHANNELS:
        return True
    if name in _FLAG_NAMES and value.lower() in _FLAGS:
        return True
    return name in _SLUG_NAMES and names_article(path)


def names_article(path: str) -> bool:
    """Whether the last part of a path has three words or a long number."""
    last = path.rstrip("/").rpartition("/")[2]
    return sum(len(word) > 1 for word in last.split("-")) >= 3 or bool(_LONG_NUMBER.search(last))


def _digest(url: str) -> bytes:
    canonical = without_device_variant(normalise_url(url))
    return hashlib.blake2b(b"https:" + canonical.partition(":")[2].encode(), digest_size=16).digest()
