"""Whether a host leads to the public web, with a look-up of its name; for the single requests that users start."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from crawlers.politeness.ip_ranges import host_problem, non_public_kind


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
