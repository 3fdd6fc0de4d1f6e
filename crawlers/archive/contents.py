"""What the archive stores: HTTP exchanges and imported records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads it in a plan
from typing import TypeAlias

NOT_MODIFIED = 304
MIN_STATUS, MAX_STATUS = 100, 999
"""A status of HTTP has three digits (RFC 9110, 15)."""

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OriginalCapture:
    """A response that is already stored, which a revisit record refers to.

    `at` is the `fetched_at` of its log line, with time zone; `digest` is its `Fetch.digest`, if known.
    """

    url: str
    at: datetime
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its response. Raises ValueError unless `status` has three digits.

    Header values are text: they are stored as Latin-1 if possible (a caller that decodes as Latin-1 archives the bytes
    that the server sent), otherwise as UTF-8. `body` has no transfer coding, and no content coding other than gzip.
    """

    method: str
    url: str
    request_headers: Headers
    status: int
    reason_phrase: str
    response_headers: Headers
    body: bytes
    ip: str | None = None
    """IP address of the server, IPv4 or IPv6; anything else is left out of the archive."""
    is_gzip: bool = False
    """Whether `body` is one complete gzip member, as received with `Content-Encoding: gzip`."""
    repeats: OriginalCapture | None = None
    """The stored response that is still valid (304) or has the same payload; no body is stored then."""

    def __post_init__(self) -> None:
        if not MIN_STATUS <= self.status <= MAX_STATUS:
            raise ValueError(f"an HTTP status has three digits, found {self.status}")

    @property
    def is_revisit(self) -> bool:
        """Whether the response only confirms a stored one."""
        return self.status == NOT_MODIFIED or self.repeats is not None


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """An imported article: bytes of a `content_type` such as `application/json`."""

    url: str
    content_type: str
    body: bytes
