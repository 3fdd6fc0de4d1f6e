"""The site that a host belongs to: its registrable domain."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from tld import get_fld


@lru_cache(maxsize=4096)
def site_of(netloc: str) -> str:
    """The registrable domain of a host with or without port; an IP address or a single label stays as it is."""
    host = urlsplit(f"//{netloc}").hostname or ""
    try:
        ip_address(host)
    except ValueError:
        pass
    else:
        return netloc
    domain: str | None = get_fld(f"http://{host}/", fail_silently=True)
    labels = host.split(".")
    # The public suffix list's rule for unknown suffixes is `*`: the last label is the suffix (`.example`, `.internal`).
    return domain or (".".join(labels[-2:]) if len(labels) > 1 else netloc)


def shard_of(url: str, shards: int) -> int:
    """The shard, from 0, that the site of a URL belongs to (see `crawlers.plan.shards`): the same on every machine."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    digest = hashlib.blake2b(site_of(host).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % shards
