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

if TYPE_CHECKING:
    from twisted.python.failure import Failure


class Reason(StrEnum):
    """Why a request failed or was skipped."""

    ROBOTS = "robots"
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
    if isinstance(error, IgnoreRequest):
        if "robots.txt" in text:
            return Outcome.SKIPPED, Reason.ROBOTS, "robots.txt forbids this address"
        if "redirect" in text.lower():
            return Outcome.FAILED, Reason.REDIRECTS, text
        if "size" in text.lower():
            return Outcome.FAILED, Reason.TOO_LARGE, text
        return Outcome.SKIPPED, Reason.INTERNAL_ERROR, text
    for kinds, reason in _MEANING:
        if isinstance(error, kinds):
            return Outcome.FAILED, reason, text
    return Outcome.FAILED, Reason.INTERNAL_ERROR, f"{type(error).__name__}: {text}"


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
