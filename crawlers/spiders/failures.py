"""Why a request gave nothing: a closed list, and which of Scrapy's errors means which."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet import error as network
from twisted.web.client import ResponseFailed

from crawlers.archive import Outcome
from crawlers.politeness.refusals import (
    AskedToWait,
    BadRedirect,
    ForbiddenAddress,
    HostLimit,
    HostUnresponsive,
    Refused,
    RobotsForbidden,
    RobotsUnreachable,
    TooLarge,
)

if TYPE_CHECKING:
    from twisted.python.failure import Failure


class Reason(StrEnum):
    """Why a request failed or was skipped."""

    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    FORBIDDEN_ADDRESS = "forbidden_address"
    HOST_LIMIT = "host_limit"
    HOST_UNRESPONSIVE = "host_unresponsive"
    RETRY_AFTER = "retry_after"
    HTTP_STATUS = "http_status"
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECTION = "connection"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    BAD_LISTING = "bad_listing"
    INTERNAL_ERROR = "internal_error"


def judge(failure: Failure) -> tuple[Outcome, Reason, str]:
    """Outcome, reason and the reason in words of a request that ended in an error."""
    error = failure.value
    text = str(error) or type(error).__name__
    if isinstance(error, Refused):
        return (*_REFUSALS[type(error)], text)
    if isinstance(error, IgnoreRequest):
        return Outcome.SKIPPED, Reason.INTERNAL_ERROR, text
    for kinds, reason in _MEANING:
        if isinstance(error, kinds):
            return Outcome.FAILED, reason, text
    return Outcome.FAILED, Reason.INTERNAL_ERROR, f"{type(error).__name__}: {text}"


_REFUSALS: dict[type[Refused], tuple[Outcome, Reason]] = {
    RobotsForbidden: (Outcome.SKIPPED, Reason.ROBOTS),
    RobotsUnreachable: (Outcome.SKIPPED, Reason.ROBOTS_UNREACHABLE),
    ForbiddenAddress: (Outcome.SKIPPED, Reason.FORBIDDEN_ADDRESS),
    HostLimit: (Outcome.SKIPPED, Reason.HOST_LIMIT),
    HostUnresponsive: (Outcome.SKIPPED, Reason.HOST_UNRESPONSIVE),
    AskedToWait: (Outcome.FAILED, Reason.RETRY_AFTER),
    BadRedirect: (Outcome.FAILED, Reason.REDIRECTS),
    TooLarge: (Outcome.FAILED, Reason.TOO_LARGE),
}
_MEANING: tuple[tuple[tuple[type[BaseException], ...], Reason], ...] = (
    ((DownloadTimeoutError, network.TimeoutError, network.TCPTimedOutError), Reason.TIMEOUT),
    ((CannotResolveHostError, network.DNSLookupError), Reason.DNS),
    ((DownloadCancelledError,), Reason.TOO_LARGE),
    (
        (
            DownloadConnectionRefusedError,
            ResponseDataLossError,
            DownloadFailedError,
            ResponseFailed,
            network.ConnectionClosed,
            network.ConnectError,
            OSError,
        ),
        Reason.CONNECTION,
    ),
)
