"""Which sources fail, why, and since when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flows.reports.failing_sources import describe_failing, describe_without_pages
from tests.warehouse.rows import NOON, batch, listing_row
from warehouse.failing_sources import failing_sources
from warehouse.loading.load import load_segment
from warehouse.run_counts import SourceCounts
from warehouse.runs import SourceRow, record_sources

if TYPE_CHECKING:
    from warehouse import Writer

FEED, OTHER, GUESSED = (f"http://courier.example/{name}" for name in ("feed", "other", "guessed"))
FAILED: dict[str, Any] = {"outcome": "failed", "reason": "http_status", "detail": "answered 404", "named": 0}


def look(writer: Writer, hours: int, *urls: str, **row: Any) -> None:
    at = NOON + timedelta(hours=hours)
    rows = [listing_row(url, fetched_at=at, **row) for url in urls]
    load_segment(writer, f"s{hours}-{len(urls)}-{len(row)}", "r", "test", batch(*rows), at)


def said(writer: Writer) -> list[str]:
    return list(describe_failing(failing_sources(writer.connection)))


def test_a_source_is_named_with_its_reason_and_the_time_of_its_first_failure(writer: Writer) -> None:
    record_sources(writer, [SourceRow("courier", None, (FEED, OTHER), (), (), None, ())], NOON)
    look(writer, 0, FEED, OTHER)
    assert said(writer) == []
    look(writer, 1, FEED, GUESSED, **FAILED)
    look(writer, 2, FEED, **FAILED)
    line = f"  courier: {FEED}: answered 404, since 2026-03-01 13:00 UTC, 2 times in a row"
    assert said(writer) == ["failing sources:", line]
    look(writer, 3, OTHER, **FAILED)
    assert said(writer) == ["failing sources:", f"{line} (2 of its 2 listings fail)"]
    look(writer, 4, FEED, OTHER)
    assert said(writer) == []
    look(writer, 5, FEED, **FAILED)
    assert "since 2026-03-01 17:00 UTC, once" in said(writer)[1]
    record_sources(writer, [], NOON)
    assert said(writer) == [], "it is no source any more"


def test_a_source_is_named_if_none_of_its_pages_could_be_fetched() -> None:
    found = [
        SourceCounts("courier", (1, 0, 0, 0, 0, 5, 0), reasons=(("timeout", 5),)),
        SourceCounts("gazette", (0, 0, 0, 0, 0, 1, 4), reasons=(("robots", 4), ("timeout", 1))),
        SourceCounts("post", (0, 0, 0, 0, 0, 0, 0), listings=1),
    ]
    assert list(describe_without_pages(found)) == [
        "  gazette: none of its pages could be fetched (robots 4, timeout 1)"
    ]
