"""The answers of docs/cookbook.md are those that its queries have on the demo's warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.cookbook import answer, questions
from warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from tests.end_to_end.conftest import Demo


@pytest.fixture(scope="module")
def warehouse(demo: Demo) -> Iterator[DuckDBPyConnection]:
    with connect(demo.data) as connection:
        yield connection


def test_there_are_twenty_questions_with_answers() -> None:
    assert [title.partition(".")[0] for title, _, _ in questions()] == [str(number) for number in range(1, 21)]
    assert [title for title, _, shown in questions() if not shown or "0 rows" in shown] == []


@pytest.mark.parametrize(("title", "sql", "shown"), [pytest.param(*each, id=each[0]) for each in questions()])
def test_the_answer_is_current(warehouse: DuckDBPyConnection, title: str, sql: str, shown: str) -> None:
    assert answer(warehouse, sql) == shown, f"{title}: after `newsloom demo`, run: make cookbook"
