"""What the archive keeps: exchanges with a server, and articles that were handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads it in a plan
from typing import TypeAlias

NOT_MODIFIED = 304

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OriginalCapture:
    """An answer that is stored already: the address that gave it, when, and the digest of its payload if known.

    `at` is the `fetched_at` of its log line, aware; `digest` is `Fetch.digest`.
    """

    url: str
    at: datetime
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its answer. Raises ValueError where `status` is not of three digits.

    Header values are text: what fits Latin-1 is stored so (a caller that decodes as Latin-1 gets the server's own bytes
    archived), anything else as UTF-8. No transfer coding is left in `body`, nor a content coding other than gzip.
    """

    method: str
    url: str
    request_headers: Headers
    status: int
    reason_phrase: str
    response_headers: Headers
    body: bytes
    ip: str | None = None
    """Address of the server, IPv4 or IPv6; anything else is left out of the archive."""
    is_gzip: bool = False
    """Whether `body` is one whole gzip member, just as it came under `Content-Encoding: gzip`."""
    repeats: OriginalCapture | None = None
    """The stored answer that this one says is still good (304) or whose payload it has; then no body is stored."""

    def __post_init__(self) -> None:
        if not 100 <= self.status <= 999:
            raise ValueError(f"an HTTP status has three digits, found {self.status}")

    @property
    def is_revisit(self) -> bool:
        """Whether it only confirms what is stored already."""
        return self.status == NOT_MODIFIED or self.repeats is not None


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """An article that was handed in rather than fetched, as bytes of a `content_type` such as `application/json`."""

    url: str
    content_type: str
    body: bytes
