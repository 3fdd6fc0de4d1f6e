"""The warehouse on DuckLake, with its catalogue in SQLite: the same rows, views and macros as in the embedded file."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from tests.command import call
from tests.end_to_end.segments import crawl, stored_bytes
from warehouse import connect, open_writer, table_copies
from warehouse.lake_opening import load_extension

pytestmark = pytest.mark.extensions
FIRST_DAY, SECOND_DAY = "2026-03-02T08:00:00+00:00", "2026-03-03T09:30:00+00:00"
STORM = (
    "A storm tore roofs from houses in Hamburg on Monday and closed the port for nine hours. Angela Merkel visited the "
    "harbour in the evening and thanked the crews. Germany and Denmark stopped all ferries until the wind fell. "
)
MILL = (
    "The old mill of the village burned down in the night before the market. Nobody was hurt, said Maria Miller of the "
    "fire brigade, and the millers of Denmark promised to help with a new wheel. "
)


def long(text: str, number: int) -> str:
    return text + " ".join(f"Item {number * 100 + n} was counted by the clerk." for n in range(12))


def report(name: str, source: str, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "url": f"http://{source}/2026/{name}", "source": source, "title": f"{name.replace('-', ' ').title()}",
        "text": text, "language": "en", "published_at": FIRST_DAY, "authors": ["Ann Example"], "section": "News",
        "tags": ["Weather"],
    } | fields  # fmt: skip


FIRST = [
    report("storm-closes-port", "courier.example", long(STORM, 1)),
    report("port-closed-by-storm", "post.example", long(STORM, 1) + " The post has seen it.", published_at=SECOND_DAY),
    report("storm-stops-ferries", "echo.example", long(STORM, 1), published_at=SECOND_DAY),
    report("mill-burns-down", "courier.example", long(MILL, 2), published_at=SECOND_DAY),
    report("mill-fire", "bee.example", long(MILL, 3), published_at=SECOND_DAY, is_free=False),
    *(report(f"council-report-{n}", "courier.example", long("The council met in Denmark. ", n + 10)) for n in range(9)),
    report("too-short", "bee.example", "Short."),
]
SECOND = [
    FIRST[0] | {"title": "Storm Closes Port of Hamburg", "text": FIRST[0]["text"] + " The port opened on Tuesday."},
    FIRST[4] | {"text": FIRST[4]["text"] + " The cause is not known."},
]
# What only the time of loading decides.
PASSING = {
    "runs": "finished_at, started_at",
    "schema_migrations": "applied_at",
    "segments": "loaded_at",
    "source_profiles": "learned_at",
    "stories": "closed_at",
}
MACROS = {
    "character_pairs": "SELECT character_pairs('東京都')",
    "coverage": "FROM coverage('storm', since := TIMESTAMPTZ '2026-03-01', of_sources := ['courier.example'])",
    "day_of": "SELECT day_of(seen_at) FROM article_versions",
    "headline_words_of": "SELECT headline_words_of(title) FROM articles",
    "is_unsegmented": "SELECT is_unsegmented('東京'), is_unsegmented('port')",
    "is_unspaced": "SELECT is_unspaced('東京')",
    "local_day_of": "SELECT local_day_of(published_at, 600) FROM articles",
    "matching": "FROM matching(['storm', 'mill OR wheel'], until := TIMESTAMPTZ '2026-03-03', in_language := 'en')",
    "matching_parsed": (
        "FROM matching_parsed((SELECT list(p) FROM parse_query(['\"old mill\"']) AS p), NULL, NULL, NULL, NULL, true)"
    ),
    "named_with": "FROM named_with('Angela Merkel')",
    "names_between": "FROM names_between(DATE '2026-03-01', DATE '2026-03-09')",
    "parse_query": "FROM parse_query(['storm -mill', 'title:port'])",
    "plain_words": "SELECT plain_words(title) FROM articles",
    "publication_precision": (
        "SELECT publication_precision(published_at, published_precision, first_seen_at) FROM articles"
    ),
    "publication_time": "SELECT publication_time(published_at, first_seen_at) FROM articles",
    "query_holds": "SELECT query_holds(postfix, '2') FROM parse_query(['storm'])",
    "search": "FROM search('storm harbour', top := 5)",
    "share_of_voice": "FROM share_of_voice(['storm', 'mill'], unique_only := true)",
    "sign_pairs": "SELECT sign_pairs('東京都')",
    "time_between": "SELECT time_between(published_at, first_seen_at) FROM articles",
    "told_at": "SELECT told_at(published_at, first_seen_at) FROM articles",
    "told_precision": "SELECT told_precision(published_at, published_precision, first_seen_at) FROM articles",
    "top_terms_between": "FROM top_terms_between(DATE '2026-03-01', DATE '2026-03-09')",
    "version_texts": "FROM version_texts([0, 1, 3])",
    "word_terms": "FROM word_terms(['storm', 'mil*'])",
}
EMPTY = {"paused_sources", "silences", "story_attention", "top_terms", "bylines", "paywall_share"}


def newsloom(*arguments: str, data: Path, code: int = 0) -> str:
    done = call(*arguments, "--data", str(data))
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == code, said
    return said


def set_lake(data: Path, catalog: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / "warehouse.toml").write_text(f'warehouse = "ducklake:sqlite:{catalog}"\n')


@pytest.fixture
def own_lake(tmp_path: Path) -> Path:
    """The data directory of a lake that a test may change, beside `catalog.sqlite`."""
    lake = tmp_path / "lake"
    set_lake(lake, tmp_path / "catalog.sqlite")
    for number, lines in enumerate((FIRST, SECOND)):
        imported = tmp_path / f"{number}.jsonl"
        imported.write_text("".join(json.dumps(line) + "\n" for line in lines))
        newsloom("import", str(imported), data=lake)
    return lake


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two data directories with the same archive: one with a file, one with a lake."""
    folder = tmp_path_factory.mktemp("twins")
    file, lake = folder / "file", folder / "lake"
    set_lake(lake, folder / "catalog.sqlite")
    crawl(file, range(3), "000000", source="town.example", queries=("", "?pos=1"))
    for number, lines in enumerate((FIRST, SECOND)):
        imported = folder / f"{number}.jsonl"
        imported.write_text("".join(json.dumps(line) + "\n" for line in lines))
        newsloom("import", str(imported), data=file)
        shutil.copytree(file / "archive", lake / "archive", dirs_exist_ok=True)
        newsloom("import", str(imported), data=lake)
    return file, lake


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[str]]:
    """The columns, and the rows without their order."""
    found = connection.execute(query)
    return [column[0] for column in found.description or ()], sorted(map(repr, found.fetchall()))


