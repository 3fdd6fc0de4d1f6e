"""Search: what is found, in which order, and that the index keeps up with what is loaded."""

from __future__ import annotations

import itertools
from datetime import timedelta
from math import log
from time import process_time
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

import warehouse.search.index
from tests.warehouse.rows import NOON, article_row, batch, uuid
from warehouse.loading.load import load_segment
from warehouse.search.index import index_new_versions, parts_to_merge

if TYPE_CHECKING:
    from warehouse import Writer


def load(writer: Writer, *rows: dict[str, Any]) -> None:
    name = f"s{writer.connection.execute('SELECT count(*) FROM segments').fetchall()[0][0]}"
    load_segment(writer, name, "r1", "test", batch(*rows, segment=name), NOON)
    index_new_versions(writer)


def text(number: int, title: str, body: str, language: str | None = "en", **fields: Any) -> dict[str, Any]:
    return article_row(number, title=title, text=body, language=language, word_count=len(body.split()), **fields)


def found(writer: Writer, query: str, options: str = "") -> list[str]:
    rows = writer.connection.execute(f"SELECT title FROM search($1{options})", [query]).fetchall()
    return [title for (title,) in rows]


WORDS = [
    ("en", "Negotiations resumed", "negotiation resuming"),
    ("en", "The ceasefire holds", "CEASEFIRES"),
    ("de", "Die Häuser am Fluß", "haus"),
    ("de", "Verhandlungen über Zölle", "Verhandlung zoll"),
    ("fr", "Les élections régionales", "election regionale"),
    ("es", "La elección del alcalde", "elecciones"),
    ("ru", "Переговоры о мире", "переговоров"),
    ("zh", "停火谈判在日内瓦继续", "停火"),
    ("ja", "東京で地震、津波の心配なし", "地震"),
    ("th", "รัฐบาลไทยประกาศ", "รัฐบาล"),
    (None, "Un titre sans langue", "titre"),
]


def test_words_are_found_by_their_stems_in_their_language_accents_aside(writer: Writer) -> None:
    # forms that the corpus has, so that their stems are known
    forms = "resuming Verhandlung haus elecciones переговоров regionale election"
    rows = [text(number, title, "Nothing else.", language) for number, (language, title, _) in enumerate(WORDS)]
    for number, language in enumerate({language for language, _, _ in WORDS}, len(rows)):
        rows.append(text(number, f"Forms {number}", forms, language))
    load(writer, *rows, text(len(rows), "Another one", "About nothing at all.", "en"))
    for language, title, query in WORDS:
        titles = {title for title in found(writer, query) if not title.startswith("Forms")}
        assert titles == {title}, (language, query)


@pytest.mark.parametrize(("sign", "word"), [("新", "聞社"), ("ก", "ขค")])
def test_a_page_of_one_run_of_signs_takes_no_longer_than_its_length(writer: Writer, sign: str, word: str) -> None:
    began = process_time()
    load(writer, text(1, "A run", sign * 50_000 + word, "ja"), text(2, "One sign", sign, "ja"))
    assert process_time() - began < 5  # pair by pair from the beginning it would be 13
    assert found(writer, word) == ["A run"]
    assert set(found(writer, sign + sign)) == {"A run"}
    assert found(writer, sign) == ["One sign"]


def test_a_form_that_no_article_has_is_found_by_the_stem_it_begins_with(writer: Writer) -> None:
    load(writer, text(1, "Negotiations", "Long negotiations."), text(2, "Negative", "No."))
    assert found(writer, "negotiation") == ["Negotiations"]
    assert found(writer, "zzz") == []


def test_the_score_is_bm25(writer: Writer) -> None:
    load(writer, text(1, "a1", "fish fish market roof"), text(2, "b1", "fish market day x"), text(3, "c1", "x y z w"))
    rows = writer.connection.execute("SELECT title, score, words_found FROM search('fish market')").fetchall()

    def bm25(times: int, holders: int, words: int) -> float:
        mean = 4.0
        weight = log(1 + (3 - holders + 0.5) / (holders + 0.5))
        return weight * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * words / mean))

    assert rows == [
        ("a1", pytest.approx(bm25(2, 2, 4) + bm25(1, 2, 4), abs=1e-4), 2),
        ("b1", pytest.approx(bm25(1, 2, 4) + bm25(1, 2, 4), abs=1e-4), 2),
    ]


def test_a_headline_counts_more_than_the_text(writer: Writer) -> None:
    load(writer, text(1, "Something", "a flood there was"), text(2, "Flood", "something there was once"))
    assert found(writer, "flood") == ["Flood", "Something"]


def test_ties_go_to_the_newest(writer: Writer) -> None:
    rows = [text(n, f"flood {n}", "same text", published_at=NOON + timedelta(hours=n)) for n in (2, 3, 1)]
    load(writer, *rows)
    assert found(writer, "flood") == ["flood 3", "flood 2", "flood 1"]


