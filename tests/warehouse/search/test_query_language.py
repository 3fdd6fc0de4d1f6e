"""The query language: what each operator means, the same in search, coverage and share_of_voice, and its errors."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.warehouse.rows import NOON, article_row, batch
from warehouse.loading.load import load_segment
from warehouse.search.index import index_new_versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from warehouse import Writer

# title, text, source, language
ARTICLES = {
    "Flood": ("Flood at the mill", "The river rose. Mill owners fled, negotiating with Nobody.", "courier", "en"),
    "Mill": ("The old mill", "A flood? No: the river is dry. Plan B holds.", "post", "en"),
    "Bridge": ("Bridge over the river", "Negotiations about the old mill-bridge café went on.", "courier", "en"),
    "Fluss": ("Der Fluss steigt", "Die alte Mühle am Fluss (flood) wird geräumt.", "bote", "de"),
    "停火": ("停火谈判在日内瓦继续", "双方同意继续谈判。", "ribao", "zh"),
    "รัฐบาล": ("รัฐบาลไทยประกาศมาตรการใหม่", "นายกรัฐมนตรีกล่าวว่า", "khao", "th"),
}
NAMES = dict(zip((row[0] for row in ARTICLES.values()), ARTICLES, strict=True))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    from warehouse import open_writer

    folder: Path = tmp_path_factory.mktemp("query")
    with open_writer(folder, "test") as writer:
        rows = [
            article_row(
                number, title=title, text=text, source=source, language=language, word_count=len(text.split()),
                published_at=NOON + timedelta(days=number),
            )
            for number, (title, text, source, language) in enumerate(ARTICLES.values(), 1)
        ]  # fmt: skip
        fill(writer, rows)
        yield writer.connection


def fill(writer: Writer, rows: list[dict[str, Any]]) -> None:
    load_segment(writer, "s", "r1", "test", batch(*rows, segment="s"), NOON)
    index_new_versions(writer)


def found(connection: duckdb.DuckDBPyConnection, query: str, options: str = "") -> set[str]:
    rows = connection.execute(f"SELECT title FROM search($1{options})", [query]).fetchall()
    return {NAMES[title] for (title,) in rows}


OPERATORS: list[tuple[str, set[str]]] = [
    ("flood mill", {"Flood", "Mill"}),
    ("flood AND mill", {"Flood", "Mill"}),
    ("flood OR bridge", {"Flood", "Mill", "Bridge", "Fluss"}),
    ("flood -mill", {"Fluss"}),
    ("flood NOT mill", {"Fluss"}),
    ("river NOT (flood OR dry)", {"Bridge"}),
    ("bridge OR flood dry", {"Bridge", "Mill"}),  # AND binds more closely than OR
    ("(bridge OR flood) dry", {"Mill"}),
    ("NOT (NOT bridge)", {"Bridge"}),
    ("-river -lang:zh -lang:th", {"Fluss"}),
    ('"old mill"', {"Mill", "Bridge"}),
    ('"OLD  mill"', {"Mill", "Bridge"}),
    ('"mill old"', set()),
    ('"the mill" OR "plan b"', {"Flood", "Mill"}),
    ('"rose mill"', {"Flood"}),  # punctuation does not part words
    ('"mills"', set()),  # a phrase is compared exactly, a word by its stem
    ("mills", {"Flood", "Mill", "Bridge"}),
    ('flood -"old mill"', {"Flood", "Fluss"}),
    ('"cafe"', {"Bridge"}),
    ("“old mill”", {"Mill", "Bridge"}),
    ("negotiat*", {"Flood", "Bridge"}),
    ("fl*", {"Flood", "Mill", "Fluss"}),
    ("title:flood", {"Flood"}),
    ("title:floods", {"Flood"}),
    ('title:"old mill"', {"Mill"}),
    ("title:riv*", {"Bridge"}),
    ("mill -title:mill", {"Bridge"}),
    ("source:courier", {"Flood", "Bridge"}),
    ("source:Courier mill", {"Flood", "Bridge"}),
    ('flood -source:"post"', {"Flood", "Fluss"}),
    ("lang:de", {"Fluss"}),
    ("lang:en dry", {"Mill"}),
    ("停火", {"停火"}),
    ("谈判 OR bridge", {"停火", "Bridge"}),
    ('"谈判在日内瓦"', {"停火"}),
    ('"判谈"', set()),
    ("title:停火", {"停火"}),
    ("title:双方", set()),
    ("flood　OR　停火", {"Flood", "Mill", "Fluss", "停火"}),
    ("รัฐบาล", {"รัฐบาล"}),
    ('"มาตรการใหม่"', {"รัฐบาล"}),
    ('"ใหม่มาตรการ"', set()),
    ("Plan B: holds", {"Mill"}),
    ("flood and", set()),  # only capitals are operators
    ("mill-bridge", {"Bridge"}),
    ("don't flood", set()),
]


@pytest.mark.parametrize(("query", "names"), OPERATORS)
def test_operators(stored: duckdb.DuckDBPyConnection, query: str, names: set[str]) -> None:
    assert found(stored, query) == names


def test_operators_mean_the_same_where_articles_are_counted(stored: duckdb.DuckDBPyConnection) -> None:
    expected = {query: len(names) for query, names in OPERATORS}
    shares = "SELECT term, sum(articles)::INT FROM share_of_voice($1) GROUP BY term"
    assert dict(stored.execute(shares, [list(expected)]).fetchall()) == {q: n for q, n in expected.items() if n}
    for query, count in list(expected.items())[::9]:
        counted = stored.execute("SELECT coalesce(sum(articles), 0)::INT FROM coverage($1)", [query]).fetchall()
        assert counted == [(count,)], query


def test_several_queries_at_once_are_counted_each_by_itself(stored: duckdb.DuckDBPyConnection) -> None:
    queries = ['"old mill"', "flood NOT mill", "source:post OR bridge", "unheard"]
    rows = stored.execute("SELECT term, sum(articles)::INT FROM share_of_voice($1) GROUP BY term", [queries]).fetchall()
    assert dict(rows) == {'"old mill"': 2, "flood NOT mill": 1, "source:post OR bridge": 2}


def test_options_restrict_all_macros_alike(stored: duckdb.DuckDBPyConnection) -> None:
    for options, names in {
        "in_language := 'en'": {"Flood", "Mill"},
        "of_sources := ['post', 'bote']": {"Mill", "Fluss"},
        "since := TIMESTAMPTZ '2026-03-03 12:00:00+00'": {"Mill", "Fluss"},
        "until := TIMESTAMPTZ '2026-03-03 12:00:00+00'": {"Flood"},
    }.items():
        assert found(stored, "flood", f", {options}") == names
        for macro in (f"coverage('flood', {options})", f"share_of_voice(['flood'], {options})"):
            assert stored.execute(f"SELECT sum(articles)::INT FROM {macro}").fetchall() == [(len(names),)]


def test_copies_can_be_left_out(writer: Writer) -> None:
    fill(writer, [article_row(n, title=f"Flood {n}", text="x") for n in (1, 2, 3)])
    writer.connection.execute("UPDATE article_state SET duplicate_kind = 'copy' WHERE url LIKE '%/2'")
    rows = writer.connection.execute("SELECT title FROM search('flood', unique_only := true)").fetchall()
    assert {title for (title,) in rows} == {"Flood 1", "Flood 3"}


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ("flood AND", 7, "missing after this"),
        ("OR flood", 1, "needs a word"),
        ("flood OR AND mill", 10, "needs a word"),
        ("flood (mill", 7, "bracket is not closed"),
        ("flood) mill", 6, "was not opened"),
        ("flood ()", 8, "missing before this bracket"),
        ('flood "old mill', 7, "quotation mark is not closed"),
        ("+flood", 1, "+ is not supported"),
        ("fl*od", 3, "end of a word"),
        ("mill *", 6, "end of a word"),
        ('"fl* mill"', 4, "not supported in a phrase"),
        ("flood~2", 6, "not supported"),
        ("flood NEAR/3 mill", 7, "NEAR is not supported"),
        ("author:smith", 1, "unknown field"),
        ("x -author:smith", 4, "unknown field"),
        ("title:", 7, "needs a word"),
        ("title:(a OR b)", 7, "needs a word"),
        ("lang:deu", 6, "two-letter"),
        ('"b"', 1, "two letters"),
        (" ".join(["(ab)"] * 67), 334, "up to 200 words"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_mistakes_are_errors_that_point_at_the_character(
    stored: duckdb.DuckDBPyConnection, query: str, place: int, said: str
) -> None:
    with pytest.raises(duckdb.InvalidInputException) as error:
        stored.execute("FROM search($1)", [query]).fetchall()
    first, shown, pointer = str(error.value).split("\n")
    assert f"character {place}: " in first
    assert said in first
    assert shown == f"    {query}"
    assert pointer.index("^") == place + 3


def test_a_query_of_too_many_characters_is_an_error_that_shows_where_they_end(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    assert found(stored, "river" + " " * 4995) == found(stored, "river")
    with pytest.raises(duckdb.InvalidInputException) as error:
        stored.execute("FROM search($1)", ["a " * 10_000]).fetchall()
    first, shown, pointer = str(error.value).split("\n")
    assert "character 5001: this is too long: a query has up to 5,000 characters; found 20000" in first
    assert len(shown) == len("    …") + 41 + len("…")
    assert pointer.index("^") == shown.index("…") + 41, "below the first character too many"


@pytest.mark.parametrize("macro", ["coverage($1)", "share_of_voice(['river', $1])", "matching([$1])"])
def test_mistakes_are_errors_of_all_macros(stored: duckdb.DuckDBPyConnection, macro: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="character 7: this bracket"):
        stored.execute(f"FROM {macro}", ["flood (mill"]).fetchall()


def test_queries_at_random_find_what_their_parts_say(stored: duckdb.DuckDBPyConnection) -> None:
    draw = random.Random(7)
    leaves = {
        leaf: found(stored, leaf)
        for leaf in (
            "flood",
            "mill",
            "old",
            '"old mill"',
            "title:river",
            "source:courier",
            "lang:en",
            "neg*",
            "unheard",
        )
    }

    def expression(depth: int) -> tuple[str, set[str]]:
        kind = draw.choice(["leaf", "and", "or", "not", "beside"]) if depth else "leaf"
        if kind == "leaf":
            leaf = draw.choice(list(leaves))
            return leaf, leaves[leaf]
        first, names = expression(depth - 1)
        if kind == "not":
            return f"{draw.choice(['NOT ', '-'])}({first})", set(ARTICLES) - names
        second, others = expression(depth - 1)
        word = {"and": " AND ", "or": " OR ", "beside": " "}[kind]
        return f"({first}){word}({second})", names | others if kind == "or" else names & others

    expected = dict(expression(3) for _ in range(25))
    rows = stored.execute(
        "SELECT m.term, a.title FROM matching($1) AS m JOIN articles AS a USING (article_id)", [list(expected)]
    ).fetchall()
    for query, names in expected.items():
        assert {NAMES[title] for term, title in rows if term == query} == names, query
