"""How long a host asks to be left alone: the Retry-After header of RFC 9110, 10.2.3."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY = (429, 503)
# Of a host that says it is busy, but not for how long: this at first, then twice as long each time.
FIRST_WAIT = 1.0


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now` (aware) on, 0 or more; None where the header is missing or says nothing that can be read."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])  # thirty years and more are all the same
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def requested_wait(status: int, header: bytes | None, retries: int, now: datetime | None = None) -> float | None:
    """How many seconds a host wants not to be asked after this answer; None where it is content."""
    if status not in BUSY:
        return None
    asked = retry_after(header.decode("latin-1") if header else None, now or datetime.now(UTC))
    return FIRST_WAIT * 2**retries if asked is None else asked
