"""The third level in a warehouse: one event in several newsrooms' own words, and what only looks like it."""

from __future__ import annotations

import random
import tempfile
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from flows.dedup.recompute import recompute_all
from flows.dedup.upkeep import MIN_STORIES, close_quiet_stories, refresh_common_fingerprints, refresh_idf
from flows.progress import SilentReporter
from tests.flows.dedup.library import NOON, Piece, add, ask, everything, links, prose, replace, story_sets
from tests.rounds import ROUNDS
from warehouse import open_writer

if TYPE_CHECKING:
    from warehouse import Writer

EVENTS = tomllib.loads((Path(__file__).parents[1] / "texts" / "events.toml").read_text(encoding="utf-8"))


def piece(name: str, **changes: object) -> Piece:
    event = EVENTS[name]
    made = Piece(
        event["url"], event["text"].strip(), event["title"], hours=event["hours"], language=event.get("language", "en")
    )
    return replace(made, **changes)  # type: ignore[arg-type]


PAIR = [piece("talks-herald"), piece("talks-tribune")]
CONFUSERS = [piece("pipeline"), piece("prisoners"), piece("summit-dinner")]


def stories_of(writer: Writer) -> dict[str, str]:
    return dict(ask(writer, "SELECT url, story_id FROM articles"))


def test_two_reports_of_one_meeting_are_one_story_and_other_meetings_of_these_two_are_not(writer: Writer) -> None:
    add(writer, *PAIR, *CONFUSERS, segment="1")
    assert frozenset(piece.url for piece in PAIR) in story_sets(writer)
    assert links(writer) == {}


def test_so_they_are_in_any_order_and_one_at_a_time() -> None:
    for seed in range(2 * ROUNDS):
        order = random.Random(seed).sample([*PAIR, *CONFUSERS], 5)
        with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder), "test") as writer:
            for number, each in enumerate(order):
                add(writer, each, segment=str(number))
            assert frozenset(piece.url for piece in PAIR) in story_sets(writer), seed


def test_what_a_site_wraps_around_its_text_does_not_part_them(writer: Writer) -> None:
    frame = EVENTS["frame"]
    wrapped = replace(PAIR[1], title="MENU", text=f"{frame['before']}\n{PAIR[1].text}\n{frame['behind']}")
    add(writer, PAIR[0], wrapped, *CONFUSERS, segment="1")
    assert frozenset(piece.url for piece in PAIR) in story_sets(writer)
    assert links(writer) == {}


def test_stories_are_of_one_language(writer: Writer) -> None:
    add(writer, piece("talks-de"), *PAIR, segment="1")
    assert frozenset({piece("talks-de").url}) in story_sets(writer)


def test_a_story_says_when_where_and_how_often_it_was_told(writer: Writer) -> None:
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
            "term-linkage-3",
        )
    ]
    assert ask(writer, "SELECT count(*), sum(articles) FROM stories") == [(2, 4)]


def test_an_unchanged_text_at_another_source_is_one_outlet_more(writer: Writer) -> None:
    add(writer, PAIR[0], segment="1")
    add(writer, replace(PAIR[0], url="http://echo.example/same", text=PAIR[0].text.upper()), segment="2")
    assert ask(writer, "SELECT articles, sources, outlets FROM stories") == [(1, 2, ["echo.example", "herald.example"])]


def test_an_edited_article_still_stands_where_its_text_stood(writer: Writer) -> None:
    echo = replace(PAIR[0], url="http://echo.example/1")
    add(writer, PAIR[0], echo, CONFUSERS[0], segment="1")
    add(writer, replace(PAIR[0], text=f"{PAIR[0].text}\n{prose(1, 15)}", seen_hours=510), segment="2")
    add(writer, PAIR[1], segment="3")
    outlets = ["echo.example", "herald.example", "tribune.example"]
    query = "SELECT outlets FROM stories WHERE articles = 2"
    assert ask(writer, query) == [(outlets,)]
    recompute_all(writer, SilentReporter())
    assert ask(writer, query) == [(outlets,)]


def test_so_it_does_when_it_is_no_longer_known_article_by_article(writer: Writer) -> None:
    add(writer, PAIR[0], replace(PAIR[0], url="http://echo.example/1"), segment="1")
    close_quiet_stories(writer.connection, NOON + timedelta(days=100))
    add(writer, replace(PAIR[0], text=f"{PAIR[0].text}\n{prose(1, 15)}", seen_hours=2500), segment="2")
    assert ask(writer, "SELECT outlets FROM stories") == [(["echo.example", "herald.example"],)]


