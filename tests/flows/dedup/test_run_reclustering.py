"""Stories near new articles are clustered again: split, joined, moved, whatever came in first."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from flows.dedup.stories import candidates
from flows.identifiers import digest
from tests.flows.dedup.library import WORDS, Piece, add, ask, everything, prose, replace, story_sets
from tests.rounds import ROUNDS
from warehouse import open_writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from warehouse import Writer


def report(event: int, number: int, *, also: Sequence[int] = (), hours: float = 0.0) -> Piece:
    """A report on one of several events that share some words; it may report others (`also`)."""
    names = [f"{chr(97 + each)}{chr(97 + place)}rova".capitalize() for each in (event, *also) for place in range(9)]
    rng = random.Random(f"{event} {number} {also}")
    chosen = [*rng.sample(WORDS[:12], 6), *rng.sample(names, 8 * (1 + len(also)))]
    own = [f"own{event}n{number}w{each}" for each in range(12)]
    text = prose(1000 * event + number, 180, [*chosen, *chosen, *own])
    return Piece(f"http://paper{number}.example/{event}", text, " ".join(rng.sample(chosen[6:], 5)), hours=hours)


EVENTS = [report(event, number, hours=event + number / 7) for event in range(4) for number in range(7)]


BRIDGES = [report(0, 91, also=[1], hours=3), report(2, 93, also=[3], hours=3), report(1, 92, also=[2], hours=3)]


def consistent(writer: Writer) -> bool:
    """The tables agree about all stories."""
    wrong = """
        SELECT article_id FROM article_state LEFT JOIN private.story_members AS member USING (article_id)
        WHERE member.story_id IS DISTINCT FROM article_state.story_id
        UNION ALL
        SELECT article_id FROM private.story_members WHERE article_id NOT IN (SELECT article_id FROM article_state)
        UNION ALL SELECT article_id FROM private.story_members GROUP BY article_id HAVING count(*) > 1
        UNION ALL SELECT story_id FROM stories GROUP BY story_id HAVING count(*) > 1
        UNION ALL SELECT story_id FROM private.story_terms WHERE story_id NOT IN (SELECT story_id FROM stories)
        UNION ALL SELECT story.story_id FROM stories AS story FULL JOIN (
            SELECT story_id, count(*) AS articles, min(first_at) AS first_at, max(first_at) AS last_at
            FROM private.story_members GROUP BY story_id
        ) AS found USING (story_id)
        WHERE (story.articles, story.first_at, story.last_at) IS DISTINCT FROM
              (found.articles, found.first_at, found.last_at)
    """
    return ask(writer, wrong) == []


def by_size(pieces: Sequence[Piece], size: int) -> list[list[str]]:
    """The stories after loading these in segments of this size."""
    with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder), "test") as writer:
        for at in range(0, len(pieces), size):
            add(writer, *pieces[at : at + size], segment=str(at))
        assert consistent(writer)
        return sorted(sorted(urls) for urls in story_sets(writer))


def test_the_order_of_arrival_and_the_size_of_segments_do_not_matter() -> None:
    pieces = EVENTS + BRIDGES
    expected = by_size(pieces, len(pieces))
    assert 3 < len(expected) < len(pieces)
    for seed, size in ((2, 3), (3, 10), (1, 1))[: 1 + ROUNDS]:
        assert by_size(random.Random(seed).sample(pieces, len(pieces)), size) == expected, (seed, size)


def test_an_article_moves_to_the_story_it_turns_out_to_belong_to(writer: Writer) -> None:
    bridge = report(0, 99, also=[1], hours=-0.1)
    add(writer, EVENTS[0], bridge, segment="1")
    assert story_sets(writer) == {frozenset({EVENTS[0].url, bridge.url})}
    add(writer, *EVENTS[1:14], segment="2")
    assert consistent(writer)
    urls = [frozenset(piece.url for piece in EVENTS[at : at + 7]) for at in (0, 7)]
    assert story_sets(writer) == {urls[0], urls[1] | {bridge.url}}
    assert ask(writer, "SELECT count(*) FROM stories") == [(2,)]


def test_a_story_and_the_founder_that_has_left_it_have_two_identifiers(writer: Writer) -> None:
    founder = EVENTS[0]
    add(writer, *EVENTS[:3], segment="1")
    ((article, story),) = ask(writer, f"SELECT article_id, story_id FROM articles WHERE url = '{founder.url}'")
    assert story == digest("story", str(article))
    add(writer, replace(founder, text=prose(77, 150, WORDS[60:]), title="Another matter", seen_hours=501), segment="2")
    assert consistent(writer)
    assert sorted(map(len, story_sets(writer))) == [1, 2]
    stories = dict(ask(writer, "SELECT url, story_id FROM articles"))
    assert stories[EVENTS[1].url] == story
    assert stories[founder.url] == digest("story", str(article), "1")
    add(writer, replace(founder, seen_hours=502), segment="3")
    assert consistent(writer)
    assert set(ask(writer, "SELECT story_id, articles FROM stories")) == {(story, 3)}


def test_stories_away_from_a_segment_are_not_written(writer: Writer) -> None:
    add(writer, *EVENTS[:7], segment="1")
    row = "SELECT rowid, * FROM stories WHERE articles = 7"
    before = ask(writer, row)
    assert len(before) == 1
    add(writer, Piece("http://else.example/1", prose(5, 150, WORDS[70:]), "Else"), segment="2")
    add(writer, *EVENTS[:7], segment="again")
    assert ask(writer, row) == before
    state = everything(writer)
    add(writer, *EVENTS[:7], segment="again and again")
    assert everything(writer) == state


def test_stories_that_cannot_be_opened_again_are_collapsed(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories that are too large, and those whose members are not stored any more."""
    add(writer, *EVENTS[:5], segment="1")
    story = ask(writer, "SELECT story_id FROM stories")
    monkeypatch.setattr(candidates, "REOPENED_PER_ARTICLE", 0)
    monkeypatch.setattr(candidates, "MIN_REOPENED", 1)
    add(writer, EVENTS[5], segment="2")
    assert ask(writer, "SELECT story_id, articles, reports FROM stories") == [(*story[0], 6, 6)]
    assert consistent(writer)
    changed = replace(EVENTS[5], text=f"{EVENTS[5].text}\n{prose(9, 30)}", title="Changed", seen_hours=501)
    add(writer, changed, segment="3")
    assert ask(writer, "SELECT story_id, articles FROM stories") == [(*story[0], 6)]
    assert ask(writer, f"SELECT title FROM private.story_members JOIN articles USING (article_id, title, story_id) "
                       f"WHERE url = '{changed.url}'") == [("Changed",)]  # fmt: skip
    assert consistent(writer)
    monkeypatch.undo()
    writer.connection.execute("DELETE FROM private.story_members")
    add(writer, EVENTS[6], segment="4")
    assert ask(writer, "SELECT story_id, articles FROM stories") == [(*story[0], 7)]
    assert ask(writer, "SELECT count(DISTINCT story_id) FROM article_state") == [(1,)]


