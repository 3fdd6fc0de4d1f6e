"""A data directory of the last release opens, with its rows under the new names and the old names for queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.warehouse.rows import NOON, article_row, batch
from warehouse import connect, open_writer, storage
from warehouse.loading.load import load_segment
from warehouse.migrate import Migration, read_migrations

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse import Writer

LAST_RELEASE = 10  # its newest migration
ARTICLE = "00000000-0000-0000-0000-000000000001"
STORY = "00000000-0000-0000-0000-000000000002"
ROWS = f"""
INSERT INTO runs VALUES ('r1', 'ingest', now(), now(), 'completed', NULL, '0.1'),
                        ('r2', 'import', now(), now(), 'completed', NULL, '0.1');
INSERT INTO stories (story_id, title, first_at, last_at, articles, sources, method, likeness)
VALUES ('{STORY}', 'Flood', now(), now(), 1, 1, 'm', 0.5);
INSERT INTO private.known_addresses VALUES (1, now()), (18446744073709551615, now());
INSERT INTO private.frontier (address_key, url, source, discovered_at, attempts, due_at)
VALUES (2, 'http://town.example/2', 'town', now(), 0, now());
INSERT INTO private.compared
VALUES (DATE '2026-01-01', '{ARTICLE}', '{ARTICLE}', now(), now(), now(), 'second', 3);
INSERT INTO private.tellings
VALUES (DATE '2026-01-01', '{ARTICLE}', '{STORY}', now(), now(), now(), 'Flood', 'en', ['town'], [1], [4096]);
INSERT INTO private.background VALUES ('en', 7, 0.25);
INSERT INTO private.upkeep VALUES ('common fingerprints', now(), 600), ('background term-linkage-3', now(), 600);
"""


@pytest.fixture
def former(data: Path) -> Path:
    """A data directory with rows, as the last release wrote it."""
    file = data / "private" / "warehouse.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file), config=storage.CONFIG) as connection:
        connection.execute(
            "CREATE TABLE schema_migrations (number INTEGER NOT NULL, name VARCHAR NOT NULL, "
            "checksum VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
        )
        for migration in _migrations_of_last_release():
            connection.execute(migration.sql)
            connection.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?, now())",
                [migration.number, migration.name, migration.checksum],
            )
        connection.execute("INSERT INTO schema_migrations VALUES (0, 'views', 'another', now())")
        connection.execute(ROWS)
    return data


def _migrations_of_last_release() -> list[Migration]:
    return [migration for migration in read_migrations() if migration.number <= LAST_RELEASE]


def ask(writer: Writer, query: str) -> list[tuple[object, ...]]:
    return writer.connection.execute(query).fetchall()


def test_rows_are_found_under_the_new_names(former: Path) -> None:
    for _ in range(2):  # the second time from the log that the first one left
        with open_writer(former, "test") as writer:
            assert ask(writer, "SELECT kind FROM runs ORDER BY run_id") == [("run",), ("import",)]
            assert ask(writer, "SELECT similarity FROM stories") == [(0.5,)]
            assert ask(writer, "SELECT url_key FROM private.known_urls ORDER BY ALL") == [(1,), (18446744073709551615,)]
            assert ask(writer, "SELECT url_key, url FROM private.frontier") == [(2, "http://town.example/2")]
            assert ask(writer, "SELECT fingerprints FROM private.indexed_articles") == [(3,)]
            assert ask(writer, "SELECT outlets, terms FROM private.story_members") == [(["town"], [1])]
            assert ask(writer, "SELECT term, share FROM private.document_frequencies") == [(7, 0.25)]
            assert ask(writer, "SELECT task, stories FROM private.upkeep ORDER BY task") == [
                ("common fingerprints", 600),
                ("document frequencies term-linkage-3", 600),
            ]


def test_more_can_be_loaded_and_published(former: Path) -> None:
    with open_writer(former, "test") as writer:
        load_segment(writer, "s1", "r3", "test", batch(article_row(1), article_row(2), segment="s1"), NOON)
        writer.publish()
    with connect(former) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]


def test_queries_by_the_former_names_are_answered_for_one_release(former: Path) -> None:
    with open_writer(former, "test") as writer:
        writer.publish()
    with connect(former) as reader:
        assert reader.execute("SELECT likeness FROM stories").fetchall() == [(0.5,)]
        assert reader.execute("SELECT is_unspaced('水'), is_unspaced('water')").fetchall() == [(True, False)]
        assert reader.execute("SELECT sign_pairs('水文学')").fetchall() == [(["水文", "文学"],)]
        day = "TIMESTAMPTZ '2026-01-01 00:00:00+00'"
        answers = reader.execute(
            f"SELECT told_at({day}, {day}) = {day}, told_precision({day}, 'day', {day})"
        ).fetchall()
        assert answers == [(True, "day")]
