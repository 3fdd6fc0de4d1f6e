"""Where the parts of a plot stand, in percent of its width and height; the templates draw them as inline SVG."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

MOST_COLUMNS = 92  # three months of days; on a phone, a column is then three pixels wide
FEWEST_DAYS = 14  # earlier days without a value are shown as well, so that a few columns do not fill the plot
GAP = 0.2  # of the width of a column
ROW = 32  # height of a row of `Flows` in pixels, as in dashboard.css


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a column: its number among the series, where it stands (from the top), its height and its value."""

    series: int
    top: float
    height: float
    value: float


@dataclass(frozen=True, slots=True)
class Column:
    """A column for a day, week, month or year."""

    label: str
    left: float
    width: float
    value: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """A plot over time: `highest` is the value at its upper edge, `unit` what a column stands for."""

    columns: tuple[Column, ...]
    series: tuple[str, ...]
    highest: float
    unit: str

    @property
    def first(self) -> str:
        """The label at the left end."""
        return self.columns[0].label

    @property
    def last(self) -> str:
        """The label at the right end."""
        return self.columns[-1].label


def columns(values: Mapping[str, Mapping[date, float]], *, shares: bool = False) -> Columns | None:
    """Stacked columns of one or more series over time, from the first day to the last; None without a value.

    Days are joined into weeks (from Monday), months or years where there are too many. With `shares`, each column is as
    high as the plot and shows the shares of the series.
    """
    days = sorted({day for series in values.values() for day in series})
    if not days:
        return None
    unit, starts = _periods(min(days[0], days[-1] - timedelta(FEWEST_DAYS - 1)), days[-1])
    sums = [_summed(series, unit) for series in values.values()]
    totals = [sum(series.get(start, 0.0) for series in sums) for start in starts]
    highest = max(totals)
    width = 100 / len(starts)
    drawn = []
    for place, (start, total) in enumerate(zip(starts, totals, strict=True)):
        whole = total if shares else highest
        segments, top = [], 100.0
        for each, series in enumerate(sums):
            value = series.get(start, 0.0)
            height = 100 * value / whole if whole else 0.0
            top -= height
            segments.append(Segment(each, round(top, 3), round(height, 3), value))
        left = round(width * (place + GAP / 2), 3)
        drawn.append(Column(_label(start, unit), left, round(width * (1 - GAP), 3), total, tuple(segments)))
    return Columns(tuple(drawn), tuple(values), 1.0 if shares else highest, unit)


def _periods(first: date, last: date) -> tuple[str, list[date]]:
    for unit in ("day", "week", "month"):
        starts = _starts(first, last, unit)
        if len(starts) <= MOST_COLUMNS:
            return unit, starts
    return "year", _starts(first, last, "year")


def _starts(first: date, last: date, unit: str) -> list[date]:
    """The first days of all periods from one day to another, at most one more than a plot can have."""
    starts = [_start(first, unit)]
    while len(starts) <= MOST_COLUMNS or unit == "year":
        following = _start(starts[-1] + timedelta({"day": 1, "week": 7, "month": 31, "year": 366}[unit]), unit)
        if following > last:
            break
        starts.append(following)
    return starts


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _summed(series: Mapping[date, float], unit: str) -> dict[date, float]:
    sums: dict[date, float] = defaultdict(float)
    for day, value in series.items():
        sums[_start(day, unit)] += value
    return sums


def _label(start: date, unit: str) -> str:
    if unit == "year":
        return f"{start:%Y}"
    return f"{start:%b %Y}" if unit == "month" else f"{start.day} {start:%b %Y}"


def place_in_time(moment: datetime, first: datetime, last: datetime) -> float:
    """Where a time stands between two others, in percent; a margin at both ends keeps a dot within the plot."""
    span = (last - first).total_seconds()
    return round(2 + 96 * ((moment - first).total_seconds() / span if span else 0), 2)


@dataclass(frozen=True, slots=True)
class Flow:
    """A band from a row on the left to one on the right: the heights of its ends and its thickness, in pixels."""

    source: str
    target: str
    value: float
    start: float
    end: float
    thickness: float


@dataclass(frozen=True, slots=True)
class Flows:
    """Two lists of names with bands between them; `height` in pixels."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    flows: tuple[Flow, ...]
    height: int


def flows(edges: Iterable[tuple[str, str, float]], most: int) -> Flows | None:
    """The `most` largest edges (from, to, value) as bands; None without any. Names are ordered by their values."""
    largest = sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1]))[:most]
    if not largest:
        return None
    left = _by_value((edge[0], edge[2]) for edge in largest)
    right = _by_value((edge[1], edge[2]) for edge in largest)
    scale = 0.8 * ROW / max(*left.values(), *right.values())
    starts, ends = _tops(left, scale), _tops(right, scale)
    left_rows, right_rows = list(left), list(right)
    bands = {}
    # Bands leave a row in the order of the rows that they lead to, so that they cross as little as possible.
    for source, target, value in sorted(
        largest, key=lambda edge: (left_rows.index(edge[0]), right_rows.index(edge[1]))
    ):
        bands[source, target] = starts[source] + value * scale / 2
        starts[source] += value * scale
    drawn = []
    for source, target, value in sorted(
        largest, key=lambda edge: (right_rows.index(edge[1]), left_rows.index(edge[0]))
    ):
        thickness = value * scale
        middle = ends[target] + thickness / 2
        ends[target] += thickness
        drawn.append(
            Flow(
                source, target, value, round(bands[source, target], 1), round(middle, 1), max(1.0, round(thickness, 1))
            )
        )
    return Flows(tuple(left), tuple(right), tuple(drawn), ROW * max(len(left), len(right)))


def _tops(names: Mapping[str, float], scale: float) -> dict[str, float]:
    """Where the bands of each row begin: they are in the middle of it."""
    return {name: ROW * (row + 0.5) - total * scale / 2 for row, (name, total) in enumerate(names.items())}


def _by_value(named: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The names and the sums of their values, the largest first."""
    totals: dict[str, float] = defaultdict(float)
    for name, value in named:
        totals[name] += value
    return dict(sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])))
