"""Whether a host leads to the public web, with a look-up of its name; for the single requests that users start."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.request import getproxies, proxy_bypass

from crawlers.politeness.ip_ranges import host_problem, non_public_kind


def place_problem(scheme: str, host: str) -> str | None:
    """Why a host must not be requested, if it must not: a proxy that the environment names looks up names itself."""
    return host_problem(host) if is_proxied(scheme, host) else private_place(host)


def is_proxied(scheme: str, host: str) -> bool:
    """Whether requests go through a proxy that the environment names."""
    proxies = getproxies()
    return (scheme in proxies or "all" in proxies) and not proxy_bypass(host)


def private_place(host: str) -> str | None:
    """What a host leads to, if that is not the public web; None also for a name that cannot be looked up."""
    problem = host_problem(host)
    if problem is not None:
        return problem
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    for *_, address in found:
        problem = private_address(str(address[0]))
        if problem is not None:
            return f"{host}, which is {problem}"
    return None


def private_address(address: str) -> str | None:
    """What an IP address is, in words, if it is not public; None for a public one."""
    kind = non_public_kind(ip_address(address.partition("%")[0]))
    return f"the {kind} address {address}" if kind else None
