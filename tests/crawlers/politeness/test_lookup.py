"""Which hosts lead to the public web, by what their names resolve to."""

from __future__ import annotations

import socket

import pytest

from crawlers.politeness.lookup import private_address, private_place


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("169.254.169.254", "the link-local or cloud metadata address 169.254.169.254"),
        ("0x7f.1", "the loopback address 127.0.0.1"),
        ("::1", "the loopback address ::1"),
        ("localhost", "'localhost', a name that exists only inside a private network"),
        ("192.0.80.1", None),
    ],
)
def test_a_host_is_private_or_not(host: str, place: str | None) -> None:
    assert private_place(host) == place


def test_an_address_may_have_a_zone() -> None:
    assert private_address("fe80::1%eth0") == "the link-local address fe80::1%eth0"
    assert private_address("2606:4700::6810:84e5%eth0") is None


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (["192.0.80.1", "10.0.0.7"], "paper.example, which is the private address 10.0.0.7"),
        (["192.0.80.1"], None),
        ([], None),
    ],
)
def test_a_name_is_private_if_one_of_its_addresses_is(
    monkeypatch: pytest.MonkeyPatch, found: list[str], place: str | None
) -> None:
    def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:  # tests ask no server of names
        assert host == "paper.example"
        if not found:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert private_place("paper.example") == place
