"""The SQL of the views for values that an address may have: a query, or a clear refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pytest

from flows.dashboard.errors import FilterError
from flows.dashboard.filters import Filters, read_filters
from flows.dashboard.published import Facts
from flows.dashboard.views import VIEWS

if TYPE_CHECKING:
    from flows.dashboard.views.view import View

FACTS = Facts("stamp", 5, date(2026, 3, 5), date(2026, 3, 5), ("courier",), ("en",))
ITEM = "00000000-0000-0000-0000-000000000000"
VALUES = (
    "0001-01-01", "1500-01-01", "2499-12-31", "9999-12-31", "-1", "0", "1", "1000", "9" * 30,
    "'", "''", "\\", '"', "/*", "--", ";", "); DROP TABLE articles; --", "{x}", "$1", "?", "a\nb",
)  # fmt: skip


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_value_gives_one_statement_or_is_refused(view: View) -> None:
    asked = 0
    for name in ["term", *(field.name for field in fields(Filters) if field.name not in ("item", "terms"))]:
        for value in VALUES:
            with suppress(FilterError):
                filters = read_filters([("q", "ferry"), (name, value)], ITEM if view.of_item else None)
                for query in view.queries(filters, FACTS).values():
                    (statement,) = duckdb.extract_statements(query.sql)
                    assert statement.type == duckdb.StatementType.SELECT
                    asked += 1
    assert asked > 20


def test_without_an_article_there_are_views_as_well() -> None:
    facts = Facts("stamp", 0, None, None, (), ())
    for view in VIEWS:
        filters = read_filters([], ITEM if view.of_item else None)
        assert all(query.sql for query in view.queries(filters, facts).values())
