from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.dashboard.charts import FEWEST_DAYS, MOST_COLUMNS, ROW, columns, flows, place_in_time

DAY = date(2026, 3, 5)


def test_nothing_is_no_plot() -> None:
    assert columns({"ferry": {}}) is None
    assert flows([], 5) is None


def test_columns_end_with_the_last_day_and_are_as_high_as_their_values() -> None:
    plot = columns({"ferry": {DAY: 4.0, DAY - timedelta(1): 1.0}})
    assert plot is not None
    assert (plot.unit, len(plot.columns), plot.highest) == ("day", FEWEST_DAYS, 4.0)
    assert (plot.last, plot.columns[-1].value, plot.columns[-2].value) == ("5 Mar 2026", 4.0, 1.0)
    assert [(part.top, part.height) for part in plot.columns[-2].segments] == [(75.0, 25.0)]
    assert plot.columns[-1].left + plot.columns[-1].width < 100


def test_stacked_shares_fill_the_column() -> None:
    plot = columns({"ferry": {DAY: 3.0}, "roses": {DAY: 1.0}}, shares=True)
    assert plot is not None
    assert [(part.top, part.height, part.value) for part in plot.columns[-1].segments] == [
        (25.0, 75.0, 3.0),
        (0.0, 25.0, 1.0),
    ]
    assert [part.height for part in plot.columns[0].segments] == [0.0, 0.0]


@pytest.mark.parametrize(("days", "unit"), [(90, "day"), (400, "week"), (1200, "month"), (20_000, "year")])
def test_many_days_are_joined_without_losing_any(days: int, unit: str) -> None:
    plot = columns({"ferry": {DAY - timedelta(before): 1.0 for before in range(days)}})
    assert plot is not None
    assert plot.unit == unit
    assert len(plot.columns) <= MOST_COLUMNS
    assert sum(column.value for column in plot.columns) == days


def test_times_lie_within_the_plot() -> None:
    first = datetime(2026, 3, 5, 7, tzinfo=UTC)
    last = first + timedelta(hours=4)
    assert [place_in_time(moment, first, last) for moment in (first, first + timedelta(hours=2), last)] == [2, 50, 98]
    assert place_in_time(first, first, first) == 2


def test_bands_lie_side_by_side_within_their_rows() -> None:
    drawn = flows([("wire", "courier", 30), ("wire", "valley", 10), ("valley", "courier", 5), ("x", "y", 1)], 3)
    assert drawn is not None
    assert (drawn.left, drawn.right) == (("wire", "valley"), ("courier", "valley"))
    assert drawn.height == 2 * ROW
    assert len(drawn.flows) == 3
    by_ends = {(flow.source, flow.target): flow for flow in drawn.flows}
    first, second = by_ends["wire", "courier"], by_ends["wire", "valley"]
    assert first.start + first.thickness / 2 == pytest.approx(second.start - second.thickness / 2, abs=0.2)
    assert first.start - first.thickness / 2 > 0
    assert second.start + second.thickness / 2 < ROW
    assert first.thickness == pytest.approx(3 * second.thickness, abs=0.2)
