"""Recomputing all duplicates and stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dedup import recompute
from flows.dedup.methods import describe_outdated, outdated_rows
from flows.dedup.recompute import recompute_all
from flows.progress import SilentReporter
from tests.flows.dedup.events import CONFUSERS, PAIR
from tests.flows.dedup.library import Piece, add, ask, everything, prose, replace, story_sets
from tests.flows.dedup.test_run_duplicates import FAMILY

if TYPE_CHECKING:
    import pytest

    from warehouse import Writer


def test_recomputing_gives_the_same_stories_and_resumes_after_an_interruption(writer: Writer) -> None:
    add(writer, *CONFUSERS, segment="1")
    add(writer, *PAIR, segment="2")
    stories = story_sets(writer)
    assert frozenset(piece.url for piece in PAIR) in stories
    recompute_all(writer, SilentReporter())
    assert story_sets(writer) == stories
    before = everything(writer)

    class Interrupting(SilentReporter):
        def step(self, text: str) -> None:
            raise KeyboardInterrupt

    whole, recompute.BATCH_SIZE = recompute.BATCH_SIZE, 2
    try:
        for _ in range(3):
            try:
                recompute_all(writer, Interrupting())
            except KeyboardInterrupt:
                continue
        assert ask(writer, "SELECT count(*) FROM private.restory") == [(0,)]
    finally:
        recompute.BATCH_SIZE = whole
    recompute_all(writer, SilentReporter())
    assert everything(writer) == before


def test_recomputing_keeps_the_idf_of_the_present_method(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.dedup.upkeep.MIN_STORIES", 2)
    made = "SELECT task, done_at FROM private.upkeep WHERE task LIKE 'document frequencies%'"
    add(writer, *PAIR, *CONFUSERS, segment="1")
    (before,) = ask(writer, made)
    add(writer, Piece("http://echo.example/1", prose(5, 80), "A report of its own", hours=30), segment="2")
    recompute_all(writer, SilentReporter())
    assert ask(writer, made) == [before]
    monkeypatch.setattr("flows.dedup.upkeep.STORY_METHOD", "another-1")
    recompute_all(writer, SilentReporter())
    assert len(ask(writer, made)) == 2, "one for terms of the other method"


def test_recomputing_twice_changes_nothing(writer: Writer) -> None:
    add(writer, *FAMILY[:6], segment="1")
    add(writer, *FAMILY[6:], segment="2")
    recompute_all(writer, SilentReporter())
    before = everything(writer)
    again = recompute_all(writer, SilentReporter())
    assert everything(writer) == before
    assert again.articles == len(FAMILY)


def test_rows_of_an_earlier_method_are_counted_until_they_are_found_again(writer: Writer) -> None:
    add(
        writer, *PAIR, replace(PAIR[0], url="http://echo.example/1", text=f"{PAIR[0].text} {prose(1, 15)}"), segment="1"
    )
    assert outdated_rows(writer.connection) == {}
    assert describe_outdated(0) == []
    writer.connection.execute("UPDATE stories SET method = 'older-1'")
    writer.connection.execute("UPDATE duplicates SET method = 'older-2'")
    assert outdated_rows(writer.connection) == {"older-1": 1, "older-2": 1}
    recompute_all(writer, SilentReporter())
    assert outdated_rows(writer.connection) == {}
