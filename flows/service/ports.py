"""Ports of the loopback interface that are free."""

from __future__ import annotations

import socket

from flows.errors import FlowsError

HOST = "127.0.0.1"
PORTS_TRIED = 100


def free_port(wanted: int | None, first: int) -> int:
    """The port that is wanted, or else the first free one from `first` on. Raises FlowsError if there is none."""
    with bind(wanted, first) as bound:
        return int(bound.getsockname()[1])


def bind(wanted: int | None, first: int) -> socket.socket:
    """A socket on such a port, which is no other process's as long as the socket is open. Raises FlowsError."""
    tried = [wanted] if wanted is not None else range(first, first + PORTS_TRIED)
    for port in tried:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # servers do this, too
        try:
            bound.bind((HOST, port))
        except OSError:
            bound.close()
        else:
            return bound
    if wanted is not None:
        raise FlowsError(f"port {wanted} is in use. Choose another one with --port, or omit --port.")
    raise FlowsError(f"all ports from {first} to {first + PORTS_TRIED - 1} are in use. Choose one with --port.")
