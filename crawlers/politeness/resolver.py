"""Checks the addresses of host names at the moment of connecting.

An earlier look-up could give another answer than the one for the connection (DNS rebinding). Here there is only one:
Twisted connects to the addresses that this resolver lets through.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from scrapy.resolver import CachingHostnameResolver

from crawlers.politeness.ip_ranges import non_public_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IAddress, IHostResolution


@dataclass(slots=True)
class Attempt:
    """An attempt to connect, with the private addresses that were refused to it, each in words."""

    allows_private: bool = False
    refused: list[str] = field(default_factory=list)


# Twisted looks a name up in the context of the caller that wants the connection. Without an attempt in that context,
# private addresses are refused.
ATTEMPT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


class _PublicAddressesOnly:
    """An IResolutionReceiver that passes on only the public addresses of a name."""

    def __init__(self, receiver: Any, attempt: Attempt) -> None:
        self.receiver = receiver
        self.attempt = attempt

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's interface
        ip = ip_address(address.host)
        kind = non_public_kind(ip)
        if kind is None:
            self.receiver.addressResolved(address)
        else:
            self.attempt.refused.append(f"the {kind} address {ip}")

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's resolver for IPv4 and IPv6, without the private addresses unless the attempt allows them.

    A name that has no other address counts as unresolvable. The attempt records the addresses that were refused.
    """

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Any,  # noqa: N803 - Twisted's interface
        hostName: str,  # noqa: N803 - Twisted's interface
        portNumber: int = 0,  # noqa: N803 - Twisted's interface
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - Twisted's interface
        transportSemantics: str = "TCP",  # noqa: N803 - Twisted's interface
    ) -> IHostResolution:
        """See IHostnameResolver."""
        attempt = ATTEMPT.get() or Attempt()
        receiver: Any = (
            resolutionReceiver if attempt.allows_private else _PublicAddressesOnly(resolutionReceiver, attempt)
        )
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
