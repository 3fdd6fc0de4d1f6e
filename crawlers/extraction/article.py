"""What an extraction yields: an `Article`, or a `Rejection` with a reason from a closed list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Precision = Literal["second", "minute", "day"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its page or its imported record gives it."""

    url: str
    """Canonical address, in the one spelling of `crawlers.discovery.normalise_url`."""
    title: str
    authors: tuple[str, ...]
    """Names of persons in the order printed, and of news agencies that sign beside them; where no person is named, of
    the agency or the house that signs. No "By", no duplicates."""
    published_at: datetime | None
    """Aware, in UTC. How much of it is known says `published_precision`."""
    modified_at: datetime | None
    """Aware, in UTC, never before `published_at`."""
    published_precision: Precision | None
    """`second` and `minute`: the page gave a time with its zone. `day`: only the day is sure, the time is midnight
    UTC, or a clock time whose zone the page does not say, read as UTC. None without `published_at`."""
    language: str | None
    """Two letters, ISO 639-1; Norwegian Bokmål is `no`."""
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    description: str | None
    text: str
    """Paragraphs, headings and list items in order, one line each, separated by one newline; never empty."""
    is_free: bool | None
    """What the page declares of itself; None where it says nothing."""
    provenance: tuple[tuple[str, str], ...] = ()
    """Where each field that has a value came from, as (field, origin): `json-ld`, `meta`, `og:title`, `h1`, `title`,
    `time`, `byline`, `link`, `address`, `listing` (the feed or sitemap that named it), `declared`, `text` (read from
    the text or the markup, a guess), `record` (an imported one)."""


class RejectionReason(StrEnum):
    """Why a page or a record is not an article. Closed: the warehouse counts by these."""

    NOT_ARTICLE = "not_article"
    PAYWALL = "paywall"
    CONSENT_WALL = "consent_wall"
    ERROR_PAGE = "error_page"
    BOT_CHALLENGE = "bot_challenge"
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LARGE = "too_large"
    NOT_HTML = "not_html"
    NEEDS_SCRIPT = "needs_script"
    TIMEOUT = "timeout"
    EXTRACTOR_ERROR = "extractor_error"
    BAD_RECORD = "bad_record"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A page or a record that is not an article, and why; `detail` is one line for a person to read."""

    reason: RejectionReason
    detail: str

    def __post_init__(self) -> None:
        # It quotes what was found, and half a surrogate pair, which JSON can hold, fits no table, file or terminal.
        object.__setattr__(self, "detail", self.detail.encode("utf-8", "backslashreplace").decode("utf-8"))
