"""Private addresses are recognised in every spelling that a resolver, a browser or an HTTP library accepts."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from crawlers.politeness.ip_ranges import AccessPolicy, host_problem, non_public_kind, parse_ip_address, url_problem

FORBIDDEN = """
127.0.0.1 127.1 127.0.1 127.255.255.254 127.0.0.1. 2130706433 017700000001 0x7f000001 0x7F.1 0177.0.0.1 0x7f.0x0.0x0.0x1
0177.0x0.0.1 127.0.0.1.. 127.000.000.001 %31%32%37.0.0.1 127%2e0%2e0%2e1 １２７.0.0.1 127。0。0。1 127．0．0．1
①②⑦.⓪.⓪.①
0.0.0.0 0 0x0 00 0.1.2.3 10.0.0.1 10.1 012.0.0.1 167772161 172.16.0.1 172.31.255.255 0xac100001 192.168.0.1 192.168.257
3232235777 0xc0a80001 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.16689662 100.64.0.1 100.100.100.200
168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 4294967295 4294967296 256.1.1.1 1.2.3.4.5 127.0.0.08 0x7f.zz.1
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:0:127.0.0.1] [::127.0.0.1]
[64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [2002:7f00:1::] [2002:808:808::] [2001:0:4136:e378::1]
[fc00::1] [fd00:ec2::254] [fe80::1] [fe80::1%25eth0] [fec0::1] [ff02::1] [2001:db8::1] [3fff::1] [100::1] [::1
localhost LOCALHOST localhost. ｌｏｃａｌｈｏｓｔ loc%61lhost local\u00adhost www.localhost localhost.localdomain
printer.local metadata.google.internal router.home.arpa intranet nas.lan a%20b.example a%2fb.example
"""

PUBLIC = """
courier.example 8.8.8.8 8.8.8.8. 134744072 0x08080808 1.1 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1
169.253.0.1 [2606:4700::6810:84e5] [::ffff:8.8.8.8] [64:ff9b::8.8.8.8] münchen.example xn--mnchen-3ya.example
nachrichten.local.example 127.0.0.1.example localhost.example 10.example a_b.example 日本.example
"""


def test_the_table_is_long_enough() -> None:
    assert len(set(FORBIDDEN.split())) >= 60


def test_a_private_host_is_refused_in_every_spelling() -> None:
    passed = [host for host in FORBIDDEN.split() if url_problem(f"http://{host}/news/1.html", AccessPolicy()) is None]
    assert passed == []


def test_a_public_host_is_not_refused() -> None:
    refused = [host for host in PUBLIC.split() if url_problem(f"https://{host}/news/1.html", AccessPolicy())]
    assert refused == []


@pytest.mark.parametrize(
    "url",
    [
        "http://courier.example@127.0.0.1/",
        "http://127.0.0.1@courier.example/",
        "http://user:secret@courier.example/",
        "http://courier.example\\@127.0.0.1/",
        "ftp://courier.example/",
        "file:///etc/passwd",
        "gopher://courier.example/",
        "data:text/html,x",
        "http:///news",
        "http://courier.example:22/",
        "http://courier.example:8080/",
        "http://courier.example:99999/",
        "http://courier.example:x/",
    ],
)
def test_other_tricks_are_refused(url: str) -> None:
    found = url_problem(url, AccessPolicy())
    assert found is not None
    assert "secret" not in found


def test_ports_and_private_hosts_that_a_source_allows_are_not_refused() -> None:
    assert url_problem("http://courier.example:8080/", AccessPolicy(ports=frozenset({8080}))) is None
    assert url_problem("http://127.0.0.1/", AccessPolicy(private=True)) is None
    assert url_problem("http://intranet/", AccessPolicy(private=True)) is None


def test_schemes_and_ports_are_checked_for_private_sources_too() -> None:
    policy = AccessPolicy(private=True)
    assert url_problem("ftp://127.0.0.1/", policy) is not None
    assert url_problem("http://127.0.0.1:22/", policy) is not None


def test_the_refusal_says_what_was_found_and_what_to_do() -> None:
    problem = url_problem("http://0x7f.1/", AccessPolicy())
    assert problem is not None
    assert "loopback address 127.0.0.1" in problem
    assert "allow_private_addresses = true" in problem


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"]
)
def test_cloud_metadata_services_are_not_public(host: str) -> None:
    assert non_public_kind(ip_address(host)) is not None


def test_a_host_that_is_neither_name_nor_address_is_refused() -> None:
    assert host_problem("") is not None
    assert host_problem("...") is not None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("8.8.2056", "8.8.8.8"),
        ("8.526344", "8.8.8.8"),
        ("134744072", "8.8.8.8"),
        ("010.0x8.8.0", "8.8.8.0"),
        ("255.255.255.254", "255.255.255.254"),
        ("255.255.65535", "255.255.255.255"),
        ("[::1]", "::1"),
        ("courier.example", None),
        ("8.8.8.8.example", None),
    ],
)
def test_numbers_are_an_address_as_resolvers_read_them(host: str, address: str | None) -> None:
    assert parse_ip_address(host) == (address and ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["1.2.3.4.5", "256.8.8.8", "8.256.8.8", "8.8.8.256", "8.8.65536", "8.16777216", "4294967296", "8.8.8.09", "x.8"],
)
def test_numbers_that_are_no_address_are_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"not an IP address|invalid literal"):
        parse_ip_address(host)


@pytest.mark.parametrize("url", ["http://me@courier.example/", "http://courier.example\\x.example/"])
def test_a_url_with_a_user_name_is_refused_as_such(url: str) -> None:
    found = url_problem(url, AccessPolicy(private=True))
    assert found == "a user name or password in the URL; newsloom requests URLs without them"
