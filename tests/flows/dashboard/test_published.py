"""The open published file: queries that take too long, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from flows.dashboard import published
from flows.dashboard.errors import QueryError, TooSlowError
from flows.dashboard.published import Published, Reader
from tests.flows.dashboard.test_server import publish_renamed

if TYPE_CHECKING:
    from pathlib import Path

ENDLESS = (
    "SELECT count(*) AS pairs FROM range(100_000_000) AS a, range(100_000_000) AS b WHERE a.range % 7 = b.range % 5"
)


def test_a_query_that_takes_too_long_is_stopped_and_the_next_is_answered(
    newspapers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Published(newspapers).reading() as reader:
        monkeypatch.setattr(published, "PATIENCE_SECONDS", 0.2)
        with pytest.raises(TooSlowError, match="was stopped"):
            reader.rows(ENDLESS, 1)
        with pytest.raises(TooSlowError):
            reader.csv(ENDLESS)
        monkeypatch.undo()
        assert reader.rows("SELECT count(*) AS articles FROM articles", 1).rows == ({"articles": 5},)
        reader.connection.close()


def test_rows_beyond_the_limit_are_noticed(newspapers: Path) -> None:
    with Published(newspapers).reading() as reader:
        some = reader.rows("SELECT title FROM articles ORDER BY title", 2)
        assert (some.columns, len(some.rows), some.more) == (("title",), 2, True)
        assert not reader.rows("SELECT title FROM articles ORDER BY title", 5).more
        with pytest.raises(QueryError, match="The query failed"):
            reader.rows("SELECT CAST(title AS INTEGER) FROM articles", 5)
        reader.connection.close()


def test_stories_are_the_same_from_kept_rows(newspapers: Path) -> None:
    with Published(newspapers).reading() as reader:
        kept = reader.rows("FROM story_first ORDER BY story_id, position", 100)
        assert reader.connection.sql("SELECT count(*) FROM temp.appearances").fetchall() == [(5,)]
        reader.connection.execute("DROP TABLE temp.appearances")
        rows = reader.connection.execute("FROM story_first ORDER BY story_id, position").fetchall()
        assert [tuple(row.values()) for row in kept.rows] == rows
        reader.connection.close()


def test_a_file_that_was_replaced_or_that_nobody_reads_is_closed(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Published(own_copy)

    def is_closed(reader: Reader) -> bool:
        try:
            reader.connection.execute("SELECT 1")
        except duckdb.ConnectionException:
            return True
        return False

    with opened.reading() as first:
        opened.release()
        assert not is_closed(first), "it is in use"
    opened.release()
    assert not is_closed(first), "it has just been in use"
    publish_renamed(own_copy, "The buoy has been found")
    opened.release()
    assert is_closed(first)
    with opened.reading() as second:
        assert second.rows("SELECT DISTINCT title FROM stories", 5).rows == ({"title": "The buoy has been found"},)
    monkeypatch.setattr(published, "IDLE_SECONDS", 0.0)
    opened.release()
    assert is_closed(second)
