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
    return writer


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


def test_the_first_with_a_story_and_its_lead(filled: Writer) -> None:
    rows = ask(filled, "SELECT source, url, next_source, ahead, sources FROM story_first ORDER BY url")
    assert rows == [
        ("wire.example", "http://wire.example/a", "post.example", timedelta(hours=2), 3),
        ("wire.example", "http://wire.example/b", "post.example", None, 2),
    ]


def test_attention_by_day(filled: Writer) -> None:
    rows = ask(
        filled, "SELECT right(story_id::VARCHAR, 1), day, articles, reports, sources FROM story_attention ORDER BY ALL"
    )
    assert rows == [
        ("a", date(2026, 3, 10), 5, 2, 3),
        ("b", date(2026, 3, 10), 1, 1, 1),
        ("b", date(2026, 3, 11), 1, 1, 1),
    ]
