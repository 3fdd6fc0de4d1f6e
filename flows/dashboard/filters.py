"""What a page is asked for: the values in its address, checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from flows.dashboard.errors import FilterError
from warehouse.literals import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 500  # characters of a value
# Of a filter: there are days before and after them to count with.
FIRST_DAY, LAST_DAY = date(1500, 1, 1), date(2499, 12, 31)
MOST_TERMS = 6  # as many series as a reader can tell apart in one plot
ROWS = 30  # shown at first
MOST_ROWS = 1000  # shown at most; the CSV has all


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a page; None or empty where the address does not state one. Days are in UTC."""

    q: str = ""
    day: date | None = None
    since: date | None = None
    until: date | None = None
    source: str = ""
    other: str = ""
    language: str = ""
    name: str = ""
    kind: str = ""
    reason: str = ""
    outcome: str = ""
    run: str = ""
    unique: bool = False
    terms: tuple[str, ...] = ()
    before: int | None = None
    after: int | None = None
    rows: int = ROWS
    item: UUID | None = None
    """The article or story that the path names."""

    def query_string(self, **changes: object) -> str:
        """These filters with some changed, as the part of a URL from its question mark on; empty without any."""
        pairs: list[tuple[str, str]] = []
        for name, value in {each.name: getattr(self, each.name) for each in fields(self)}.items():
            chosen = changes.get(name, value)
            if name == "item" or chosen in (None, "", False, ()) or (name == "rows" and chosen == ROWS):
                continue
            if isinstance(chosen, tuple):
                pairs += [("term", str(term)) for term in chosen]
            else:
                pairs.append((name, "1" if chosen is True else str(chosen)))
        pairs += [("part", str(changes["part"]))] if "part" in changes else []
        return f"?{urlencode(pairs)}" if pairs else ""


def read_filters(given: Sequence[tuple[str, str]], item: str | None = None) -> Filters:
    """Filters from the names and values of a query string; `item` is the identifier in the path.

    Names that no page knows are ignored, as are empty values: forms send them. Raises FilterError for a value that is
    not allowed.
    """
    values = {name: value.strip() for name, value in given if value.strip()}
    for name, value in values.items():
        if len(value) > LONGEST or "\0" in value:
            raise FilterError(
                f"{name}: found {len(value)} characters; allowed: up to {LONGEST}, without null characters"
            )
    terms = tuple(dict.fromkeys(value.strip() for name, value in given if name == "term" and value.strip()))
    if len(terms) > MOST_TERMS:
        raise FilterError(f"term: found {len(terms)}; allowed: up to {MOST_TERMS}")
    since, until = _day(values, "since"), _day(values, "until")
    if since and until and since > until:
        raise FilterError(f"since: found {since}, which is after until, {until}; allowed: a day before it")
    return Filters(
        q=values.get("q", ""),
        day=_day(values, "day"),
        since=since,
        until=until,
        source=values.get("source", ""),
        other=values.get("other", ""),
        language=values.get("language", ""),
        name=values.get("name", ""),
        kind=values.get("kind", ""),
        reason=values.get("reason", ""),
        outcome=values.get("outcome", ""),
        run=values.get("run", ""),
        unique=values.get("unique", "") not in ("", "0"),
        terms=terms,
        before=_number(values, "before", 2**32 - 1),
        after=_number(values, "after", 2**32 - 1),
        rows=_number(values, "rows", MOST_ROWS) or ROWS,
        item=None if item is None else _uuid(item),
    )


def where(*conditions: str | None) -> str:
    """A WHERE clause of those conditions that are not None; empty if all are."""
    stated = [condition for condition in conditions if condition]
    return f"WHERE {' AND '.join(stated)}" if stated else ""


def equals(column: str, value: str) -> str | None:
    """The condition that a column has this value; None for the empty one."""
    return f"{column} = {literal(value)}" if value else None


def between(column: str, since: date | None, until: date | None) -> str | None:
    """The condition that a day lies in a range whose ends are included and may be open; None if both are."""
    conditions = [f"{column} >= DATE '{since}'"] if since else []
    conditions += [f"{column} <= DATE '{until}'"] if until else []
    return " AND ".join(conditions) or None


def _day(values: Mapping[str, str], name: str) -> date | None:
    if name not in values:
        return None
    try:
        day = date.fromisoformat(values[name])
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise FilterError(
            f'{name}: found "{values[name]}"; allowed: a day from {FIRST_DAY} to {LAST_DAY}, such as 2026-03-01'
        )
    return day


def _number(values: Mapping[str, str], name: str, most: int) -> int | None:
    if name not in values:
        return None
    try:
        number = int(values[name])
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise FilterError(f'{name}: found "{values[name]}"; allowed: a whole number from 0 to {most}')
    return number


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise FilterError(f'"{value}" is not the identifier of an article or story') from error