def test_copies_and_outlets_of_collapsed_stories_are_counted_too(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late original makes a stored article a copy; another is edited while its old text is loaded from elsewhere."""
    monkeypatch.setattr(candidates, "REOPENED_PER_ARTICLE", 0)
    monkeypatch.setattr(candidates, "MIN_REOPENED", 0)
    one, other = EVENTS[0], EVENTS[1]
    add(writer, one, other, segment="1")
    original = replace(one, url="http://agency.example/1", text=f"{one.text}\n{prose(5, 15)}", hours=-20)
    edited = replace(other, text=f"{other.text}\n{prose(6, 15)}", seen_hours=510)
    add(writer, replace(other, url="http://echo.example/1", seen_hours=509), original, edited, segment="2")
    query = """
        SELECT article.url, story.articles, story.reports, list_contains(story.outlets, 'echo.example')
        FROM articles AS article JOIN stories AS story USING (story_id)
        WHERE duplicate_kind = 'copy'
    """
    assert ask(writer, query) == [(one.url, 3, 2, True)]
    add(writer, replace(original, text=prose(7), seen_hours=510), segment="3")
    assert ask(writer, "SELECT count(*) FROM articles WHERE duplicate_kind = 'copy'") == [(0,)]
    assert ask(writer, "SELECT DISTINCT articles, reports FROM stories WHERE articles > 1") == [(3, 3)]


def test_an_outlet_follows_its_article(writer: Writer) -> None:
    first = EVENTS[0]
    add(writer, *EVENTS[:3], segment="1")
    add(writer, replace(first, url="http://echo.example/same"), segment="2")
    assert ask(writer, "SELECT list_contains(outlets, 'echo.example') FROM stories") == [(True,)]
    add(writer, replace(EVENTS[1], text=prose(77, 150, WORDS[60:]), title="Else", seen_hours=501), segment="3")
    rows = ask(writer, "SELECT articles, outlets FROM stories ORDER BY articles")
    assert rows == [(1, ["paper1.example"]), (2, ["echo.example", "paper0.example", "paper2.example"])]
