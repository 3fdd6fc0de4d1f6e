"""The entries of the fetch log: for a response, or for a request without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers.archive import Fetch, Outcome
from crawlers.archive.contents import NOT_MODIFIED
from crawlers.limits import MAX_URL_BYTES
from crawlers.politeness.refusals import Refused
from crawlers.spiders.failures import FailureReason, classify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawlers.archive import Exchange
    from crawlers.plan.model import PlannedRequest


def fetch_from_response(source: str, planned: PlannedRequest, response: Response) -> Fetch:
    """The log entry of a response."""
    outcome, reason, detail = Outcome.FETCHED, None, None
    if response.status == NOT_MODIFIED:
        outcome = Outcome.UNCHANGED
    elif len(response.url) > MAX_URL_BYTES:
        too_long = f"redirected to a URL of {len(response.url)} characters; at most {MAX_URL_BYTES} are supported"
        outcome, reason, detail = Outcome.FAILED, FailureReason.REDIRECTS, too_long
    elif not 200 <= response.status < 300:
        outcome, reason, detail = Outcome.FAILED, FailureReason.HTTP_STATUS, f"answered {response.status}"
    return replace(
        _fetch(source, planned, outcome, reason, detail),
        final_url=response.url if response.url != planned.url and len(response.url) <= MAX_URL_BYTES else None,
        status=response.status,
        bytes=len(response.body),
        ms=round(response.meta.get("download_latency", 0.0) * 1000),
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
    )


def fetch_of_opt_out(source: str, planned: PlannedRequest, status: int, detail: str) -> Fetch:
    """The log entry of a page that opts out of text and data mining; `detail` says how."""
    return replace(_fetch(source, planned, Outcome.SKIPPED, FailureReason.OPTED_OUT, detail), status=status)


def mark_unchanged(fetch: Fetch, content: Exchange | None) -> Fetch:
    """The log entry as it is, or as unchanged if the content is what is stored already."""
    return replace(fetch, outcome=Outcome.UNCHANGED) if content is not None and content.repeats is not None else fetch


def with_left_out(detail: str | None, left_out: Mapping[str, int]) -> str | None:
    """The detail of a listing, with the number of links that were left out for each reason."""
    counts = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
    return "; ".join(filter(None, (detail, counts and f"left out: {counts}"))) or None


def fetch_from_failure(source: str, planned: PlannedRequest, failure: Failure) -> Fetch:
    """The log entry of a request that failed or was not made."""
    status = failure.value.status if isinstance(failure.value, Refused) else None
    return replace(_fetch(source, planned, *classify(failure)), status=status)


def _fetch(
    source: str, planned: PlannedRequest, outcome: Outcome, reason: FailureReason | None, detail: str | None
) -> Fetch:
    return Fetch(
        url=planned.url,
        source=source,
        kind=planned.kind,
        outcome=outcome,
        reason=reason,
        detail=detail,
        fetched_at=datetime.now(UTC),
        published_hint=planned.published_hint,
    )


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
