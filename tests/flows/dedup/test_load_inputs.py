"""Which stored articles are weighed again beside new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dedup import load_inputs
from flows.dedup.load_inputs import load_earlier
from flows.dedup.records import NewText
from flows.dedup.stories.assign import article_vectors, reweighed
from flows.dedup.stories.idf import NO_IDF
from flows.dedup.stories.templates import with_templates
from flows.dedup.text.features import features_of
from flows.identifiers import digest
from tests.flows.dedup.events import EVENTS
from tests.flows.dedup.library import NOON, Piece, add, ask

if TYPE_CHECKING:
    import pytest

    from warehouse import Writer

TEMPLATE = EVENTS["template"]


def tip(number: int, source: str = "herald.example", hours: float | None = None, language: str = "en") -> Piece:
    name = TEMPLATE["subjects"][number]
    text, title = TEMPLATE["text"].format(name), TEMPLATE["title"].format(name)
    return Piece(f"http://{source}/{name}", text, title, hours=hours, language=language)


def new(source: str = "herald.example", language: str | None = "en") -> NewText:
    key = digest("new")
    features = features_of("A headline", "A text", language)
    return NewText(key, key, source, "A headline", language, NOON, "second", NOON, NOON, True, features)


def test_they_are_the_latest_of_the_same_source_dated_and_undated(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_inputs, "MANY_ARTICLES", 2)
    add(writer, *(tip(number, hours=number) for number in range(3)), segment="1")
    add(writer, tip(3, hours=-24 * 40), tip(4), tip(5, "courier.example", hours=9), segment="2")
    articles, stored = load_earlier(writer.connection, [new()])
    assert [article.title for article in articles] == [tip(4).title, tip(2).title, tip(1).title]
    weights = ask(writer, f"SELECT terms, weights FROM private.story_members WHERE title = '{tip(2).title}'")
    assert stored.terms[stored.rows == 1].tolist() == weights[0][0]


def test_they_are_weighed_again_if_it_makes_a_difference(writer: Writer) -> None:
    text = "A bridge across the Alde was opened by Queen Maud."
    other = Piece("http://herald.example/bridge", text, "Bridge opened", hours=-1)
    add(writer, *(tip(number, hours=number) for number in range(8)), other, segment="1")
    articles, stored = load_earlier(writer.connection, [new()])
    idf = with_templates(NO_IDF, articles)
    assert reweighed(articles, stored, idf) == []
    assert reweighed(articles, article_vectors(articles, NO_IDF), idf) == articles[:8]


def test_an_edited_article_is_not_read_again(writer: Writer) -> None:
    add(writer, tip(0, hours=0), tip(1, hours=1), segment="1")
    key = ask(writer, f"SELECT article_id FROM articles WHERE title = '{tip(0).title}'")[0][0]
    known = NewText(*(key if name == "article_id" else getattr(new(), name) for name in NewText.__slots__))
    articles, stored = load_earlier(writer.connection, [known])
    assert [article.title for article in articles] == [tip(1).title]
    assert set(stored.rows.tolist()) == {0}


def test_their_texts_are_not_read_again_if_they_came_a_while_ago(writer: Writer) -> None:
    add(writer, tip(0, hours=0), segment="1")
    before, _ = load_earlier(writer.connection, [new()])
    writer.connection.execute("UPDATE article_versions SET text = 'Another text'")
    again, _ = load_earlier(writer.connection, [new()])
    assert again[0].features.terms is before[0].features.terms


def test_their_texts_are_read_if_another_process_has_loaded_them(writer: Writer) -> None:
    add(writer, tip(0, hours=0), segment="1")
    known, _ = load_earlier(writer.connection, [new()])
    other = writer.connection.cursor()
    read, _ = load_earlier(other, [new()])
    assert read[0].features.terms is not known[0].features.terms
    assert read[0].features.terms.hashes.tolist() == known[0].features.terms.hashes.tolist()


def test_the_current_version_is_found_even_if_it_is_older_than_the_first_sight(writer: Writer) -> None:
    add(writer, tip(0, hours=0), segment="1")
    for table in ("article_state", "private.story_members"):
        writer.connection.execute(f"UPDATE {table} SET first_seen_at = first_seen_at + INTERVAL 1 HOUR")
    articles, _ = load_earlier(writer.connection, [new()])
    assert [(article.seen_at < article.first_seen_at, article.title) for article in articles] == [(True, tip(0).title)]


def test_there_are_none_of_other_sources(writer: Writer) -> None:
    add(writer, tip(0, hours=0), segment="1")
    articles, stored = load_earlier(writer.connection, [new(source="other.example")])
    assert articles == []
    assert len(stored.rows) == 0
