"""How long a busy host asks to be left alone: the Retry-After header (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY = (429, 503)
# For a host that says it is busy but not for how long; doubled with each retry.
FIRST_WAIT = 1.0


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now` (aware) on, 0 or more; None if the header is missing or cannot be parsed."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])  # more than thirty years make no difference
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for an offset of more than a billion days
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def requested_wait(status: int, header: bytes | None, retries: int, now: datetime | None = None) -> float | None:
    """How many seconds a host wants to be left alone after this response; None if it does not ask for that."""
    if status not in BUSY:
        return None
    seconds = retry_after(header.decode("latin-1") if header else None, now or datetime.now(UTC))
    return FIRST_WAIT * 2**retries if seconds is None else seconds
