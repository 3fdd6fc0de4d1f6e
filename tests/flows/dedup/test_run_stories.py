"""Stories in a warehouse: one event in the words of several newsrooms, and events that are only similar."""

from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.dedup.recompute import recompute_all
from flows.progress import SilentReporter
from tests.flows.dedup.events import CONFUSERS, EVENTS, PAIR, piece, stories_of
from tests.flows.dedup.library import NOON, Piece, add, ask, links, prose, replace, story_sets
from tests.rounds import ROUNDS
from warehouse import open_writer
from warehouse.checks.doctor import check_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse import Writer

TEMPLATE = EVENTS["template"]
TIPS = [
    Piece(f"http://herald.example/{name}", TEMPLATE["text"].format(name), TEMPLATE["title"].format(name), hours=number)
    for number, name in enumerate(TEMPLATE["subjects"])
]


def test_two_reports_of_one_meeting_are_one_story_without_reports_of_other_meetings(writer: Writer) -> None:
    add(writer, *PAIR, *CONFUSERS, segment="1")
    assert frozenset(piece.url for piece in PAIR) in story_sets(writer)
    assert links(writer) == {}


def test_two_reports_of_one_meeting_are_one_story_in_any_order_one_at_a_time() -> None:
    for seed in range(2 * ROUNDS):
        order = random.Random(seed).sample([*PAIR, *CONFUSERS], 5)
        with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder), "test") as writer:
            for number, each in enumerate(order):
                add(writer, each, segment=str(number))
            assert frozenset(piece.url for piece in PAIR) in story_sets(writer), seed


def test_the_frame_of_a_site_does_not_separate_reports_of_one_meeting(writer: Writer) -> None:
    frame = EVENTS["frame"]
    wrapped = replace(PAIR[1], title="MENU", text=f"{frame['before']}\n{PAIR[1].text}\n{frame['behind']}")
    add(writer, PAIR[0], wrapped, *CONFUSERS, segment="1")
    assert frozenset(piece.url for piece in PAIR) in story_sets(writer)
    assert links(writer) == {}


@pytest.mark.parametrize(("size", "dated"), [(12, True), (12, False), (3, True), (3, False), (1, True)])
def test_reports_of_one_template_are_stories_of_their_own_from_the_first_segment_on(
    writer: Writer, size: int, dated: bool
) -> None:
    _add_in_segments(writer, [replace(tip, hours=tip.hours if dated else None) for tip in TIPS], size)
    assert story_sets(writer) == {frozenset({piece.url}) for piece in TIPS}
    assert links(writer) == {}
    assert ask(writer, "SELECT count(*), count(DISTINCT article_id) FROM private.story_members") == [(12, 12)]


def test_they_are_where_stored_frequencies_do_not_know_the_template(writer: Writer) -> None:
    writer.connection.execute("INSERT INTO private.document_frequencies VALUES ('en', 1, 0.5)")
    _add_in_segments(writer, TIPS, 1)
    assert story_sets(writer) == {frozenset({piece.url}) for piece in TIPS}


@pytest.mark.parametrize(("size", "dated"), [(6, True), (6, False), (3, True), (1, True)])
def test_reports_of_one_outlet_on_one_affair_are_one_story(writer: Writer, size: int, dated: bool) -> None:
    affair = EVENTS["affair"]
    pieces = [
        Piece(f"http://herald.example/{number}", text.strip(), title, hours=5 * number if dated else None)
        for number, (title, text) in enumerate(zip(affair["titles"], affair["texts"], strict=True))
    ]
    _add_in_segments(writer, pieces, size)
    assert story_sets(writer) == {frozenset(piece.url for piece in pieces)}


def _add_in_segments(writer: Writer, pieces: Sequence[Piece], size: int) -> None:
    for begin in range(0, len(pieces), size):
        add(writer, *pieces[begin : begin + size], segment=str(begin))


def test_a_story_has_one_language(writer: Writer) -> None:
    add(writer, piece("talks-de"), *PAIR, segment="1")
    assert story_sets(writer) == {frozenset({piece("talks-de").url}), frozenset(piece.url for piece in PAIR)}


