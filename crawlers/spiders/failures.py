"""Why a request failed or was skipped: the reasons, and which exceptions of Scrapy and Twisted mean which reason."""

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
from crawlers.politeness.network_errors import describe_network_error
from crawlers.politeness.refusals import (
    AskedToWait,
    BadRedirect,
    BadStatus,
    ForbiddenAddress,
    HostLimit,
    HostUnresponsive,
    IncompleteBody,
    Refused,
    RobotsForbidden,
    RobotsUnreachable,
    TooLarge,
    UntrustedCertificate,
)

if TYPE_CHECKING:
    from twisted.python.failure import Failure


class FailureReason(StrEnum):
    """Reasons as stored in the fetch log."""

    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    FORBIDDEN_ADDRESS = "forbidden_address"
    HOST_LIMIT = "host_limit"
    HOST_UNRESPONSIVE = "host_unresponsive"
    RETRY_AFTER = "retry_after"
    OPTED_OUT = "opted_out"
    HTTP_STATUS = "http_status"
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECTION = "connection"
    INCOMPLETE = "incomplete"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    BAD_LISTING = "bad_listing"
    INTERNAL_ERROR = "internal_error"


def classify(failure: Failure) -> tuple[Outcome, FailureReason, str]:
    """The outcome, the reason and the reason in words for a request that ended in an error."""
    error: BaseException = failure.value  # type: ignore[assignment]
    detail = describe_network_error(error)
    if isinstance(error, Refused):
        return (*_REFUSALS[type(error)], detail)
    if isinstance(error, IgnoreRequest):
        return Outcome.SKIPPED, FailureReason.INTERNAL_ERROR, detail
    for errors, reason in _ERRORS:
        if isinstance(error, errors):
            return Outcome.FAILED, reason, detail
    return Outcome.FAILED, FailureReason.INTERNAL_ERROR, f"{type(error).__name__}: {detail}"


_REFUSALS: dict[type[Refused], tuple[Outcome, FailureReason]] = {
    RobotsForbidden: (Outcome.SKIPPED, FailureReason.ROBOTS),
    RobotsUnreachable: (Outcome.SKIPPED, FailureReason.ROBOTS_UNREACHABLE),
    ForbiddenAddress: (Outcome.SKIPPED, FailureReason.FORBIDDEN_ADDRESS),
    HostLimit: (Outcome.SKIPPED, FailureReason.HOST_LIMIT),
    HostUnresponsive: (Outcome.SKIPPED, FailureReason.HOST_UNRESPONSIVE),
    AskedToWait: (Outcome.FAILED, FailureReason.RETRY_AFTER),
    BadStatus: (Outcome.FAILED, FailureReason.HTTP_STATUS),
    BadRedirect: (Outcome.FAILED, FailureReason.REDIRECTS),
    TooLarge: (Outcome.FAILED, FailureReason.TOO_LARGE),
    UntrustedCertificate: (Outcome.FAILED, FailureReason.CONNECTION),
    IncompleteBody: (Outcome.FAILED, FailureReason.INCOMPLETE),
}
_ERRORS: tuple[tuple[tuple[type[BaseException], ...], FailureReason], ...] = (
    ((DownloadTimeoutError, network.TimeoutError, network.TCPTimedOutError), FailureReason.TIMEOUT),
    ((CannotResolveHostError, network.DNSLookupError), FailureReason.DNS),
    ((DownloadCancelledError,), FailureReason.TOO_LARGE),
    ((ResponseDataLossError,), FailureReason.INCOMPLETE),
    (
        (
            DownloadConnectionRefusedError,
            DownloadFailedError,
            ResponseFailed,
            network.ConnectionClosed,
            network.ConnectError,
            OSError,
        ),
        FailureReason.CONNECTION,
    ),
)
