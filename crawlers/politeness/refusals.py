"""Why a request was not made or was given up: one exception per reason.

All are subclasses of IgnoreRequest, which Scrapy passes to the request's errback and never retries. Each message says
what was found and, if anything can be done about it, what to do. It contains no credentials.
"""

from __future__ import annotations

from typing import Self

from scrapy.exceptions import IgnoreRequest

LATER = "; a later run will try again"
"""The end of a reason that may pass."""


class Refused(IgnoreRequest):
    """`detail` is the reason in words, `status` the HTTP status of the response, `host` the host concerned."""

    def __init__(self, detail: str, status: int | None = None, host: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.host = host

    def again(self) -> Self:
        """A copy for another request: an exception that is raised many times would keep every traceback."""
        return type(self)(self.detail, self.status, self.host)


class ForbiddenAddress(Refused):
    """The URL leads into a private network, or has a scheme, port or spelling that is not crawled."""


class RobotsForbidden(Refused):
    """robots.txt forbids the URL."""


class RobotsUnreachable(Refused):
    """robots.txt could not be fetched, so everything is forbidden for now (RFC 9309, 2.3.1.4)."""


class BadRedirect(Refused):
    """Too many redirects, or a redirect to something that is not a URL."""


class BadStatus(Refused):
    """The response has a status that HTTP does not have."""


class TooLarge(Refused):
    """The unpacked body is larger than the limit."""


class IncompleteBody(Refused):
    """The body ends early or is damaged, each time that it is requested."""


class UntrustedCertificate(Refused):
    """The certificate of the server is not valid, so that anybody may have written the response."""


class AskedToWait(Refused):
    """The host asks to be left alone for longer than a crawl waits."""


class HostUnresponsive(Refused):
    """The host has failed to answer so often that this crawl gave it up."""


class HostLimit(Refused):
    """This crawl has requested as many pages of the host as a crawl may."""


class OtherShard(IgnoreRequest):
    """The host of the URL belongs to another shard, which is to request it."""
