"""Duplicates in a warehouse: who repeats whom, whatever the order of arrival."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.dedup.recompute import recompute_all
from flows.progress import SilentReporter
from tests.flows.dedup.library import Piece, add, ask, everything, links, prose, replace, story_sets
from tests.rounds import ROUNDS
from warehouse import open_writer

if TYPE_CHECKING:
    from warehouse import Writer

TEXTS = Path(__file__).parent / "texts"


REPORT = prose(1)


LINES = REPORT.split("\n")


ORIGINAL = Piece("http://agency.example/1", REPORT, hours=0)


CUT = Piece("http://post.example/cut", "\n".join(LINES[:3]), hours=2)


LONGER = Piece("http://courier.example/longer", f"{prose(2, 90)}\n{REPORT}", hours=5)


HALF = Piece("http://gazette.example/half", "\n".join([*LINES[:3], prose(3, 90)]), hours=9)


OTHER = Piece("http://post.example/other", prose(4), hours=1)


SAME = Piece("http://echo.example/same", REPORT.upper(), hours=7)


def test_copies_and_derived_articles_lead_to_the_original(writer: Writer) -> None:
    add(writer, ORIGINAL, CUT, LONGER, HALF, OTHER, segment="1")
    assert links(writer) == {
        CUT.url: (ORIGINAL.url, "copy"),
        LONGER.url: (ORIGINAL.url, "copy"),
        HALF.url: (ORIGINAL.url, "derived"),
    }
    (similarity,) = ask(writer, f"SELECT similarity FROM articles WHERE url = '{HALF.url}'")[0]
    assert 0.45 < similarity < 0.65
    assert {url for (url,) in ask(writer, "SELECT url FROM unique_articles")} == {ORIGINAL.url, HALF.url, OTHER.url}


def test_a_late_original_takes_over(writer: Writer) -> None:
    add(writer, LONGER, segment="1")
    add(writer, HALF, OTHER, segment="2")
    assert links(writer) == {HALF.url: (LONGER.url, "derived")}
    add(writer, ORIGINAL, segment="3")
    assert links(writer) == {LONGER.url: (ORIGINAL.url, "copy"), HALF.url: (ORIGINAL.url, "derived")}
    assert ask(writer, "SELECT count(*) FROM duplicates WHERE article_id = original_id") == [(0,)]


def test_the_time_of_day_decides_within_a_day_and_the_better_precision(writer: Writer) -> None:
    vague = replace(CUT, hours=-12, precision="day")  # midnight: only the day is known
    add(writer, vague, ORIGINAL, segment="1")
    assert links(writer) == {vague.url: (ORIGINAL.url, "copy")}


def test_a_date_in_the_future_is_ignored(writer: Writer) -> None:
    odd = replace(CUT, hours=24 * 365, seen_hours=0)
    add(writer, odd, replace(ORIGINAL, seen_hours=31, hours=30), segment="1")
    assert links(writer) == {ORIGINAL.url: (odd.url, "copy")}


def test_a_chain_over_weeks_has_one_root(writer: Writer) -> None:
    weekly = [
        Piece(f"http://paper{n}.example/x", "\n".join([*LINES[n % 2 :], prose(50 + n, 30)]), hours=24 * 6 * n)
        for n in range(6)
    ]
    for number, piece in enumerate(reversed(weekly)):
        add(writer, piece, segment=str(number))
    assert {root for root, _ in links(writer).values()} == {weekly[0].url}
    assert len(links(writer)) == 5


def test_a_round_up_does_not_make_two_reports_one(writer: Writer) -> None:
    first, second = prose(11), prose(12)
    add(
        writer,
        Piece("http://a.example/1", first, hours=0),
        Piece("http://b.example/2", second, hours=1),
        Piece("http://c.example/both", f"{first}\n{second}", hours=2),
        segment="1",
    )
    assert links(writer) == {"http://c.example/both": ("http://a.example/1", "copy")}
    assert ask(writer, "SELECT count(*) FROM duplicates") == [(2,)]


def test_texts_that_are_far_apart_in_time_are_not_compared(writer: Writer) -> None:
    add(writer, ORIGINAL, replace(CUT, hours=24 * 9, seen_hours=900), segment="1")
    assert links(writer) == {}


def test_an_unchanged_text_elsewhere_is_an_alias_that_can_be_the_original(writer: Writer) -> None:
    """One article with one alias; when the report was published first is known all the same."""
    add(writer, replace(LONGER, hours=3), segment="1")
    add(writer, replace(ORIGINAL, hours=5), segment="2")
    assert links(writer) == {ORIGINAL.url: (LONGER.url, "copy")}
    add(writer, replace(SAME, hours=1), segment="3")
    assert links(writer) == {LONGER.url: (ORIGINAL.url, "copy")}
    assert ask(writer, "SELECT original_source, source FROM syndication_edges ORDER BY ALL") == [
        ("echo.example", "agency.example"),
        ("echo.example", "courier.example"),
    ]


def test_a_new_version_is_compared_again(writer: Writer) -> None:
    stub = Piece("http://post.example/live", prose(70, 60), hours=1)
    add(writer, ORIGINAL, stub, segment="1")
    assert links(writer) == {}
    add(writer, replace(stub, text="\n".join(LINES[:4]), seen_hours=501), segment="2")
    assert links(writer) == {stub.url: (ORIGINAL.url, "copy")}
    add(writer, replace(stub, text=prose(71), seen_hours=502), segment="3")
    assert links(writer) == {}
    assert ask(writer, "SELECT count(*) FROM duplicates") == [(0,)]
    (fingerprinted,) = ask(writer, "SELECT count(DISTINCT article_id), count(*) FROM private.indexed_articles")
    assert fingerprinted == (2, 2)


FRAME = prose(90, 60)


def framed(number: int, hours: float, words: int = 105) -> Piece:
    return Piece(f"http://site{number % 3}.example/{number}", f"{FRAME}\n{prose(100 + number, words)}", hours=hours)


@pytest.mark.parametrize("segments", [1, 2])
def test_an_edit_that_gives_a_later_time_makes_no_copy_of_an_original(writer: Writer, segments: int) -> None:
    edited = replace(ORIGINAL, text=f"{REPORT}\n{prose(5, 15)}", hours=30, seen_hours=510)
    for number, pieces in enumerate([[ORIGINAL, LONGER, edited]] if segments == 1 else [[ORIGINAL, LONGER], [edited]]):
        add(writer, *pieces, segment=str(number))
    assert links(writer) == {LONGER.url: (ORIGINAL.url, "copy")}
    compared = ask(writer, "SELECT article_id, day, published_at FROM private.indexed_articles ORDER BY ALL")
    recompute_all(writer, SilentReporter())
    assert links(writer) == {LONGER.url: (ORIGINAL.url, "copy")}
    assert ask(writer, "SELECT article_id, day, published_at FROM private.indexed_articles ORDER BY ALL") == compared


def test_a_frame_that_many_pages_share_makes_no_duplicates(writer: Writer) -> None:
    for number in range(0, 12, 2):
        add(writer, framed(number, hours=number), framed(number + 1, hours=number + 1), segment=str(number))
    assert links(writer) == {}
    assert ask(writer, "SELECT count(*) > 0 FROM private.common_fingerprints") == [(True,)]
    copy = replace(
        framed(3, hours=30), url="http://thief.example/3", text=f"{FRAME}\n{prose(103, 105)}\n{prose(8, 30)}"
    )
    add(writer, copy, segment="copy")
    assert links(writer) == {copy.url: (framed(3, 0).url, "copy")}


def test_weekly_articles_in_one_frame_are_linked_alike_in_one_segment_and_one_by_one(writer: Writer) -> None:
    """Within a week there are never eight of them: a fingerprint is not common because ten come in one segment."""
    weekly = [replace(framed(number, hours=24 * 7 * number), seen_hours=24 * 99) for number in range(10)]
    add(writer, *weekly, segment="all")
    at_once = links(writer)
    with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder), "test") as other:
        for number, piece in enumerate(weekly):
            add(other, piece, segment=str(number))
        assert links(other) == at_once
    assert len(at_once) > 0


def test_short_texts_in_the_frame_of_their_site_are_neither_copies_nor_a_story(writer: Writer) -> None:
    notes = [
        Piece(f"http://site.example/{n}", f"{FRAME}\n{prose(100 + n, 30)}", f"{n}a {n}b {n}c", hours=n)
        for n in range(20)
    ]
    add(writer, *notes[:5], segment="1")
    add(writer, *notes[5:], segment="2")
    assert links(writer) == {}


def test_a_short_copy_is_found_though_it_has_a_set_phrase(writer: Writer) -> None:
    phrase = "the minister of everything and of some other things"
    others = [
        Piece(f"http://paper{n}.example/{n}", f"{prose(300 + n, 60)} {phrase} {prose(400 + n, 60)}", hours=n)
        for n in range(9)
    ]
    long = f"{prose(500, 30)} {phrase} {prose(501, 30)}\n{prose(502, 60)}"
    pair = [
        Piece("http://wire.example/long", long, hours=20),
        Piece("http://wire.example/short", long.split("\n")[0], hours=19),
    ]
    for number, piece in enumerate([*others, *pair]):
        add(writer, piece, segment=str(number))
    assert ask(writer, "SELECT count(*) > 0 FROM private.common_fingerprints") == [(True,)]
    assert links(writer) == {pair[0].url: (pair[1].url, "copy")}


def test_reports_that_quote_the_same_statement_are_not_linked(writer: Writer) -> None:
    statement = prose(600, 90).replace("\n", " ")
    add(
        writer,
        Piece("http://a.example/1", f"{prose(601, 60)}\n“{statement}”\n{prose(602, 30)}", hours=1),
        Piece("http://b.example/2", f"{prose(603, 75)}\n„{statement}“, she said.\n{prose(604, 15)}", hours=2),
        segment="1",
    )
    assert links(writer) == {}


def test_many_copies_of_one_report_do_not_make_it_common(writer: Writer) -> None:
    copies = [Piece(f"http://paper{n}.example/x", f"{REPORT}\n{prose(200 + n, 15)}", hours=n) for n in range(1, 15)]
    add(writer, *copies, segment="1")
    add(writer, ORIGINAL, segment="2")
    assert links(writer) == {copy.url: (ORIGINAL.url, "copy") for copy in copies}


@pytest.mark.parametrize("language", ["ja", "zh", "th"])
def test_unsegmented_scripts_are_compared_too(writer: Writer, language: str) -> None:
    text, other = (TEXTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    half = text[: len(text) // 2]
    pieces = [
        Piece("http://a.example/1", text, hours=0, language=language),
        Piece("http://b.example/cut", half, hours=1, language=language),
        Piece("http://c.example/mixed", half + "\n" + other * 2, hours=2, language=language),
        Piece("http://d.example/other", other, hours=3, language=language),
    ]
    add(writer, *reversed(pieces), segment="1")
    found = links(writer)
    assert found["http://b.example/cut"] == ("http://a.example/1", "copy")
    assert found["http://c.example/mixed"][0] == "http://a.example/1"
    assert found["http://d.example/other"][0] == "http://a.example/1"  # by way of the mixed one, which has it whole
    assert ask(
        writer,
        """SELECT count(*) FROM duplicates JOIN article_state AS one USING (article_id)
           JOIN article_state AS two ON two.article_id = original_id
           WHERE one.url = 'http://d.example/other' AND two.url <> 'http://c.example/mixed'""",
    ) == [(0,)]


FAMILY = [ORIGINAL, CUT, LONGER, HALF, OTHER, *(framed(n, hours=n) for n in range(6))]


@settings(max_examples=3 * ROUNDS, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(order=st.permutations(FAMILY), cuts=st.sets(st.integers(1, len(FAMILY) - 1), max_size=4))
def test_any_order_of_arrival_in_any_segments_gives_the_same_duplicates(order: list[Piece], cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(order)]
    with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder), "test") as writer:
        for number, (begin, end) in enumerate(pairwise(edges)):
            add(writer, *order[begin:end], segment=str(number))
        found = links(writer)
        stories = story_sets(writer)
    assert {url: find_duplicates for url, find_duplicates in found.items() if "site" not in url} == {
        CUT.url: (ORIGINAL.url, "copy"),
        LONGER.url: (ORIGINAL.url, "copy"),
        HALF.url: (ORIGINAL.url, "derived"),
    }
    assert {found[url] for url in found if "site" in url} <= {(framed(0, 0).url, "derived")}
    assert frozenset({piece.url for piece in (ORIGINAL, CUT, LONGER, HALF)}) <= next(s for s in stories if CUT.url in s)


def test_loading_a_segment_again_changes_nothing(writer: Writer) -> None:
    add(writer, *FAMILY, segment="1")
    before = everything(writer)
    add(writer, *FAMILY, segment="1")
    assert everything(writer) == before
