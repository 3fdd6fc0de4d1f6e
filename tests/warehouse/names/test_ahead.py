"""Finding names beside loading: what was found is stored once, and the rest is found at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.warehouse.rows import NOON, article_row, batch
from warehouse.loading.load import load_segment
from warehouse.names.ahead import NamesAhead
from warehouse.names.store import names_in, read_new_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse import Writer
    from warehouse.names.mention import Mention
    from warehouse.names.store import Text


@dataclass
class Others:
    """Processes that find names."""

    ready: bool = True
    asked: int = 0

    def start(self, texts: Sequence[Text]) -> Found:
        self.asked += len(texts)
        return Found(self, texts)


@dataclass
class Found:
    others: Others
    texts: Sequence[Text]

    def done(self) -> bool:
        return self.others.ready

    def result(self) -> list[list[Mention]]:
        return names_in(self.texts)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.names.store.PIECE", 4)


def load(writer: Writer, segment: int) -> None:
    """Three articles."""
    rows = [
        article_row(3 * segment + n, title="News", text=f"Then Ann Number{3 * segment + n} spoke.", language="en")
        for n in range(3)
    ]
    load_segment(writer, f"s{segment}", "r1", "test", batch(*rows, segment=f"s{segment}"), NOON)


def stored(writer: Writer) -> int:
    return int(writer.connection.execute("SELECT count(DISTINCT doc) FROM version_names").fetchall()[0][0])


def test_what_was_found_is_stored_after_the_next_load_and_the_rest_at_the_end(writer: Writer) -> None:
    others = Others()
    ahead = NamesAhead(writer, others.start)
    counts = []
    for segment in range(4):
        load(writer, segment)
        ahead.look(4)
        counts.append((others.asked, stored(writer)))
    assert counts == [(0, 0), (4, 0), (8, 4), (12, 8)]
    ahead.finish()
    assert stored(writer) == 12
    ahead.finish()
    load(writer, 4)
    assert read_new_names(writer) == 3
    assert writer.connection.execute("SELECT count(*), count(DISTINCT name) FROM version_names").fetchall() == [
        (15, 15)
    ]


def test_loading_does_not_wait_for_names(writer: Writer) -> None:
    others = Others(ready=False)
    ahead = NamesAhead(writer, others.start)
    for segment in range(4):
        load(writer, segment)
        ahead.look(3)
    assert (others.asked, stored(writer)) == (3, 0)
    others.ready = True
    ahead.look(3)
    assert (others.asked, stored(writer)) == (7, 3)


def test_nothing_is_found_ahead_on_a_lake(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "is_lake", True)
    others = Others()
    ahead = NamesAhead(writer, others.start)
    load(writer, 0)
    ahead.look(1)
    ahead.finish()
    assert (others.asked, stored(writer)) == (0, 0)
