"""The table of names keeps up with what is loaded, edited and forgotten, and the views count it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.warehouse.rows import NOON, article_row, batch, uuid
from warehouse.loading.load import load_segment
from warehouse.names.store import read_new_names, remove_names

if TYPE_CHECKING:
    import pytest

    from warehouse import Writer


def load(writer: Writer, *rows: dict[str, Any]) -> None:
    name = f"s{writer.connection.execute('SELECT count(*) FROM segments').fetchall()[0][0]}"
    load_segment(writer, name, "r1", "test", batch(*rows, segment=name), NOON)
    read_new_names(writer)


def names(writer: Writer) -> set[tuple[str, str]]:
    return set(writer.connection.execute("SELECT source, name FROM mentions").fetchall())


def test_each_version_is_read_once_and_only_the_current_one_counts(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.names.store.PIECE", 2)
    load(writer, *(article_row(n, title="News", text="Then Ann Example spoke.", language="en") for n in (1, 2, 3)))
    assert read_new_names(writer) == 0
    assert writer.connection.execute("SELECT count(*) FROM version_names").fetchall() == [(3,)]
    edit = article_row(
        1, title="News", text="Then Bob Sample spoke.", language="en", version_id=uuid(77).bytes, outcome="updated",
        fetched_at=NOON + timedelta(hours=1),
    )  # fmt: skip
    load(writer, edit | {"change": "both"})
    found = writer.connection.execute("SELECT name, count(*) FROM mentions GROUP BY name ORDER BY name").fetchall()
    assert found == [("Ann Example", 2), ("Bob Sample", 1)]


def test_articles_without_names_are_not_read_again(writer: Writer) -> None:
    load(writer, article_row(1, title="rain", text="it rained", language="en"))
    assert read_new_names(writer) == 0
    assert names(writer) == set()


def test_the_latest_names_of_an_archive_are_those_of_its_last_month(writer: Writer) -> None:
    at = NOON - timedelta(days=900)
    load(
        writer,
        article_row(1, title="News", text="Then Ann Example spoke.", language="en", published_at=at),
        article_row(
            2, title="News", text="Then Bob Sample spoke.", language="en", published_at=at - timedelta(days=30)
        ),
    )
    assert writer.connection.execute("SELECT name FROM top_names").fetchall() == [("Ann Example",)]


def test_names_of_removed_versions_go(writer: Writer) -> None:
    load(writer, article_row(1, title="News", text="Then Ann Example spoke.", language="en"))
    remove_names(writer.connection, [0])
    assert names(writer) == set()


def test_the_views_count_by_day_source_company_and_country(writer: Writer) -> None:
    load(
        writer,
        article_row(
            1, title="Norway votes", text="In Norway, Ann Example met Bob Sample.", published_at=NOON, language="en"
        ),
        article_row(2, title="News", text="Then Ann Example left for Norway.", published_at=NOON, language="en"),
        article_row(3, title="News", text="Then Ann Example left.", published_at=NOON, language="en", source="post"),
        article_row(4, title="News", text="It rained.", published_at=NOON, language="en"),
    )
    ask = writer.connection.execute
    assert ask(
        "SELECT source, articles, headlines FROM names_between(DATE '2026-03-01', DATE '2026-03-01') "
        "WHERE name = 'Ann Example' ORDER BY source"
    ).fetchall() == [("courier", 2, 0), ("post", 1, 0)]
    assert ask("SELECT articles, sources FROM top_names WHERE name = 'Ann Example'").fetchall() == [(3, 2)]
    assert ask("SELECT name, articles FROM named_with('ann example') ORDER BY ALL").fetchall() == [
        ("Bob Sample", 1),
        ("Norway", 2),
    ]
    assert ask("SELECT source, country, mentioned, articles, share FROM country_coverage").fetchall() == [
        ("courier", "NO", 2, 2, 2 / 3)
    ]
    load(
        writer,
        article_row(5, title="News", text="Cat Later left.", published_at=NOON + timedelta(days=9), language="en"),
    )
    assert ask("SELECT articles FROM top_names WHERE name = 'Cat Later'").fetchall() == [], "it is of a day to come"
