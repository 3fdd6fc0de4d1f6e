"""Options of `feed`, `digest`, `search` and `migrate` that contradict each other, or the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Newsloom


@pytest.fixture
def filled(newsloom: Newsloom) -> Newsloom:
    """A warehouse with an article."""
    with open_writer(newsloom.data, "test") as writer:
        load_segment(writer, "s1", "r1", "test", batch(article_row(1, title="Flood in March")), NOON)
        writer.publish()
    return newsloom


def test_a_feed_of_a_story_takes_no_search(filled: Newsloom) -> None:
    for search in (["flood"], ["--source", "courier"], ["--unique"], ["--until", "2026-03-01"]):
        said = filled("feed", "--story", "http://courier.example/1", *search, code=2).stderr
        assert "--story takes all articles of the story: leave out QUERY and the options of a search." in said


def test_a_warehouse_in_the_data_directory_takes_no_other_place(newsloom: Newsloom) -> None:
    said = newsloom("migrate", "--to", "duckdb", "--data-path", "elsewhere", code=2).stderr
    assert "--data-path is for a lake; with --to duckdb, the warehouse is in the data directory." in said


def test_the_digest_warns_of_a_full_disk_as_the_sources_file_says(filled: Newsloom) -> None:
    warning = "no crawl starts below 1e+09 GB"
    assert warning not in filled("digest").stdout
    filled.sources("[alerts]\nleast_free_gb = 1e9\n")
    assert warning in filled("digest").stdout
    filled.sources("[alerts]\nleast_free_gb = -1\n")
    assert "least_free_gb" in filled("digest", code=2).stderr


def test_the_first_day_of_the_calendar_has_no_day_before(filled: Newsloom) -> None:
    said = filled("digest", "--until", "0001-01-01T12:00:00", code=2).stderr
    assert "--until needs --since: there is no day before the year 1" in " ".join(said.split())


def test_the_last_day_of_the_calendar_has_no_end(filled: Newsloom) -> None:
    said = filled("search", "flood", "--until", "9999-12-31", code=2).stderr
    assert "9999-12-31: is too late; allowed: days up to 9998-12-31" in " ".join(said.split())
    assert "Flood in March" in filled("search", "flood", "--until", "9998-12-31").stdout
