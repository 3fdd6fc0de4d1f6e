"""The daily digest: what happened, what was big, what somebody should look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from flows.reports.digest import Digest, as_markdown, as_text, make_digest
from tests.warehouse.rows import article_row, batch, failed_row, listing_row
from warehouse.loading.load import load_segment
from warehouse.runs import SourceRow, finish_run, record_sources, start_run

if TYPE_CHECKING:
    from warehouse import Writer

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
FEED = "http://courier.example/feed"


@pytest.fixture
def courier(writer: Writer) -> Writer:
    row = SourceRow("courier", None, (FEED,), (), (), "en", (), (15.0, 1440.0))
    record_sources(writer, [row], NOW - timedelta(days=9))
    return writer


def digest(writer: Writer, free_gb: float = 100.0) -> Digest:
    return make_digest(writer.connection, NOW, free_gb, 1.0)


def load(writer: Writer, name: str, *rows: dict[str, object]) -> None:
    load_segment(writer, name, "r1", "test", batch(*rows, segment=name), NOW)


def test_a_quiet_day_of_a_healthy_source_is_no_trouble(courier: Writer) -> None:
    load(courier, "s1", *(article_row(n, fetched_at=NOW - timedelta(hours=5 * n)) for n in range(1, 5)))
    start_run(courier, "r1", "run", "1", NOW - timedelta(hours=2))
    finish_run(courier, "r1", "completed", NOW - timedelta(hours=1))
    made = digest(courier)
    assert (made.articles, made.updated, made.runs, made.troubles) == (4, 0, (("completed", 1),), ())
    assert "Needs attention" not in as_text(made)


def test_runs_that_failed_and_a_disk_that_fills_come_first(courier: Writer) -> None:
    load(courier, "s1", article_row(1, fetched_at=NOW - timedelta(hours=1)))
    for number, outcome in enumerate(("completed", "failed", "failed")):
        start_run(courier, f"r{number}", "run", "1", NOW - timedelta(hours=2))
        finish_run(courier, f"r{number}", outcome, NOW - timedelta(hours=1))
    made = digest(courier, free_gb=1.5)
    assert made.troubles == (
        "the disk has 1.5 GB free; no crawl starts below 1 GB",
        "2 of 3 runs failed or crashed",
    )


def test_a_source_that_is_silent_for_longer_than_ever_is_named(courier: Writer) -> None:
    load(courier, "s1", *(article_row(n, fetched_at=NOW - timedelta(days=3, hours=n)) for n in range(1, 8)))
    load(courier, "s2", listing_row(FEED, fetched_at=NOW))
    (trouble,) = digest(courier).troubles
    assert trouble == "courier: no new articles since 2026-03-07 05:30 UTC; the longest gap before was 1 hours"


def test_a_source_whose_requests_fail_is_named(courier: Writer) -> None:
    load(courier, "s1", article_row(1, fetched_at=NOW - timedelta(hours=2)))
    load(courier, "s2", *(failed_row(n, fetched_at=NOW - timedelta(hours=1)) for n in range(10, 16)))
    assert digest(courier).troubles == ("courier: 86% of 7 requests of the last 7 days failed",)


def test_a_source_that_is_paused_is_named_with_the_reason_and_until_when(courier: Writer) -> None:
    for number in range(3):
        failed = listing_row(
            FEED, outcome="failed", reason="dns", etag=None, fetched_at=NOW - timedelta(hours=9 - number)
        )
        load(courier, f"s{number}", failed)
    ((until,),) = courier.connection.execute("SELECT until FROM paused_sources").fetchall()
    assert until > NOW - timedelta(hours=7)
    (trouble,) = digest(courier).troubles
    assert trouble == f"courier: paused until {until:%Y-%m-%d %H:%M} UTC, because none of its listings can be read: dns"
    load(courier, "again", listing_row(FEED, fetched_at=NOW))
    assert courier.connection.execute("SELECT * FROM paused_sources").fetchall() == []


def test_what_pages_say_stands_as_text_in_markdown() -> None:
    made = Digest(NOW, 3, 0, (("<b>Talks</b> | [x](http://evil.example)", 5, 3),), (), ("a_b: *",))
    text = as_markdown(made)
    assert "<b>" not in text
    assert "](http" not in text
    assert "| 5 | 3 |" in text
    assert "- a\\_b: \\*" in text
    assert "<b>Talks</b> | [x](http://evil.example) (5, 3)" in as_text(made)