@pytest.mark.parametrize("gap", [3, 9 * 24])
def test_what_no_longer_repeats_anything_is_told_anew(writer: Writer, gap: int) -> None:
    """Two notes in a frame are a copy, until articles of a few days, or of three months, show that it is a frame."""
    frame = prose(77, 120)
    notes = [Piece(f"http://site.example/{n}", f"{prose(700 + n, 15)}\n{frame}", hours=5.0 * n) for n in range(2)]
    others = [
        Piece(f"http://site.example/other-{n}", f"{prose(800 + n, 450)}\n{frame}", hours=-gap * n - 1.0)
        for n in range(9)
    ]
    add(writer, *notes, segment="notes")
    assert links(writer) == {notes[1].url: (notes[0].url, "copy")}
    for number, other in enumerate(others):
        add(writer, other, segment=str(number))
    with writer.transaction() as connection:
        refresh_common_fingerprints(connection, NOON + timedelta(days=1))
    assert links(writer) == {}
    assert ask(writer, "SELECT count(*) FROM stories WHERE reports <> articles") == [(0,)]


def test_a_story_keeps_its_identifier_as_it_grows(writer: Writer) -> None:
    add(writer, PAIR[0], segment="1")
    before = stories_of(writer)[PAIR[0].url]
    add(writer, PAIR[1], segment="2")
    assert stories_of(writer) == {piece.url: before for piece in PAIR}


def test_only_what_a_segment_touches_is_written(writer: Writer) -> None:
    add(writer, PAIR[0], CONFUSERS[0], segment="1")
    rows = "SELECT * FROM stories WHERE title = ?"
    before = writer.connection.execute(rows, [CONFUSERS[0].title]).fetchall()
    add(writer, PAIR[1], segment="2")
    assert writer.connection.execute(rows, [CONFUSERS[0].title]).fetchall() == before


def test_the_same_news_weeks_later_is_another_story(writer: Writer) -> None:
    add(writer, PAIR[0], replace(PAIR[1], hours=24 * 12), segment="1")
    assert len(story_sets(writer)) == 2


def test_what_is_imported_years_later_joins_the_story_of_its_time(writer: Writer) -> None:
    years = 24 * 365 * 3
    add(writer, PAIR[0], segment="then")
    other = replace(PAIR[0], url="http://herald.example/again", hours=years, text=EVENTS["talks-again"]["text"].strip())
    add(writer, replace(other, seen_hours=years + 1), segment="now")
    add(writer, replace(PAIR[1], seen_hours=years + 9), segment="late")
    assert frozenset(piece.url for piece in PAIR) in story_sets(writer)


def test_so_it_does_when_the_articles_of_closed_stories_are_no_longer_known_one_by_one(writer: Writer) -> None:
    years = 24 * 365 * 3
    add(writer, PAIR[0], *CONFUSERS, segment="then")
    assert ask(writer, "SELECT count(*) FROM private.story_members") == [(1 + len(CONFUSERS),)]
    with writer.transaction() as connection:
        close_quiet_stories(connection, NOON + timedelta(hours=years))
    assert ask(writer, "SELECT count(*) FROM private.story_members") == [(0,)]
    add(writer, replace(PAIR[1], seen_hours=years + 9), segment="late")
    stories = stories_of(writer)
    assert stories[PAIR[0].url] == stories[PAIR[1].url]
    assert all(stories[PAIR[1].url] != stories[other.url] for other in CONFUSERS)


def test_of_open_stories_the_articles_are_kept(writer: Writer) -> None:
    add(writer, PAIR[0], segment="then")
    with writer.transaction() as connection:
        close_quiet_stories(connection, NOON + timedelta(days=37))
    assert ask(writer, "SELECT count(*) FROM private.story_members") == [(1,)]


def test_two_stories_become_one_when_an_article_shows_that_they_are(writer: Writer) -> None:
    """The greater keeps its identifier, and nothing is left of the other."""
    add(writer, PAIR[0], segment="1")
    add(writer, replace(PAIR[1], hours=24 * 8), segment="2")
    assert len(story_sets(writer)) == 2
    bridge = Piece("http://weekly.example/1", f"{PAIR[0].text}\n{PAIR[1].text}", "The Lisbon talks", hours=24 * 5)
    add(writer, bridge, segment="3")
    assert story_sets(writer) == {frozenset({*(piece.url for piece in PAIR), bridge.url})}
    assert ask(writer, "SELECT articles FROM stories") == [(3,)]
    assert ask(writer, "SELECT count(DISTINCT story_id) FROM private.story_terms") == [(1,)]


