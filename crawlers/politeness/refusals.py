"""Why a request was not made, or was given up: one exception each, so that nobody has to read a message.

All are IgnoreRequest, which Scrapy hands to the request's errback and retries never. Each text says what was found and,
where somebody can do something, what to do; it holds no credentials.
"""

from __future__ import annotations

from typing import Self

from scrapy.exceptions import IgnoreRequest


class Refused(IgnoreRequest):
    """`detail` is the reason in words, `status` the HTTP status that was answered, `host` the host it is about."""

    def __init__(self, detail: str, status: int | None = None, host: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.host = host

    def again(self) -> Self:
        """The same for another request; one exception raised many times would keep every traceback."""
        return type(self)(self.detail, self.status, self.host)


class ForbiddenAddress(Refused):
    """The address leads inside, or uses a scheme, port or spelling that is not for crawling."""


class RobotsForbidden(Refused):
    """robots.txt forbids it."""


class RobotsUnreachable(Refused):
    """robots.txt could not be read, so that for now all is forbidden (RFC 9309, 2.3.1.4)."""


class BadRedirect(Refused):
    """Too many redirects, or one that leads nowhere."""


class TooLarge(Refused):
    """The body is larger than what is taken, once it is unpacked."""


class AskedToWait(Refused):
    """The host asks to be left alone for longer than this crawl waits."""


class HostUnresponsive(Refused):
    """The host has failed to answer so often that this crawl asks it no more."""


class HostLimit(Refused):
    """As many pages of this host as one crawl takes were asked for."""
