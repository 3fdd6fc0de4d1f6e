from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from flows.dashboard.errors import FilterError
from flows.dashboard.filters import Filters, between, read_filters, where
from warehouse.literals import literal


def test_filters_survive_their_address() -> None:
    filters = Filters(
        q='roses "& spades', day=date(2026, 3, 5), since=date(2026, 3, 1), source="a&b", unique=True,
        terms=("one", "two words"), before=3, rows=120,
    )  # fmt: skip
    assert read_filters(parse_qsl(filters.query_string().lstrip("?"))) == filters


def test_an_address_has_only_what_differs_from_the_default() -> None:
    assert Filters().query_string() == ""
    assert Filters(q="roses", rows=120).query_string(rows=None, source="courier") == "?q=roses&source=courier"


def test_empty_and_unknown_values_are_ignored() -> None:
    assert read_filters([("q", " "), ("colour", "red"), ("term", ""), ("term", "a"), ("term", "a")]) == Filters(
        terms=("a",)
    )


@pytest.mark.parametrize(
    "given",
    [
        [("day", "5 March")],
        [("day", "0001-01-01")],
        [("until", "9999-12-31")],
        [("q", "x" * 501)],
        [("before", "-1")],
        [("rows", "many")],
        [("term", str(number)) for number in range(7)],
        [("since", "2026-03-02"), ("until", "2026-03-01")],
    ],
)
def test_other_values_are_refused(given: list[tuple[str, str]]) -> None:
    with pytest.raises(FilterError, match="allowed"):
        read_filters(given)


def test_a_text_is_one_literal() -> None:
    assert literal("O'Brien') --") == "'O''Brien'') --'"


def test_conditions_are_joined_and_missing_ones_left_out() -> None:
    assert where(None, between("day", date(2026, 3, 1), None), None) == "WHERE day >= DATE '2026-03-01'"
    assert where(between("day", None, None)) == ""
