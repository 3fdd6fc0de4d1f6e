"""Ports of the loopback interface that are free."""

from __future__ import annotations

import socket

from flows.errors import FlowsError

HOST = "127.0.0.1"
PORTS_TRIED = 100


def listen(wanted: int | None, first: int) -> socket.socket:
    """A listening socket on the port that is wanted, or else on the first free one from `first` on.

    The port is no other process's as long as the socket is open: two sockets that are only bound may share one. Who
    connects waits until somebody accepts. Raises FlowsError if there is no such port.
    """
    tried = [wanted] if wanted is not None else range(first, first + PORTS_TRIED)
    for port in tried:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else a port that was just left is refused
        try:
            listening.bind((HOST, port))
            listening.listen()
        except OSError:
            listening.close()
        else:
            return listening
    if wanted is not None:
        raise FlowsError(f"port {wanted} is in use. Choose another one with --port, or omit --port.")
    raise FlowsError(f"all ports from {first} to {first + PORTS_TRIED - 1} are in use. Choose one with --port.")