def test_a_story_has_its_time_its_outlets_and_its_counts(writer: Writer) -> None:
    copy = Piece("http://echo.example/1", f"{PAIR[0].text}\n{prose(5, 15)}", "Talks end", hours=30)
    add(writer, PAIR[0], segment="1")
    add(writer, PAIR[1], CONFUSERS[0], segment="2")
    add(writer, copy, segment="3")
    story = stories_of(writer)[PAIR[0].url]
    assert stories_of(writer)[copy.url] == story
    rows = ask(
        writer,
        f"SELECT title, first_at, last_at, articles, reports, sources, outlets, language, method FROM stories "
        f"WHERE story_id = '{story}'",
    )
    assert rows == [
        (
            PAIR[0].title if rows[0][0] == PAIR[0].title else PAIR[1].title,
            NOON + timedelta(hours=PAIR[0].hours or 0),
            NOON + timedelta(hours=30),
            3,
            2,
            3,
            ["echo.example", "herald.example", "tribune.example"],
            "en",
            "term-linkage-10",
        )
    ]
    assert ask(writer, "SELECT count(*), sum(articles) FROM stories") == [(2, 4)]


def test_an_unchanged_text_at_another_source_adds_an_outlet(writer: Writer) -> None:
    add(writer, PAIR[0], segment="1")
    add(writer, replace(PAIR[0], url="http://echo.example/same", text=PAIR[0].text.upper()), segment="2")
    assert ask(writer, "SELECT articles, sources, outlets FROM stories") == [(1, 2, ["echo.example", "herald.example"])]


@pytest.mark.parametrize("months", [0, 2, 40])
def test_so_does_one_that_comes_later_beside_articles_of_another_time(writer: Writer, months: int) -> None:
    add(writer, PAIR[0], segment="1")
    hours = months * 30 * 24.0
    other = Piece("http://later.example/1", prose(9), hours=hours, seen_hours=hours + 500)
    add(writer, replace(PAIR[0], url="http://echo.example/1"), other, segment="2")
    query = "SELECT sources, outlets FROM stories JOIN articles USING (story_id) WHERE articles.url = '{}'"
    assert ask(writer, query.format(PAIR[0].url)) == [(2, ["echo.example", "herald.example"])]
    assert check_warehouse(writer.connection) == []


def test_a_story_that_lacks_a_source_is_found_and_mended(writer: Writer) -> None:
    add(writer, PAIR[0], segment="1")
    add(writer, replace(PAIR[0], url="http://echo.example/1"), segment="2")
    writer.connection.execute("UPDATE stories SET sources = 1, outlets = ['herald.example']")
    (finding,) = check_warehouse(writer.connection)
    assert finding.what == "Stories that lack the source of an article, or of another publication of its text."
    assert finding.examples == (f"{PAIR[0].title}: echo.example",)
    assert "newsloom restory" in finding.remedy
    recompute_all(writer, SilentReporter())
    assert check_warehouse(writer.connection) == []


def test_an_edited_article_keeps_the_outlets_of_its_earlier_text(writer: Writer) -> None:
    echo = replace(PAIR[0], url="http://echo.example/1")
    add(writer, PAIR[0], echo, CONFUSERS[0], segment="1")
    add(writer, replace(PAIR[0], text=f"{PAIR[0].text}\n{prose(1, 15)}", seen_hours=510), segment="2")
    add(writer, PAIR[1], segment="3")
    outlets = ["echo.example", "herald.example", "tribune.example"]
    query = "SELECT outlets FROM stories WHERE articles = 2"
    assert ask(writer, query) == [(outlets,)]
    recompute_all(writer, SilentReporter())
    assert ask(writer, query) == [(outlets,)]


def test_a_story_keeps_its_identifier_as_it_grows(writer: Writer) -> None:
    add(writer, PAIR[0], segment="1")
    before = stories_of(writer)[PAIR[0].url]
    add(writer, PAIR[1], segment="2")
    assert stories_of(writer) == {piece.url: before for piece in PAIR}


