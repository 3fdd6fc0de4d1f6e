import socket

import pytest

from flows.errors import FlowsError
from flows.service.ports import HOST, listen
from tests.servers import free_port


def test_two_that_start_at_once_get_ports_of_their_own() -> None:
    first = free_port()
    with listen(None, first) as one, listen(None, first) as other:
        assert one.getsockname()[1] != other.getsockname()[1]


def test_the_port_that_is_wanted_is_refused_while_somebody_has_it() -> None:
    with listen(None, free_port()) as one:
        port = one.getsockname()[1]
        with pytest.raises(FlowsError, match=f"port {port} is in use"):
            listen(port, 1)


def test_who_connects_early_is_answered_once_the_server_accepts() -> None:
    with (
        listen(None, free_port()) as listening,
        socket.create_connection((HOST, listening.getsockname()[1])) as client,
    ):
        client.sendall(b"early")
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.recv(5) == b"early"
