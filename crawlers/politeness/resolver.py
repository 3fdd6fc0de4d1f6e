"""Names are judged by the addresses that are connected to, at the moment of connecting.

A look-up before the connection could be answered otherwise than the one for it (DNS rebinding). Here there is one:
what the resolver lets through is what Twisted's endpoint connects to.
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
    """An attempt to connect, and the addresses inside that were kept from it, each in words."""

    allows_private: bool = False
    refused: list[str] = field(default_factory=list)


# Twisted looks a name up in the context of whoever asks for the connection. Without an attempt nothing goes inside.
ATTEMPT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


class _PublicAddressesOnly:
    """An IResolutionReceiver that passes on the public addresses of a name to another."""

    def __init__(self, receiver: Any, attempt: Attempt) -> None:
        self.receiver = receiver
        self.attempt = attempt

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's interface
        found = ip_address(address.host)
        kind = non_public_kind(found)
        if kind is None:
            self.receiver.addressResolved(address)
        else:
            self.attempt.refused.append(f"the {kind} address {found}")

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        self.receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's resolver for IPv4 and IPv6 that keeps addresses inside from who may not go there.

    A name with no other address is one that cannot be resolved. What was kept back is noted in the attempt.
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
