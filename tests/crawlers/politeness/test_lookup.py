"""Which hosts lead to the public web, by what their names resolve to."""

from __future__ import annotations

import socket

import pytest

from crawlers.importers.files import _public_socket
from crawlers.politeness.lookup import private_address, private_place


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("169.254.169.254", "the link-local or cloud metadata address 169.254.169.254"),
        ("0x7f.1", "the loopback address 127.0.0.1"),
        ("::1", "the loopback address ::1"),
        ("localhost", "'localhost', a name that exists only inside a private network"),
        ("192.0.80.1", None),
        ("no-such-name.invalid", None),
    ],
)
def test_a_host_is_private_or_not(host: str, place: str | None) -> None:
    assert private_place(host) == place


def test_an_address_may_have_a_zone() -> None:
    assert private_address("fe80::1%eth0") == "the link-local address fe80::1%eth0"


def test_no_socket_is_made_for_a_private_address() -> None:
    kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
    with pytest.raises(OSError, match="redirects to the private address 10"):
        _public_socket((*kind, ("10.0.0.1", 80)))
    _public_socket((*kind, ("192.0.80.1", 80))).close()
