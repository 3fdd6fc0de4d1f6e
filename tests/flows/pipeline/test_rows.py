"""What a segment's log becomes: rows that say whether an address has had its last word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.archive import Fetch, Kind, Outcome
from flows.pipeline.article_version import extracted_fetch
from flows.pipeline.classify import ClassifiedFetch
from flows.pipeline.rows import Origin, build_batch


def answered(outcome: Outcome, reason: str | None, status: int | None = None) -> bool:
    fetch = Fetch(
        "http://courier.example/1",
        "courier",
        Kind.PAGE,
        outcome,
        datetime(2026, 3, 1, tzinfo=UTC),
        None,
        status,
        reason,
    )
    batch = build_batch(Origin("segment", "run", "extractor"), [ClassifiedFetch(extracted_fetch(fetch, None))])
    return bool(batch.rows.column("answered")[0].as_py())


@pytest.mark.parametrize("reason", ["forbidden_address", "opted_out"])
def test_what_would_be_the_same_next_time_is_final(reason: str) -> None:
    assert answered(Outcome.SKIPPED, reason)


@pytest.mark.parametrize(
    ("outcome", "reason", "status"),
    [
        (Outcome.SKIPPED, "robots_unreachable", None),
        (Outcome.SKIPPED, "host_unresponsive", None),
        (Outcome.SKIPPED, "host_limit", None),
        (Outcome.FAILED, "retry_after", 429),
        (Outcome.FAILED, "retry_after", 503),
        (Outcome.FAILED, "timeout", None),
    ],
)
def test_trouble_that_passes_is_not_the_last_word(outcome: Outcome, reason: str, status: int | None) -> None:
    assert not answered(outcome, reason, status)
