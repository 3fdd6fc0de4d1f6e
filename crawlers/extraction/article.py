"""The results of an extraction: an `Article`, or a `Rejection` with a reason from a closed list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from crawlers.dates import Precision


@dataclass(frozen=True, slots=True)
class Article:
    """An article as stated by its page or its imported record."""

    url: str
    """Canonical URL, normalised by `crawlers.discovery.normalise_url`."""
    title: str
    authors: tuple[str, ...]
    """Names of persons in the order printed, and of news agencies credited beside them. If no person is named: the
    agency or the publisher that signs. Without "By" and without duplicates."""
    published_at: datetime | None
    """Aware, in UTC; `published_precision` says how exact it is."""
    modified_at: datetime | None
    """Aware, in UTC, never before `published_at`."""
    published_precision: Precision | None
    """`second` and `minute`: the page states the time with its zone. `day`: only the day is certain; the time is
    midnight UTC, or a clock time without a zone, read as UTC. None without `published_at`."""
    language: str | None
    """Two letters, ISO 639-1; Norwegian Bokmål is `no`."""
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    description: str | None
    text: str
    """Paragraphs, headings and list items in order, one per line; never empty."""
    is_free: bool | None
    """As declared by the page; None if it declares nothing."""
    published_utc_offset: int | None = None
    """Minutes by which the page's clock is ahead of UTC; None if `published_at` is only a day. If the page shows
    another day than that of its time in UTC, and no offset, it is the smallest number of hours that leads to that
    day."""
    provenance: tuple[tuple[str, str], ...] = ()
    """The origin of each field that has a value, as (field, origin): `json-ld`, `meta`, `og:title`, `h1`, `title`,
    `time`, `byline`, `link`, `address` (the page's URL), `listing` (the feed or sitemap that listed the page),
    `declared`, `text` (guessed from the text or the markup), `record` (an imported record)."""

    @property
    def published_day(self) -> date | None:
        """The day of publication that a reader of the page sees: in the page's own zone, if it states one."""
        if self.published_at is None:
            return None
        return (self.published_at + timedelta(minutes=self.published_utc_offset or 0)).date()


class RejectionReason(StrEnum):
    """Why a page or a record is not an article. A closed list, because the warehouse counts by reason."""

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
    """A page or a record that is not an article; `detail` explains the reason in one line, for people."""

    reason: RejectionReason
    detail: str

    def __post_init__(self) -> None:
        # The detail quotes the page. JSON can contain half a surrogate pair, which no table, file or terminal takes.
        object.__setattr__(self, "detail", self.detail.encode("utf-8", "backslashreplace").decode("utf-8"))