def names(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [name for (name,) in connection.execute(query).fetchall()]


def test_every_table_view_and_macro_gives_the_same_rows_as_the_embedded_file(twins: tuple[Path, Path]) -> None:
    with connect(twins[0]) as file, connect(twins[1]) as lake:
        tables = names(file, "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL")
        assert set(tables) < set(
            names(lake, "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL")
        ), "the lake has the private tables as well"
        for table in tables:
            columns = ", ".join(
                names(file, f"SELECT column_name FROM (DESCRIBE {table}) WHERE column_name NOT IN ("
                f"SELECT unnest(string_split('{PASSING.get(table.removeprefix('main.'), '')}', ', ')))")
            )  # fmt: skip
            query = f"SELECT {columns} FROM {table}"
            assert rows(lake, query) == rows(file, query), table
        views = names(file, "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1")
        empty = set()
        for view in views:
            found = rows(file, f"FROM {view}")
            assert rows(lake, f"FROM {view}") == found, view
            if not found[1]:
                empty.add(view)
        assert empty <= EMPTY
        macros = (
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type LIKE '%macro' AND NOT internal"
        )
        assert set(names(file, macros)) == MACROS.keys()
        for macro, query in MACROS.items():
            found = rows(file, query)
            assert found[1], macro
            assert rows(lake, query) == found, macro


def test_what_is_loaded_is_not_loaded_again(twins: tuple[Path, Path]) -> None:
    for data in twins:  # they stay twins, whichever test comes next
        before = newsloom("sql", "SELECT count(*) FROM fetches", data=data)
        again = newsloom("import", str(twins[0].parent / "0.jsonl"), data=data)
        assert f"0.jsonl: {len(FIRST)} already loaded\n" in again
        assert newsloom("sql", "SELECT count(*) FROM fetches", data=data) == before
    assert newsloom("doctor", "--deep", data=twins[1]).startswith("no problems found")


def test_an_earlier_state_can_be_queried(twins: tuple[Path, Path]) -> None:
    with connect(twins[1]) as lake:
        ((before,),) = lake.execute(
            "SELECT max(snapshot_time) FROM newsloom.snapshots() "
            "WHERE snapshot_time < (SELECT max(loaded_at) FROM segments)"
        ).fetchall()
    # In whole seconds: the file was loaded between this state and the next, which takes longer.
    at = f"{before + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
    titles = "SELECT title FROM articles WHERE url = 'http://courier.example/2026/storm-closes-port'"
    assert "Storm Closes Port of Hamburg" in newsloom("sql", titles, data=twins[1])
    assert "Storm Closes Port of Hamburg" not in newsloom("sql", titles, "--at", at, data=twins[1])
    assert "Closes Port" in newsloom("sql", "SELECT title FROM search('storm')", "--at", at, data=twins[1])
    assert "has no state of 2001-01-01" in newsloom("sql", titles, "--at", "2001-01-01", data=twins[1], code=2)
    assert "keeps no earlier states" in newsloom("sql", titles, "--at", at, data=twins[0], code=2)


def test_maintenance_merges_files_and_drops_old_states(own_lake: Path) -> None:
    with connect(own_lake) as lake:
        before = {view: rows(lake, f"FROM {view}") for view in ("articles", "story_first", "search('storm')")}
    orphan = own_lake.parent / "catalog.sqlite.files" / "main" / "stories" / f"ducklake-{uuid4()}.parquet"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"left by a killed process")
    os.utime(orphan, (0, 0))
    files = "SELECT max(file_count) FROM ducklake_table_info('newsloom')"
    with connect(own_lake) as lake:
        assert lake.execute(files).fetchall() > [(1,)]
    with open_writer(own_lake, "test") as writer:
        writer.compact(datetime.now(UTC))
    assert not orphan.exists()
    with connect(own_lake) as lake:
        assert {view: rows(lake, f"FROM {view}") for view in before} == before
        assert lake.execute("SELECT count(*) FROM newsloom.snapshots()").fetchall() <= [(2,)]
        assert lake.execute(files).fetchall() == [(1,)]


