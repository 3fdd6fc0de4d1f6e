"""When a listing is due again: what `feeds` says after each look, and what a plan makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from flows.pipeline.rows import LISTINGS
from tests.warehouse.rows import NOON, batch, listing_row
from warehouse.loading.load import load_segment
from warehouse.planning import FrontierQuery, due_frontier, listing_states, waiting_keys
from warehouse.runs import SourceRow, record_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Writer

FEED = "http://courier.example/feed"
INDEX = "http://courier.example/index.xml"
DAY = timedelta(days=1)
CHILD = "http://courier.example/sitemap-1.xml"


@pytest.fixture
def numbers() -> Iterator[int]:
    """Of segments."""
    return iter(range(1000))


def look(writer: Writer, numbers: Iterator[int], minutes: float, url: str = FEED, **row: Any) -> None:
    """Load an answer that came so many minutes after noon; by default one that names something new."""
    segment = f"s{next(numbers)}"
    answer = listing_row(url, **({"fetched_at": NOON + timedelta(minutes=minutes), "named": 1} | row))
    load_segment(writer, segment, "r", "test", batch(answer, segment=segment), NOON)


UNCHANGED: dict[str, Any] = {"outcome": "unchanged", "status": 304, "named": 0}
FAILED: dict[str, Any] = {"outcome": "failed", "reason": "timeout", "named": 0}


def source(writer: Writer, least: float = 0.0, most: float = 1440.0) -> None:
    row = SourceRow("courier", None, (FEED,), (), (), "en", (), (least, most))
    record_sources(writer, [row], NOON)


def wait(writer: Writer) -> float | None:
    """Minutes from the last request until it is due."""
    ((minutes, asked_at, due_at),) = writer.connection.execute(
        "SELECT poll_minutes, last_asked_at, due_at FROM feeds WHERE url = ?", [FEED]
    ).fetchall()
    assert due_at - asked_at == pytest.approx(timedelta(minutes=minutes), abs=timedelta(seconds=1))
    return float(minutes)


def due(writer: Writer, minutes: float) -> list[str]:
    return [state.url for state in listing_states(writer.connection, NOON + timedelta(minutes=minutes)) if state.is_due]


def test_a_listing_is_asked_after_a_tenth_of_the_time_since_it_named_something_new(
    writer: Writer, numbers: Iterator[int]
) -> None:
    source(writer)
    look(writer, numbers, 0)
    assert wait(writer) == 0
    assert due(writer, 0) == [FEED]
    look(writer, numbers, 60, **UNCHANGED)
    assert wait(writer) == pytest.approx(6)
    assert due(writer, 65) == []
    assert due(writer, 66.1) == [FEED]
    look(writer, numbers, 600, named=0)
    assert wait(writer) == pytest.approx(60), "other bytes that name nothing new are no news"
    look(writer, numbers, 700)
    assert wait(writer) == 0


def test_the_wait_stays_within_the_bounds_of_its_source(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer, 15, 120)
    look(writer, numbers, 0)
    assert wait(writer) == 15
    look(writer, numbers, 100_000, **UNCHANGED)
    assert wait(writer) == 120


def test_bounds_that_are_lowered_hold_at_once(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer)
    look(writer, numbers, 0)
    look(writer, numbers, 10_000, **UNCHANGED)
    assert due(writer, 10_100) == []
    source(writer, 0, 0)
    assert due(writer, 10_000) == [FEED]


def test_failures_in_a_row_are_waited_for_longer_each_time(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer)
    look(writer, numbers, 0)
    waits = []
    for number in range(1, 12):
        look(writer, numbers, number, **FAILED)
        waits.append(wait(writer))
    assert waits == [0, 15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]
    look(writer, numbers, 20, **UNCHANGED)
    assert wait(writer) == pytest.approx(2)
    look(writer, numbers, 21, outcome="skipped", reason="robots_unreachable")
    look(writer, numbers, 22, outcome="skipped", reason="robots_unreachable")
    assert wait(writer) == 15, "what could not be asked for is a failure as well"


def children(modified_at: datetime | None) -> pa.Table:
    found = {"url": CHILD, "kind": "sitemap", "source": "courier", "found_at": NOON, "modified_at": modified_at}
    return pa.Table.from_pylist([found], schema=LISTINGS)


def index(writer: Writer, numbers: Iterator[int], minutes: float, child_modified: datetime | None) -> None:
    """The index is read, and says when its child changed."""
    segment = f"s{next(numbers)}"
    row = listing_row(INDEX, kind="sitemap", fetched_at=NOON + timedelta(minutes=minutes), named=1)
    tables = batch(row, segment=segment)
    tables = type(tables)(tables.rows, tables.links, children(child_modified))
    load_segment(writer, segment, "r", "test", tables, NOON)


def test_a_sitemap_of_an_index_is_due_when_the_index_says_that_it_changed(
    writer: Writer, numbers: Iterator[int]
) -> None:
    source(writer)
    index(writer, numbers, 0, NOON - timedelta(hours=5))
    assert CHILD in due(writer, 0), "it was never asked for"
    look(writer, numbers, 1, CHILD, kind="sitemap")
    assert CHILD not in due(writer, 100_000)
    index(writer, numbers, 100, NOON + timedelta(minutes=90))
    assert CHILD in due(writer, 101)


def test_a_change_on_a_day_may_have_been_at_any_time_of_it(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer)
    today = NOON.replace(hour=0)
    index(writer, numbers, 0, today)
    look(writer, numbers, 1, CHILD, kind="sitemap")
    assert CHILD in due(writer, 2)
    look(writer, numbers, 13 * 60, CHILD, kind="sitemap", named=0)
    assert CHILD not in due(writer, 100_000)


def test_what_the_archive_holds_of_a_listing_is_known(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer)
    look(writer, numbers, 0, warc_offset=5, payload_digest="sha1:A", final_url=FEED + "/rss")
    look(writer, numbers, 1, **UNCHANGED)
    look(writer, numbers, 2, **FAILED | {"warc_offset": 9, "payload_digest": "sha1:B"})
    (state,) = listing_states(writer.connection, NOON)
    assert state.stored is not None
    assert (state.stored.url, state.stored.at, state.stored.digest) == (FEED + "/rss", NOON, "sha1:A")


def test_a_new_listing_is_due(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer)
    index(writer, numbers, 0, None)
    assert CHILD in due(writer, 0)


def test_of_what_waits_the_newest_in_the_window_of_its_source_are_asked_for(writer: Writer) -> None:
    source(writer)

    def days_ago(days: int | None) -> datetime | None:
        return None if days is None else NOON - timedelta(days=days)

    for number, days in enumerate([400, 3, None, 1, 2, 10]):
        writer.connection.execute(
            "INSERT INTO private.frontier BY NAME SELECT ?::UBIGINT AS url_key, ? AS url, 'courier' AS source, "
            "? AS discovered_at, ?::TIMESTAMPTZ AS modified_hint, 0 AS attempts, ? AS due_at",
            [number, f"http://courier.example/{number}", NOON, days_ago(days), NOON],
        )

    def asked(most: int, since: int | None = None, until: int | None = None, at: datetime = NOON) -> str:
        found = due_frontier(writer.connection, at, [FrontierQuery("courier", most, days_ago(since), days_ago(until))])
        return "".join(due.url[-1] for due in found)

    assert asked(9) == "234150", "the undated one counts by when it was found"
    assert asked(3) == "234"
    assert asked(9, since=3) == "2341"
    assert asked(9, until=3) == "2150"
    assert asked(9, at=NOON - timedelta(minutes=1)) == ""
    assert due_frontier(writer.connection, NOON, [FrontierQuery("other", 9)]) == []


def test_a_run_with_the_clock_years_ahead_silences_nothing(writer: Writer, numbers: Iterator[int]) -> None:
    source(writer, 15)
    year = 365 * 24 * 60
    look(writer, numbers, 5 * year)
    look(writer, numbers, 5 * year, CHILD, kind="sitemap", **FAILED)
    assert due(writer, 60) == sorted([FEED, CHILD])
    assert [state.last_asked_at for state in listing_states(writer.connection, NOON)] == [None, None]
    look(writer, numbers, 60, **UNCHANGED)
    assert due(writer, 61) == [CHILD], "its last request is in the past again"


def test_pages_found_or_failed_with_the_clock_years_ahead_do_not_wait_for_it(writer: Writer) -> None:
    for number, (found, waits) in enumerate([(NOON, NOON + 1000 * DAY), (NOON + 1000 * DAY, NOON + 1000 * DAY)]):
        writer.connection.execute(
            "INSERT INTO private.frontier (url_key, url, source, discovered_at, attempts, due_at) "
            "VALUES (?, ?, 'courier', ?, 1, ?)",
            [number, f"http://courier.example/{number}", found, waits],
        )
    waiting = due_frontier(writer.connection, NOON + DAY, [FrontierQuery("courier", 10)])
    assert len(waiting) == 2
    assert waiting_keys(writer.connection, NOON + DAY, [0, 1, 2]) == {0, 1}