def test_the_answer_can_be_restricted_and_joined(writer: Writer) -> None:
    load(
        writer,
        text(1, "Flood old", "x", published_at=NOON - timedelta(days=9)),
        text(2, "Flood new", "x", published_at=NOON),
        text(3, "Flood deutsch", "x", "de", published_at=NOON),
    )
    assert found(writer, "flood", ", since := TIMESTAMPTZ '2026-02-25 00:00:00+00', in_language := 'en'") == [
        "Flood new"
    ]
    assert len(found(writer, "flood", ", top := 2")) == 2
    joined = "SELECT a.url FROM search('deutsch') JOIN articles AS a USING (article_id)"
    assert writer.connection.execute(joined).fetchall() == [("http://courier.example/3",)]


def test_the_snippet_is_the_text_around_the_first_match(writer: Writer) -> None:
    load(writer, text(1, "Roof", "word " * 100 + "then the\nceasefire came " + "more " * 100))
    (snippet,) = writer.connection.execute("SELECT snippet FROM search('ceasefire')").fetchall()[0]
    assert "then the ceasefire came more" in snippet
    assert len(snippet) < 260


def test_only_the_current_version_is_found(writer: Writer) -> None:
    load(writer, text(1, "Flood", "water"))
    edit = text(1, "Fire", "smoke", fetched_at=NOON + timedelta(hours=1), version_id=uuid(77).bytes, outcome="updated")
    load(writer, edit | {"change": "both"})
    assert found(writer, "flood water") == []
    assert found(writer, "smoke") == ["Fire"]


def test_a_query_of_nothing_finds_nothing(writer: Writer) -> None:
    load(writer, text(1, "Flood", "water"))
    for query in ("", "  ", "?!", "' or 1=1 --", "x.^"):
        assert found(writer, query) == []


@pytest.mark.parametrize(
    "query", ["flood - water", "flood-water", "floods and water", "Flood. Water?", "'flood' & water"]
)
def test_words_of_a_headline_are_no_operators(writer: Writer, query: str) -> None:
    load(writer, text(1, "Flood and water", "water"))
    assert found(writer, query) == ["Flood and water"]


@pytest.mark.parametrize("query", ["flood", "flood water", "water the", "the flood roof", "flood unheard"])
def test_search_finds_as_many_articles_as_coverage_counts(writer: Writer, query: str) -> None:
    load(
        writer,
        *(
            text(n, f"Report {n}", body)
            for n, body in enumerate(
                [
                    "flood the water",
                    "flood the roof",
                    "water the roof",
                    "the flood, the flooding water and roof",
                    "the",
                ],
                1,
            )
        ),
    )
    counted = writer.connection.execute("SELECT coalesce(sum(articles), 0)::INT FROM coverage($1)", [query]).fetchall()
    assert [(len(found(writer, query)),)] == counted


def test_a_very_frequent_word_is_needed_too(writer: Writer) -> None:
    """Words of hundreds of thousands of articles do not count for the score; here, words of ten."""
    load(
        writer,
        *(text(n, f"Report {n}", "the roof" if n < 9 else "the") for n in range(1, 12)),
        text(20, "Roof", "roof"),
    )
    (macro,) = writer.connection.execute(
        "SELECT macro_definition FROM duckdb_functions() "
        "WHERE function_name = 'search' AND macro_definition IS NOT NULL"
    ).fetchall()
    assert "200000" in macro[0]
    writer.connection.execute("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")  # as DuckDB 2 prints, and does not read
    lower = macro[0].replace("200000", "10")
    writer.connection.execute(
        f"CREATE TEMP MACRO lower_search(query, top := 20, in_language := NULL, since := NULL, until := NULL, "
        f"of_sources := NULL, unique_only := false) AS TABLE {lower}"
    )
    rows = writer.connection.execute("SELECT title FROM lower_search('the roof')").fetchall()
    assert len(rows) == 8


def test_merging_parts_changes_no_answer(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.search.index, "TIERS", (8, 64))
    reports = [
        text(number, f"Report {number}", f"The council met {number % 7} times about fish. " * (number % 3 + 1))
        for number in range(40)
    ]
    for at in range(0, 40, 2):
        load(writer, *reports[at : at + 2])
    parts = writer.connection.execute("SELECT first_doc, docs FROM search_index.parts ORDER BY 1").fetchall()
    assert len(parts) < 15
    assert [first for first, _ in parts] == [sum(docs for _, docs in parts[:n]) for n in range(len(parts))]
    assert writer.connection.execute(
        "SELECT count(*) FROM search_index.postings WHERE part NOT IN (SELECT part FROM search_index.parts)"
    ).fetchall() == [(0,)]
    merged = writer.connection.execute("FROM search('council fish 3', top := 100)").fetchall()
    for table in ("parts", "postings", "terms", "words"):
        writer.connection.execute(f"DELETE FROM search_index.{table}")
    index_new_versions(writer)
    assert writer.connection.execute("SELECT count(*) FROM search_index.parts").fetchall() == [(1,)]
    assert writer.connection.execute("FROM search('council fish 3', top := 100)").fetchall() == merged


