"""The views over duplicates and stories, on rows that can be counted by hand.

wire: reports A (08:00) and B (09:00, by day only)
post: A unchanged (10:00), half of B with its own half (next day 12:00), C (its own, 11:00)
echo: A cut (12:00), C cut (11:30)
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.flows.dedup.library import NOON, Piece, add, ask, prose

if TYPE_CHECKING:
    from warehouse import Writer

A, B, C = prose(1), prose(2), prose(3)
PIECES = (
    Piece("http://wire.example/a", A, "Alpha", hours=-4),
    Piece("http://wire.example/b", B, "Beta", hours=-12, precision="day"),
    Piece("http://post.example/a", A, "Alpha, too", hours=-2),
    Piece("http://post.example/b", f"{B[: len(B) // 2]}\n{prose(4, 75)}", "Beta and more", hours=24),
    Piece("http://post.example/c", C, "Gamma", hours=-1),
    Piece("http://echo.example/a", A[: len(A) * 2 // 3], "Alpha in short", hours=0),
    Piece("http://echo.example/c", C[: len(C) * 2 // 3], "Gamma in short", hours=-0.5),
)


@pytest.fixture
def filled(writer: Writer) -> Writer:
    add(writer, *PIECES, segment="1")
    # Whose words are invented tell no event: the stories are set by hand, one for A and C, one for B.
    writer.connection.execute(
        """
        UPDATE article_state SET story_id = CASE WHEN url LIKE '%/b' THEN '00000000-0000-0000-0000-00000000000b'
                                                 ELSE '00000000-0000-0000-0000-00000000000a' END::UUID
        """
    )
    tell(writer, "Alpha", "Beta")
    return writer


def tell(writer: Writer, *titles: str) -> None:
    """The rows of `stories` for those set by hand."""
    writer.connection.execute("DELETE FROM stories")
    writer.connection.execute(
        """
        INSERT INTO stories BY NAME
        SELECT story_id, $titles[row_number() OVER (ORDER BY story_id)] AS title, min(published_at) AS first_at,
               max(published_at) AS last_at, count(DISTINCT article_id) AS articles, count(DISTINCT source) AS sources,
               'by hand' AS method, count(DISTINCT article_id) FILTER (kind IS DISTINCT FROM 'copy') AS reports
        FROM appearances GROUP BY story_id
        """,
        {"titles": list(titles)},
    )


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_an_appearance_is_an_article_or_its_text_at_another_source(filled: Writer) -> None:
    rows = ask(filled, "SELECT source, url, title, published_at, kind FROM appearances ORDER BY url")
    assert rows == [
        ("echo.example", "http://echo.example/a", "Alpha in short", at(0), "copy"),
        ("echo.example", "http://echo.example/c", "Gamma in short", at(-0.5), "copy"),
        ("post.example", "http://post.example/a", "Alpha, too", at(-2), "copy"),
        ("post.example", "http://post.example/b", "Beta and more", at(24), "derived"),
        ("post.example", "http://post.example/c", "Gamma", at(-1), None),
        ("wire.example", "http://wire.example/a", "Alpha", at(-4), None),
        ("wire.example", "http://wire.example/b", "Beta", at(-12), None),
    ]
    assert ask(filled, "SELECT count(*), count(DISTINCT original_id) FROM appearances") == [(7, 3)]


@pytest.mark.parametrize("seen_hours", [(1, 1.5), (1.5, 1)])
def test_which_of_two_sources_was_requested_first_does_not_make_it_the_first(
    writer: Writer, seen_hours: tuple[float, float]
) -> None:
    pieces = [
        Piece(f"http://{source}.example/x", A, "Alpha", hours=-12, precision="day", seen_hours=seen)
        for source, seen in zip(("post", "wire"), seen_hours, strict=True)
    ]
    for number, piece in enumerate(sorted(pieces, key=lambda piece: piece.seen_hours or 0)):
        add(writer, piece, segment=str(number))
    rows = ask(writer, "SELECT source, kind FROM appearances ORDER BY source")
    assert rows == [("post.example", None), ("wire.example", "copy")]


def test_unique_articles_are_without_copies(filled: Writer) -> None:
    assert ask(filled, "SELECT url FROM unique_articles ORDER BY url") == [
        ("http://post.example/b",),
        ("http://post.example/c",),
        ("http://wire.example/a",),
        ("http://wire.example/b",),
    ]


def test_edges_say_who_takes_from_whom_how_often_and_how_late(filled: Writer) -> None:
    assert ask(filled, "SELECT * FROM syndication_edges ORDER BY ALL") == [
        ("post.example", "echo.example", 1, 1, 0, timedelta(minutes=30), at(-0.5), at(-0.5)),
        ("wire.example", "echo.example", 1, 1, 0, timedelta(hours=4), at(0), at(0)),
        # Of B only the day is known: no lag of its own.
        ("wire.example", "post.example", 2, 1, 1, timedelta(hours=2), at(-2), at(24)),
    ]


def test_the_share_of_the_wire_counts_what_is_taken_and_what_is_given(filled: Writer) -> None:
    assert ask(filled, "SELECT * FROM wire_share ORDER BY source") == [
        ("echo.example", 2, 2, 0, 0, 1.0, 1.0),
        ("post.example", 3, 1, 1, 1, pytest.approx(1 / 3), pytest.approx(2 / 3)),
        ("wire.example", 2, 0, 0, 2, 0.0, 0.0),
    ]


STORY = "right(story_id::VARCHAR, 1) AS story"


def test_the_first_with_a_story_and_the_lag_of_each_follower(filled: Writer) -> None:
    rows = ask(
        filled,
        f"SELECT {STORY}, position, source, url, first_source, lag, may_be_first, sources "
        "FROM story_first ORDER BY story, position",
    )
    assert rows == [
        ("a", 1, "wire.example", "http://wire.example/a", "wire.example", None, True, 3),
        ("a", 2, "post.example", "http://post.example/a", "wire.example", timedelta(hours=2), False, 3),
        ("a", 3, "echo.example", "http://echo.example/c", "wire.example", timedelta(hours=3.5), False, 3),
        ("b", 1, "wire.example", "http://wire.example/b", "wire.example", None, True, 2),
        # Of the first only the day is known.
        ("b", 2, "post.example", "http://post.example/b", "wire.example", None, False, 2),
    ]


@pytest.mark.parametrize(
    ("precision", "seconds", "may_be_first"),
    [("second", 0, True), ("second", 30, False), ("minute", 30, True), ("minute", 90, False)],
)
def test_equal_times_do_not_tell_who_was_first(
    writer: Writer, precision: str, seconds: int, may_be_first: bool
) -> None:
    add(
        writer,
        Piece("http://early.example/x", prose(11), "One", hours=0, precision=precision),
        Piece("http://other.example/x", prose(12), "Two", hours=seconds / 3600, precision="second"),
        segment="1",
    )
    writer.connection.execute("UPDATE article_state SET story_id = '00000000-0000-0000-0000-00000000000c'")
    tell(writer, "One")
    rows = ask(writer, "SELECT may_be_first FROM story_first ORDER BY position")
    assert rows == [(True,), (may_be_first,)]


def test_whoever_gives_only_the_day_may_have_been_first_on_it(writer: Writer) -> None:
    add(
        writer,
        Piece("http://early.example/x", prose(11), "One", hours=-3),
        Piece("http://dated.example/x", prose(12), "Two", hours=-12, precision="day"),
        Piece("http://later.example/x", prose(13), "Three", hours=25),
        segment="1",
    )
    writer.connection.execute("UPDATE article_state SET story_id = '00000000-0000-0000-0000-00000000000c'")
    tell(writer, "One")
    rows = ask(writer, "SELECT position, source, lag, may_be_first FROM story_first ORDER BY position")
    assert rows == [
        (1, "early.example", None, True),
        (2, "dated.example", None, True),
        (3, "later.example", timedelta(hours=28), False),
    ]


def test_a_report_that_an_edit_gave_a_later_time_was_published_at_the_first_one(filled: Writer) -> None:
    edges = "SELECT original_source, source, median_lag FROM syndication_edges ORDER BY ALL"
    before = ask(filled, edges)
    add(filled, Piece("http://wire.example/a", f"{A}\n{prose(9, 20)}", "Alpha", hours=20, seen_hours=21), segment="2")
    rows = ask(filled, "SELECT published_at, published_precision, title FROM appearances WHERE url LIKE '%wire%/a'")
    assert rows == [(at(-4), "second", "Alpha")]
    assert ask(filled, edges) == before


def test_days_are_those_of_utc_wherever_the_question_is_asked(filled: Writer) -> None:
    questions = ("SELECT * FROM story_days ORDER BY ALL", "SELECT * FROM story_first ORDER BY ALL")
    answers = []
    for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
        filled.connection.execute(f"SET TimeZone = '{zone}'")
        answers.append([[[str(value) for value in row[:3]] for row in ask(filled, query)] for query in questions])
    assert answers[0] == answers[1] == answers[2]


def test_a_story_day_by_day(filled: Writer) -> None:
    rows = ask(filled, f"SELECT {STORY}, day, articles, reports, sources FROM story_days ORDER BY ALL")
    assert rows == [
        ("a", date(2026, 3, 10), 5, 2, 3),
        ("b", date(2026, 3, 10), 1, 1, 1),
        ("b", date(2026, 3, 11), 1, 1, 1),
    ]


def test_the_biggest_stories_are_those_that_most_sources_tell(filled: Writer) -> None:
    rows = ask(filled, f"SELECT {STORY}, title, sources, articles, reports, first_at, last_at FROM story_attention")
    # The text that post.example has unchanged is no article of its own.
    assert rows == [("a", "Alpha", 3, 4, 2, at(-4), at(0)), ("b", "Beta", 2, 2, 2, at(-12), at(24))]


def test_a_source_was_first_with_its_article_that_gives_the_time_though_another_gives_only_the_day(
    writer: Writer,
) -> None:
    add(
        writer,
        Piece("http://dated.example/x", prose(11), "One", hours=-12, precision="day"),
        Piece("http://dated.example/y", prose(12), "Two", hours=-2),
        Piece("http://later.example/x", prose(13), "Three", hours=-1),
        segment="1",
    )
    writer.connection.execute("UPDATE article_state SET story_id = '00000000-0000-0000-0000-00000000000c'")
    tell(writer, "One")
    rows = ask(writer, "SELECT position, source, title, lag, may_be_first FROM story_first ORDER BY position")
    assert rows == [
        (1, "dated.example", "Two", None, True),
        (2, "later.example", "Three", timedelta(hours=1), False),
    ]


def test_a_lag_is_as_long_wherever_it_is_asked_for(writer: Writer) -> None:
    text = prose(11)
    add(  # the night between in which the clocks of Europe go forward
        writer,
        Piece("http://wire.example/x", text, "One", hours=18 * 24),
        Piece("http://post.example/x", text, "One", hours=19 * 24),
        segment="1",
    )
    writer.connection.execute("UPDATE article_state SET story_id = '00000000-0000-0000-0000-00000000000c'")
    tell(writer, "One")
    for zone in ("UTC", "Europe/Vienna"):
        writer.connection.execute(f"SET TimeZone = '{zone}'")
        lags = ask(writer, "SELECT lag, epoch(lag) FROM story_first WHERE position = 2")
        assert lags == [(timedelta(hours=24), 86400.0)], zone
        assert ask(writer, "SELECT median_lag FROM syndication_edges") == [(timedelta(hours=24),)], zone
