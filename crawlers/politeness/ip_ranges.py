"""Which IP addresses, hosts and URLs lead into a private network instead of to the public web; without any look-up.

The tables are those of the IANA special-purpose address registries (RFC 6890) and special-use names (RFC 6761, 6762,
8375, 9476). They are written out because what `ipaddress` calls private differs between versions of Python.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import unquote, urlsplit

IPAddress = IPv4Address | IPv6Address

USUAL_PORTS = frozenset({80, 443})
ALLOW_PRIVATE_HINT = "if the source is on a private network, set allow_private_addresses = true for it"

_NON_PUBLIC_4 = [
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's, among public addresses
        ("169.254.0.0/16", "link-local or cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
]
_NON_PUBLIC_6 = [
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
]
# A translator sends these to the IPv4 address in their last 32 bits.
_TRANSLATED = (IPv6Network("::ffff:0:0/96"), IPv6Network("::ffff:0:0:0/96"), IPv6Network("64:ff9b::/96"))
_GLOBAL_6 = IPv6Network("2000::/3")

_PRIVATE_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "ip6-loopback")
_NOT_IN_A_NAME = re.compile(r"[\s\x00-\x20\x7f%/\\@:?#<>^|\[\]\"`{}]")


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Where a source's requests may go: to `private` addresses, to `ports` besides 80 and 443, to `pages` per host.

    `unverified` means also to servers whose certificates are not valid.
    """

    private: bool = False
    ports: frozenset[int] = frozenset()
    pages: int | None = None
    unverified: bool = False


def non_public_kind(address: IPAddress) -> str | None:
    """The kind of an address that is not public, in words; None for a public one."""
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _NON_PUBLIC_4 if address in network), None)
    if any(address in network for network in _TRANSLATED):
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
        kind = non_public_kind(embedded)
        return f"{kind} ({embedded} in IPv6)" if kind else None
    kind = next((kind for network, kind in _NON_PUBLIC_6 if address in network), None)
    return kind or (None if address in _GLOBAL_6 else "reserved")


def normalise_host(host: str) -> str:
    """A host as browsers and resolvers read it in the end: decoded, in standard width, in lower case, no final dot."""
    text = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".")
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return visible.lower().rstrip(".")


def parse_ip_address(host: str) -> IPAddress | None:
    """The IP address that a normalised host stands for, in any notation that resolvers accept; None for a name.

    Accepts what `inet_aton` accepts: one to four numbers, decimal, octal or hexadecimal, where the last one fills the
    remaining bytes. Raises ValueError for a host that is neither: a last part that is a number cannot belong to a name
    (WHATWG URL, 3.5).
    """
    if ":" in host or host.startswith("["):
        return IPv6Address(host.removeprefix("[").removesuffix("]"))
    parts = host.split(".")
    if not re.fullmatch(r"\d+|0x[0-9a-f]*", parts[-1], re.ASCII):
        return None
    numbers = [_number(part) for part in parts]
    *first, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise ValueError("not an IP address")
    return IPv4Address(sum(number << (8 * (3 - at)) for at, number in enumerate(first)) + last)


def _number(text: str) -> int:
    """A part of an IPv4 address. Raises ValueError if it is not a number."""
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if text.startswith("0") and len(text) > 1:
        return int(text, 8)
    return int(text)


def host_problem(host: str) -> str | None:
    """Why a host must not be requested, judging by its spelling alone; None if it may be."""
    plain = normalise_host(host)
    if not plain:
        return "no host"
    try:
        address = parse_ip_address(plain)
    except ValueError:
        return f"{plain!r}, which is neither a name nor an IP address"
    if address is not None:
        kind = non_public_kind(address)
        return f"the {kind} address {address}" if kind else None
    if _NOT_IN_A_NAME.search(plain):
        return f"{plain!r}, which is not a host name"
    if "." not in plain or any(plain == name or plain.endswith("." + name) for name in _PRIVATE_NAMES):
        return f"{plain!r}, a name that exists only inside a private network"
    return None


def url_problem(url: str, policy: AccessPolicy) -> str | None:
    """Why a URL must not be requested, and what to do about it; None if it may be."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        return f"a URL that cannot be parsed ({error})"
    if parts.scheme not in ("http", "https"):
        return f"the scheme {parts.scheme!r}; only http and https are requested"
    if "@" in parts.netloc or "\\" in parts.netloc:
        return "a user name or password in the URL; newsloom requests URLs without them"
    if port is not None and port not in USUAL_PORTS and port not in policy.ports:
        return f"port {port}; only 80, 443 and the ports in the source's own URLs are requested"
    found = None if policy.private else host_problem(host)
    return f"{found}; {ALLOW_PRIVATE_HINT}" if found else None
