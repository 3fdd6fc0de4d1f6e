"""Indexing beside loading: whole pieces are indexed before the writer finishes, and what fails there is done then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

import warehouse.search.background
import warehouse.search.index
from tests.warehouse.rows import NOON, article_row, batch
from warehouse.loading.load import load_segment
from warehouse.search.background import indexing_ahead

if TYPE_CHECKING:
    from warehouse import Writer


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.search.index, "PIECE", 4)


def load(writer: Writer, segment: int) -> None:
    """Three articles."""
    rows = [article_row(3 * segment + number, title=f"Flood {segment}", text="Water.") for number in range(3)]
    load_segment(writer, f"s{segment}", "r1", "test", batch(*rows, segment=f"s{segment}"), NOON)


def indexed(writer: Writer) -> int:
    return int(writer.connection.execute("SELECT coalesce(sum(docs), 0) FROM search_index.parts").fetchall()[0][0])


def test_whole_pieces_are_indexed_while_more_is_loaded_and_the_rest_at_the_end(writer: Writer) -> None:
    with indexing_ahead(writer) as look:
        for segment in range(5):
            load(writer, segment)
            look(4)
    ahead = indexed(writer)
    assert ahead in (4, 8, 12)  # as far as the thread had come: whole pieces alone
    writer.finish()
    assert indexed(writer) == 15
    assert writer.connection.execute("SELECT count(*) FROM search('flood', top := 50)").fetchall() == [(15,)]


def test_what_fails_ahead_is_done_when_the_writer_finishes(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: duckdb.DuckDBPyConnection) -> int:
        raise duckdb.IOException("the disk is full")

    monkeypatch.setattr(warehouse.search.background, "index_piece", fail)
    with indexing_ahead(writer) as look:
        for segment in range(2):
            load(writer, segment)
            look(4)
    assert indexed(writer) == 0
    writer.finish()
    assert indexed(writer) == 6
