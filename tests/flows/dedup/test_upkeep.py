"""Upkeep: common fingerprints, the weights of terms, closed stories."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from flows.dedup.recent_terms import recent_terms
from flows.dedup.records import NewText
from flows.dedup.text.features import Features
from flows.dedup.text.terms import Terms
from flows.dedup.upkeep import (
    MIN_STORIES,
    close_quiet_stories,
    refresh_chains,
    refresh_common_shingles,
    refresh_idf,
)
from tests.flows.dedup.events import CONFUSERS, PAIR, stories_of
from tests.flows.dedup.library import NOON, Piece, add, ask, links, prose, replace, story_sets
from tests.flows.dedup.test_run_duplicates import framed

if TYPE_CHECKING:
    from warehouse import Writer


@pytest.mark.parametrize("gap", [3, 9 * 24])
def test_copies_that_share_only_a_frame_are_separated_once_it_is_common(writer: Writer, gap: int) -> None:
    """Two notes in a frame are a copy, until articles of a few days, or of three months, show that it is a frame."""
    frame = prose(77, 120)
    notes = [Piece(f"http://site.example/{n}", f"{prose(700 + n, 15)}\n{frame}", hours=5.0 * n) for n in range(2)]
    others = [
        Piece(f"http://site.example/other-{n}", f"{prose(800 + n, 450)}\n{frame}", hours=-gap * n - 1.0)
        for n in range(9)
    ]
    add(writer, *notes, segment="notes")
    assert links(writer) == {notes[1].url: (notes[0].url, "copy")}
    assert ask(writer, "SELECT articles, reports FROM stories") == [(2, 1)]
    for at in range(0, 9, 3):
        add(writer, *others[at : at + 3], segment=str(at))
    assert bool(links(writer)) is (gap > 24), "within a week, it is found without upkeep"
    with writer.transaction() as connection:
        refresh_common_shingles(connection, NOON + timedelta(days=1))
    assert links(writer) == {}
    assert ask(writer, "SELECT count(*) FROM stories WHERE reports <> articles") == [(0,)]


def test_members_of_open_stories_are_kept(writer: Writer) -> None:
    add(writer, PAIR[0], segment="then")
    with writer.transaction() as connection:
        close_quiet_stories(connection, NOON + timedelta(days=59))
    assert ask(writer, "SELECT count(*) FROM private.story_members") == [(1,)]


def test_quiet_stories_are_closed_once(writer: Writer) -> None:
    add(writer, PAIR[0], replace(CONFUSERS[0], hours=24 * 40), segment="1")
    now = NOON + timedelta(days=41)
    assert close_quiet_stories(writer.connection, now) == 1
    assert close_quiet_stories(writer.connection, now + timedelta(days=1)) == 0
    assert ask(writer, "SELECT title, closed_at FROM stories WHERE closed_at IS NOT NULL") == [(PAIR[0].title, now)]
    add(writer, PAIR[1], segment="late")
    assert ask(writer, "SELECT articles, closed_at FROM stories WHERE closed_at IS NOT NULL") == [(2, now)]


def test_an_edited_article_keeps_its_outlets_after_its_story_was_closed(writer: Writer) -> None:
    add(writer, PAIR[0], replace(PAIR[0], url="http://echo.example/1"), segment="1")
    close_quiet_stories(writer.connection, NOON + timedelta(days=100))
    add(writer, replace(PAIR[0], text=f"{PAIR[0].text}\n{prose(1, 15)}", seen_hours=2500), segment="2")
    assert ask(writer, "SELECT outlets FROM stories") == [(["echo.example", "herald.example"],)]


def test_an_article_imported_years_later_joins_a_closed_story(writer: Writer) -> None:
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


def test_a_story_that_continues_an_earlier_one_is_linked_to_it(writer: Writer) -> None:
    later = [
        replace(one, url=f"{one.url}/later", text=f"{one.text}\n{prose(5, 30)}", hours=24 * 45, seen_hours=2000)
        for one in PAIR
    ]
    other = replace(CONFUSERS[0], hours=24 * 44, seen_hours=2000)
    add(writer, *PAIR, *later, other, segment="1")
    query = "SELECT later.first_at, earlier.first_at FROM story_chains JOIN stories AS later USING (story_id) "
    query += "JOIN stories AS earlier ON earlier.story_id = previous_id"
    for now in (None, NOON + timedelta(days=46)):
        with writer.transaction() as connection:
            refresh_chains(connection, now)
        assert ask(writer, query) == [(NOON + timedelta(days=45), NOON)]


def test_texts_of_the_last_articles_are_not_read_again_for_the_idf(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.dedup.upkeep.MIN_STORIES", 2)
    add(writer, *PAIR, *CONFUSERS, segment="1")
    one, none = np.ones(1, np.float32), np.empty(0, np.uint64)
    terms = Terms(np.array([7], np.uint32), one, one, one.astype(np.bool_))
    for (version_id,) in ask(writer, "SELECT version_id FROM article_versions"):
        known = NewText(
            version_id, version_id, "", "", "en", NOON, "second", NOON, NOON, True, Features(none, none, terms)
        )
        recent_terms(writer.connection).add([known])
    refresh_idf(writer.connection)
    assert ask(writer, "SELECT DISTINCT term FROM private.document_frequencies") == [(7,)]


def test_words_of_most_articles_get_a_low_weight_in_a_language_without_a_stop_list(writer: Writer) -> None:
    """An event that everybody reports does not make its names common."""
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
    again = replace(pieces[0], url="http://echo.example/0", text=" ".join(sorted(pieces[0].text.split())))
    add(writer, *pieces, again, segment="1")
    pair = frozenset({pieces[0].url, again.url})
    assert story_sets(writer) == {pair, *(frozenset({piece.url}) for piece in pieces[1:])}
    shares = ask(writer, "SELECT language, share FROM private.document_frequencies ORDER BY share DESC")
    assert len(shares) == len(common.split())
    assert {language for language, _ in shares} == {"xx"}
    assert min(share for _, share in shares) > 0.7


def test_the_frame_of_a_site_that_publishes_little_is_found_over_months(writer: Writer) -> None:
    """One article in five days: never eight in a window, but eighteen in three months."""
    for number in range(12):
        add(writer, framed(number, hours=-24 * 5 * number), segment=str(number))
    duplicate_changes = links(writer)
    with writer.transaction() as connection:
        refresh_common_shingles(connection, NOON)
    assert len(duplicate_changes) > 0
    assert links(writer) == {}
    assert ask(writer, "SELECT count(*) FROM duplicates") == [(0,)]