def test_an_article_that_was_alone_is_placed_anew_when_its_text_changes(writer: Writer) -> None:
    stub = replace(PAIR[1], text=prose(33, 45), title="Breaking")
    add(writer, PAIR[0], stub, segment="1")
    assert len(story_sets(writer)) == 2
    add(writer, replace(PAIR[1], seen_hours=501), segment="2")
    assert story_sets(writer) == {frozenset(piece.url for piece in PAIR)}
    assert ask(writer, "SELECT articles FROM stories") == [(2,)]


def test_quiet_stories_are_closed_once(writer: Writer) -> None:
    add(writer, PAIR[0], replace(CONFUSERS[0], hours=24 * 20), segment="1")
    now = NOON + timedelta(days=21)
    assert close_quiet_stories(writer.connection, now) == 1
    assert close_quiet_stories(writer.connection, now + timedelta(days=1)) == 0
    assert ask(writer, "SELECT title, closed_at FROM stories WHERE closed_at IS NOT NULL") == [(PAIR[0].title, now)]
    add(writer, PAIR[1], segment="late")
    assert ask(writer, "SELECT articles, closed_at FROM stories WHERE closed_at IS NOT NULL") == [(2, now)]


def test_finding_all_anew_gives_the_same_and_goes_on_where_it_was_stopped(writer: Writer) -> None:
    add(writer, *CONFUSERS, segment="1")
    add(writer, *PAIR, segment="2")
    stories = story_sets(writer)
    recompute_all(writer, SilentReporter())
    assert story_sets(writer) == stories
    before = everything(writer)

    class Interrupting(SilentReporter):
        def step(self, text: str) -> None:
            raise KeyboardInterrupt

    from flows.dedup import recompute as module

    whole, module.AT_ONCE = module.AT_ONCE, 2
    try:
        for _ in range(3):
            try:
                recompute_all(writer, Interrupting())
            except KeyboardInterrupt:
                continue
        assert ask(writer, "SELECT count(*) FROM private.restory") == [(0,)]
    finally:
        module.AT_ONCE = whole
    recompute_all(writer, SilentReporter())
    assert everything(writer) == before


def test_finding_all_anew_leaves_the_background_which_would_give_other_stories(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.dedup.upkeep.MIN_STORIES", 4)
    made = "SELECT task, done_at FROM private.upkeep WHERE task LIKE 'document frequencies%'"
    add(writer, *PAIR, *CONFUSERS, segment="1")
    (before,) = ask(writer, made)
    add(writer, Piece("http://echo.example/1", prose(5, 80), "A report of its own", hours=30), segment="2")
    recompute_all(writer, SilentReporter())
    assert ask(writer, made) == [before]
    monkeypatch.setattr("flows.dedup.upkeep.STORY_METHOD", "another-1")
    recompute_all(writer, SilentReporter())
    assert len(ask(writer, made)) == 2, "one for terms of the other method"


def test_articles_whose_terms_are_known_are_not_read_again_for_the_background(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.dedup.upkeep.MIN_STORIES", 3)
    add(writer, *PAIR, *CONFUSERS, segment="1")
    known = {key: np.array([7], np.uint32) for (key,) in ask(writer, "SELECT article_id FROM articles")}
    refresh_idf(writer.connection, None, known)
    assert ask(writer, "SELECT DISTINCT term FROM private.document_frequencies") == [(7,)]


def test_words_that_most_articles_have_come_to_count_for_little(writer: Writer) -> None:
    """In a language without a stop list, too; and an event that everybody tells does not make its names common."""
    common = "kazi ya leo ni njema sana"
    pieces = [
        Piece(
            f"http://paper.example/{n}",
            "\n".join(f"{common} {prose(n, 15, [f'{k}q{n}w' for k in range(40)])}" for _ in range(3)),
            f"0q{n}w {common}",
            language="xx",
            hours=n / 10,
        )
        for n in range(MIN_STORIES + 10)
    ]
    add(writer, *pieces, segment="1")
    assert len(story_sets(writer)) == len(pieces)
    shares = ask(writer, "SELECT language, share FROM private.document_frequencies ORDER BY share DESC")
    assert len(shares) == len(common.split())
    assert {language for language, _ in shares} == {"xx"}
    assert min(share for _, share in shares) > 0.7


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
