"""What a view is: its SQL, and what its template needs beside the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flows.dashboard.published import Facts, Row, Rows

if TYPE_CHECKING:
    from flows.dashboard.filters import Filters

ALL_ROWS = 5000  # of a query that a plot is made of: days, sources, pairs


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a page: readers can copy its SQL and take its rows away as CSV; the page shows the first `limit`."""

    title: str
    sql: str
    limit: int = ALL_ROWS


Queries = Mapping[str, Query]
Found = Mapping[str, Rows]


def _nothing(_filters: Filters, _facts: Facts, _found: Found) -> dict[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class View:
    """A page at `/NAME`, or at `/NAME/ID` if it shows one item.

    `queries` makes its SQL; `context` makes what the template needs beside the rows, such as plots, and raises
    MissingError if there is no such item. `fields` are the filters that its form offers.
    """

    name: str
    title: str
    queries: Callable[[Filters, Facts], Queries]
    context: Callable[[Filters, Facts, Found], dict[str, object]] = _nothing
    fields: tuple[str, ...] = ()
    of_item: bool = False


def number(row: Row, name: str) -> float:
    """The value of a column with numbers, 0 where it is missing."""
    value = row[name]
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


def words(row: Row, name: str) -> str:
    """The value of a column as text, empty where it is missing."""
    value = row[name]
    return "" if value is None else str(value)