def test_only_the_stories_near_a_segment_are_written(writer: Writer) -> None:
    add(writer, PAIR[0], CONFUSERS[0], segment="1")
    rows = "SELECT * FROM stories WHERE title = ?"
    before = writer.connection.execute(rows, [CONFUSERS[0].title]).fetchall()
    add(writer, PAIR[1], segment="2")
    assert writer.connection.execute(rows, [CONFUSERS[0].title]).fetchall() == before
    assert ask(writer, "SELECT max(articles) FROM stories") == [(2,)], "the other story is written"


@pytest.mark.parametrize(("days", "stories"), [(2, 1), (31, 2)])
def test_the_same_news_weeks_later_is_another_story(writer: Writer, days: int, stories: int) -> None:
    add(writer, PAIR[0], replace(PAIR[1], hours=24 * days, seen_hours=1000), segment="1")
    assert len(story_sets(writer)) == stories


def test_an_article_imported_years_later_joins_the_story_of_its_time(writer: Writer) -> None:
    years = 24 * 365 * 3
    add(writer, PAIR[0], segment="then")
    other = replace(PAIR[0], url="http://herald.example/again", hours=years, text=EVENTS["talks-again"]["text"].strip())
    add(writer, replace(other, seen_hours=years + 1), segment="now")
    add(writer, replace(PAIR[1], seen_hours=years + 9), segment="late")
    assert frozenset(piece.url for piece in PAIR) in story_sets(writer)


def test_two_stories_are_joined_when_an_article_links_them(writer: Writer) -> None:
    """The greater keeps its identifier, and nothing is left of the other."""
    other = CONFUSERS[0]
    add(writer, PAIR[0], segment="1")
    add(writer, other, segment="2")
    assert len(story_sets(writer)) == 2
    bridge = Piece(
        "http://weekly.example/1", f"{PAIR[0].text}\n{other.text}", f"{PAIR[0].title}. {other.title}", hours=40
    )
    add(writer, bridge, segment="3")
    assert story_sets(writer) == {frozenset({PAIR[0].url, other.url, bridge.url})}
    assert ask(writer, "SELECT articles FROM stories") == [(3,)]
    assert ask(writer, "SELECT count(DISTINCT story_id) FROM private.story_terms") == [(1,)]


def test_an_edited_article_joins_the_story_of_its_new_text(writer: Writer) -> None:
    stub = replace(PAIR[1], text=prose(33, 45), title="Breaking")
    add(writer, PAIR[0], stub, segment="1")
    assert len(story_sets(writer)) == 2
    add(writer, replace(PAIR[1], seen_hours=501), segment="2")
    assert story_sets(writer) == {frozenset(piece.url for piece in PAIR)}
    assert ask(writer, "SELECT articles FROM stories") == [(2,)]


BRIEFS = [
    ("Bus crash in Nepal kills 12", "A bus crash in Nepal killed 12 people on Monday, police said."),
    (
        "Bus crash in Nepal leaves 12 dead",
        "At least 12 people died when a bus crashed in Nepal on Monday, police said.",
    ),
    ("Bus crash in Peru kills 9", "A bus crash in Peru killed 9 people on Monday, police said."),
    ("Minister of finance resigns", "The minister of finance resigned on Monday."),
    ("Minister of health resigns", "The minister of health resigned on Monday."),
    ("Fire at hotel in Leeds", "A fire broke out at a hotel in Leeds on Monday. No one was hurt."),
    ("Fire at school in York", "A fire broke out at a school in York on Monday. No one was hurt."),
    ("Apple shares fall", "Shares of Apple fell 3 percent on Monday in New York."),
    ("United beat Town 3-0", "United beat Town 3-0 on Monday. Jones scored twice."),
    ("Weather: rain in the north", "Rain is expected in the north on Tuesday."),
    ("Weather: snow in the south", "Snow is expected in the south on Tuesday."),
]


def test_reports_of_a_sentence_or_two_need_more_than_a_few_words_in_common(writer: Writer) -> None:
    pieces = [
        Piece(f"http://brief{number}.example/", text, title, hours=number / 10)
        for number, (title, text) in enumerate(BRIEFS)
    ]
    add(writer, *pieces, segment="1")
    assert story_sets(writer) == {
        frozenset({pieces[0].url, pieces[1].url}),
        *(frozenset({piece.url}) for piece in pieces[2:]),
    }