def test_parts_are_merged_when_there_are_enough_of_them() -> None:
    def parts(*docs: int) -> list[tuple[int, int, int]]:
        return [(n, sum(docs[:n]), count) for n, count in enumerate(docs)]

    assert parts_to_merge(parts(1000, 1000), 8192) == []
    assert [len(group) for group in parts_to_merge(parts(*[1000] * 9), 8192)] == [8]
    assert parts_to_merge(parts(65536, 8000, 1000), 8192) == [], "a part of half a tier is done with"
    assert [len(group) for group in parts_to_merge(parts(*[1] * 17), 8192)] == [17], "too many"


def test_an_index_that_was_killed_in_the_middle_goes_on(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.search.index, "PIECE", 2)
    load_segment(writer, "a", "r1", "test", batch(*(text(n, f"Flood {n}", "x") for n in range(5)), segment="a"), NOON)
    calls = []

    def fail_the_second_time(connection: duckdb.DuckDBPyConnection) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(warehouse.search.index, "merge_parts", fail_the_second_time)
    with pytest.raises(KeyboardInterrupt):
        index_new_versions(writer)
    assert writer.connection.execute("SELECT sum(docs) FROM search_index.parts").fetchall() == [(2,)]
    assert index_new_versions(writer) == 3
    assert len(found(writer, "flood")) == 5


def test_publishing_makes_what_was_loaded_findable_without_any_extension(writer: Writer) -> None:
    load_segment(writer, "a", "r1", "test", batch(text(1, "Flood", "water"), segment="a"), NOON)
    writer.publish()
    with duckdb.connect(
        str(writer.public),
        read_only=True,
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    ) as reader:
        assert reader.execute("SELECT title FROM search('floods')").fetchall() == [("Flood",)]


def test_coverage_counts_articles_with_all_words_per_day_and_source(writer: Writer) -> None:
    load(
        writer,
        text(1, "Ceasefire talks", "x", published_at=NOON),
        text(2, "Ceasefire", "no more talk", published_at=NOON),
        text(3, "Talks", "on fish", published_at=NOON),
        text(4, "Ceasefire talks", "y", source="post", published_at=NOON + timedelta(days=1)),
    )
    rows = writer.connection.execute(
        "SELECT day::VARCHAR, source, articles, of_articles, share FROM coverage('ceasefire talk')"
    )
    assert rows.fetchall() == [("2026-03-01", "courier", 2, 3, 2 / 3), ("2026-03-02", "post", 1, 1, 1.0)]
    assert writer.connection.execute("FROM coverage('nothing of it')").fetchall() == []


def test_share_of_voice_shares_the_mentions_of_a_day(writer: Writer) -> None:
    load(
        writer,
        text(1, "Ann Smith wins", "x", published_at=NOON),
        text(2, "Bob Jones and Ann Smith", "x", published_at=NOON),
        text(3, "Ann Jones", "smithy", published_at=NOON),
        text(4, "Bob Jones", "x", published_at=NOON + timedelta(days=1)),
    )
    rows = writer.connection.execute(
        "SELECT day::VARCHAR, term, articles, share FROM share_of_voice(['Ann Smith', 'Bob Jones'])"
    )
    assert rows.fetchall() == [
        ("2026-03-01", "Ann Smith", 2, 2 / 3),
        ("2026-03-01", "Bob Jones", 1, 1 / 3),
        ("2026-03-02", "Bob Jones", 1, 1.0),
    ]


def test_the_most_frequent_terms_are_no_neighbours(writer: Writer) -> None:
    """DuckDB reads 2048 neighbouring lists or none: among each other the longest would all be read for one."""
    rare = [f"{letter}{other}{third}x" for letter in "abcdefghij" for other in "abcdefghij" for third in "klmnopqrst"]
    load(writer, text(1, "Title", " ".join(["alpha"] * 9 + ["beta"] * 7 + ["gamma"] * 5 + rare), None))
    numbers = dict(writer.connection.execute("SELECT term, id FROM search_index.terms").fetchall())
    frequent = sorted(numbers[term] for term in ("alpha", "beta", "gamma"))
    assert min(later - earlier for earlier, later in itertools.pairwise(frequent)) > 100
    assert sorted(numbers.values()) == list(range(len(numbers)))