def test_duckdb_alone_reads_it_as_the_documentation_says(twins: tuple[Path, Path]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
    (documented,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    install, load, secret, attach, use, query = documented.strip().splitlines()
    assert install.replace("INSTALL", "LOAD") == load
    catalog = twins[0].parent / "catalog.sqlite"
    attach = re.sub(r"'.*'", f"'ducklake:sqlite:{catalog}'", attach)
    with duckdb.connect() as plain:
        for extension in ("ducklake", "httpfs", "sqlite_scanner"):
            load_extension(plain, extension)
        for statement in (secret, attach, use):
            plain.execute(statement)
        found = plain.execute(query).fetchall()
        assert found
        with pytest.raises(duckdb.Error, match="read-only"):
            plain.execute("DELETE FROM article_state")
    with connect(twins[1]) as lake:
        assert lake.execute(query).fetchall() == found


class Killed(BaseException):
    """What ends a command in the middle."""


def all_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[list[str], list[str]]]:
    """What every table has, but for what only the time of loading decides."""
    found = {}
    for table in names(connection, "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"):
        described = f"SELECT column_name FROM (DESCRIBE {table})"
        passing = PASSING.get(table.removeprefix("main."), "").split(", ")
        columns = [name for name in names(connection, described) if name not in passing]
        found[table] = rows(connection, f"SELECT {', '.join(columns)} FROM {table}")
    return found


def rows_of_lake(data: Path) -> dict[str, tuple[list[str], list[str]]]:
    with connect(data) as lake:
        return all_rows(lake)


def test_a_rebuild_replaces_all_rows_at_once_and_resumes(
    twins: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, lake = tmp_path / "file", tmp_path / "lake"
    for copy in (file, lake):
        shutil.copytree(twins[0], copy)
    newsloom("migrate", "--to", f"ducklake:sqlite:{tmp_path / 'catalog.sqlite'}", data=lake)
    newsloom("rebuild", data=file)
    with duckdb.connect(str(file / "private" / "warehouse.duckdb"), read_only=True) as rebuilt:
        rebuilt.execute("SET TimeZone = 'UTC'")
        expected = all_rows(rebuilt)
    with open_writer(lake, "test") as writer, writer.transaction() as connection:
        connection.execute("DELETE FROM article_versions WHERE title LIKE 'Storm%'")
        connection.execute("DELETE FROM search_index.parts")
        connection.execute("UPDATE article_state SET source = 'wrong'")
    changed = rows_of_lake(lake)
    assert changed != expected

    compare = table_copies.compare

    def killed(connection: duckdb.DuckDBPyConnection, table: str, *said: str) -> int:
        if table == "private.known_urls":
            assert rows_of_lake(lake) == changed, "readers see the old rows"
            raise Killed
        return compare(connection, table, *said)

    # A lake that only the environment names; what is rebuilt is a file beside it nevertheless.
    address = (lake / "warehouse.toml").read_text().split('"')[1]
    (lake / "warehouse.toml").unlink()
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE", address)
    monkeypatch.setattr("warehouse.lake_writer.compare", killed)
    with pytest.raises(Killed):
        newsloom("rebuild", data=lake)
    assert rows_of_lake(lake) == changed
    monkeypatch.setattr("warehouse.lake_writer.compare", compare)
    assert "3 segments loaded, 3 of them by the interrupted rebuild\n" in newsloom("rebuild", data=lake)
    assert rows_of_lake(lake) == expected
    assert not (lake / "private" / "rebuild").exists()
    assert newsloom("doctor", "--deep", data=lake).startswith("no problems found")
    with open_writer(lake, "test") as writer:
        writer.compact(datetime.now(UTC))
    assert rows_of_lake(lake) == expected


def test_a_rebuild_needs_the_archives_of_all_machines(own_lake: Path) -> None:
    before = rows_of_lake(own_lake)
    other = own_lake.with_name("other machine")
    set_lake(other, own_lake.parent / "catalog.sqlite")
    assert "no archive found" in newsloom("rebuild", data=other, code=2)
    (other / "archive").mkdir()
    said = newsloom("rebuild", data=other, code=2)
    assert "2 segments of the archive missing or damaged" in said
    assert "If another machine has loaded them, they are in its archive: copy that here." in said
    assert rows_of_lake(own_lake) == before


def test_forgotten_articles_are_in_no_file_and_no_earlier_state(own_lake: Path) -> None:
    needle = "Port Closed By Storm"
    files = own_lake.parent / "catalog.sqlite.files"
    assert needle in texts_of(files)
    newsloom("forget", "http://post.example/2026/port-closed-by-storm", "--yes", data=own_lake)
    assert needle not in texts_of(files)
    assert needle.encode() not in (own_lake.parent / "catalog.sqlite").read_bytes()
    assert "Storm Closes Port" in texts_of(files), "the others are still there"


@pytest.mark.parametrize("what", ["url", "source"])
def test_what_one_machine_forgets_is_erased_by_the_same_command_on_the_others(tmp_path: Path, what: str) -> None:
    machines = [tmp_path / "a", tmp_path / "b"]
    for machine, lines in zip(machines, (FIRST, SECOND), strict=True):
        set_lake(machine, tmp_path / "catalog.sqlite")
        imported = tmp_path / f"{machine.name}.jsonl"
        imported.write_text("".join(json.dumps(line) + "\n" for line in lines))
        newsloom("import", str(imported), data=machine)
    arguments = ("http://courier.example/2026/storm-closes-port",) if what == "url" else ("--source", "courier.example")
    needle, other = b"Storm Closes Port", b"The cause is not known"
    said = newsloom("forget", *arguments, "--yes", data=machines[0])
    assert "1 segment that had something of it: in the archives of other machines. Run the same command there" in said
    assert not stored_bytes(machines[0], needle)
    assert stored_bytes(machines[1], needle), "it is not there that the command was run"
    said = newsloom("forget", *arguments, "--yes", data=machines[1])
    assert "removed 0 articles and " in said
    assert not stored_bytes(machines[1], needle)
    assert what == "source" or stored_bytes(machines[1], other), "the rest of the segment is still there"
    with connect(machines[0]) as lake:
        assert lake.execute("SELECT count(*) FROM articles WHERE title LIKE 'Storm Closes Port%'").fetchall() == [(0,)]
    newsloom("import", str(tmp_path / "b.jsonl"), data=machines[1])
    assert not stored_bytes(machines[1], needle)


def texts_of(files: Path) -> str:
    """The titles of all versions in all Parquet files, deleted or not."""
    with duckdb.connect() as plain:
        stored = [str(file) for file in (files / "main" / "article_versions").glob("*.parquet")]
        rows = [file for file in stored if not file.endswith("-delete.parquet")]
        found = plain.execute("SELECT string_agg(title, chr(10)) FROM read_parquet(?)", [rows]).fetchall()
    return str(found[0][0])
