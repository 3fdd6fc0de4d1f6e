"""The warehouse on DuckLake with several loaders: the catalogue in a real PostgreSQL, the files on a server of S3."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.servers import HAS_POSTGRESQL, USER, create_database, postgresql, s3
from tests.warehouse.rows import NOON, article_row, batch
from warehouse import WarehouseError, connect, open_writer
from warehouse.checks.doctor import check_warehouse
from warehouse.errors import LakeUnreachableError, WarehouseBusyError
from warehouse.lake import parse_lake
from warehouse.lake_lock import KEY, lake_lock
from warehouse.lake_opening import load_extension, open_lake, use_s3
from warehouse.loading.load import load_segment
from warehouse.opening import open_file_writer
from warehouse.runs import start_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Writer

pytestmark = [
    pytest.mark.extensions,
    pytest.mark.skipif(not HAS_POSTGRESQL, reason="NO POSTGRESQL HERE: nobody has tried DuckLake with it"),
]
ROOT = Path(__file__).parents[2]
NUMBERS = itertools.count(1)
PATIENCE = 600.0  # seconds, on a busy machine: a minute on an idle one
# Loads a segment, says so before it commits, and never does.
STUCK = """
import sys, time
from pathlib import Path
from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.loading.load import load_segment
from warehouse.runs import start_run

def wait(connection):
    print("in the transaction", flush=True)
    time.sleep(600)

with open_writer(Path(sys.argv[1]), "newsloom run", shared=True) as writer:
    load_segment(writer, "s1", "r1", "test", batch(article_row(1), article_row(2), segment="s1"), NOON, wait)
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[int, dict[str, str]]]:
    with postgresql() as port, s3("news") as environment:
        yield port, environment


@pytest.fixture
def lake(servers: tuple[int, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The connection string of an empty database, which two data directories in `tmp_path`, `a` and `b`, use."""
    port, environment = servers
    name = f"lake{next(NUMBERS)}"
    create_database(port, name)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    catalog = f"dbname={name} host=127.0.0.1 port={port} user={USER}"
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        (folder / "warehouse.toml").write_text(
            f'warehouse = "ducklake:postgres:{catalog}"\ndata_path = "s3://news/{name}"\n'
        )
    return catalog


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def lines(numbers: range) -> str:
    words = ["river", "storm", "mill", "council", "ferry", "harbour", "market", "village", "bridge", "tower"]
    return "".join(
        json.dumps(
            {
                "url": f"http://town.example/{n}", "title": f"Report {n} about the {words[n % 10]}", "source": "town",
                "text": " ".join(f"Item {n * 100 + i} of the {words[i % 10]} was counted." for i in range(15)),
                "published_at": f"2026-03-{1 + n % 9:02d}T08:00:00+00:00", "language": "en",
            }
        ) + "\n"
        for n in numbers
    )  # fmt: skip


@pytest.mark.slow
def test_two_loaders_and_a_reader_at_once(lake: str, tmp_path: Path) -> None:
    files = []
    for number in range(4):  # neighbouring files have ten articles in common
        files.append(tmp_path / f"{number}.jsonl")
        files[-1].write_text(lines(range(20 * number, 20 * number + 30)))
    with open_writer(tmp_path / "a", "test"):
        pass  # for the reader
    loaders = [
        start("-m", "flows.cli", "import", *map(str, order), "--data", str(tmp_path / folder))
        for folder, order in (("a", files), ("b", files[::-1]))
    ]
    seen = []
    deadline = time.monotonic() + PATIENCE
    with connect(tmp_path / "a") as reader:
        while any(loader.poll() is None for loader in loaders):
            assert time.monotonic() < deadline
            seen.append(
                reader.execute(
                    "SELECT (SELECT count(*) FROM articles), (SELECT count(DISTINCT url) FROM articles), "
                    "(SELECT count(*) FROM fetches WHERE outcome = 'loaded'), (SELECT count(*) FROM search('storm'))"
                ).fetchall()[0]
            )
            time.sleep(1.0)
        for loader in loaders:
            said, _ = loader.communicate()
            assert loader.returncode == 0, said
        assert len({articles for articles, *_ in seen}) > 2, "it has read while they were loading"
        assert all(articles == urls == loaded for articles, urls, loaded, _ in seen)
        assert sorted(seen) == sorted(seen, key=lambda one: one[0])
        assert reader.execute("SELECT count(*), count(DISTINCT url) FROM articles").fetchall() == [(90, 90)]
        assert reader.execute("SELECT count(*), count(DISTINCT segment) FROM segments").fetchall() == [(4, 4)]
        assert reader.execute("SELECT count(*) FROM fetches").fetchall() == [(120,)]
        assert reader.execute("SELECT count(DISTINCT doc), max(doc) FROM article_versions").fetchall() == [(90, 89)]
        assert reader.execute("SELECT sum(docs) FROM search_index.parts").fetchall() == [(90,)]
        assert reader.execute("SELECT next_doc FROM private.names_progress").fetchall() == [(90,)]
        assert reader.execute("SELECT kind, outcome, count(*) FROM runs GROUP BY ALL").fetchall() == [
            ("import", "completed", 4)
        ]
        assert not list(check_warehouse(reader))


def test_a_loader_that_is_killed_in_its_transaction_leaves_nothing_and_no_lock(lake: str, tmp_path: Path) -> None:
    stuck = start("-c", STUCK, str(tmp_path / "a"))
    try:
        assert stuck.stdout is not None
        # DuckDB takes `python -c` for a terminal, and prints a line of its own while it is slow.
        assert "in the transaction\n" in iter(stuck.stdout.readline, "")
        with (
            pytest.raises(WarehouseBusyError, match=f"newsloom run, process {stuck.pid}"),
            open_writer(tmp_path / "b", "newsloom doctor"),
        ):
            pass
        with connect(tmp_path / "b") as reader:
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(0,)]
        stuck.send_signal(signal.SIGKILL)
        stuck.wait()
        start_time = time.monotonic()
        rows = batch(article_row(1), article_row(2), segment="s1")
        with open_writer(tmp_path / "b", "newsloom run", shared=True) as writer:
            assert load_segment(writer, "s1", "r1", "test", rows, NOON)
            assert not load_segment(writer, "s1", "r1", "test", rows, NOON)
        assert time.monotonic() - start_time < 60
        with connect(tmp_path / "b") as reader:
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    finally:
        stuck.kill()
        stuck.communicate()


def terminate(lake: str, purpose: str, of: str = "") -> None:
    """End the connection that holds the lock for a purpose, or all (""), as a server that is restarted does."""
    database = f"''{of}''" if of else "current_database()"
    with duckdb.connect() as other:
        load_extension(other, "postgres_scanner")
        other.execute(f"ATTACH '{lake}' AS server (TYPE postgres)")
        other.execute(
            "FROM postgres_query('server', 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = {database} AND pid <> pg_backend_pid() AND application_name LIKE ''{purpose}%''')"
        )


@pytest.mark.parametrize(("lost", "is_noticed"), [("newsloom run", False), ("", False), ("", True)])
def test_who_has_lost_the_lock_commits_nothing(lake: str, tmp_path: Path, lost: str, is_noticed: bool) -> None:
    rows = batch(article_row(1), segment="s1")

    def cut_off(connection: duckdb.DuckDBPyConnection) -> None:
        terminate(lake, lost)
        if is_noticed:
            connection.execute("FROM segments").fetchall()

    with open_writer(tmp_path / "a", "newsloom run", shared=True) as writer:
        with pytest.raises(LakeUnreachableError, match="cannot be reached"):
            load_segment(writer, "s1", "r1", "test", rows, NOON, cut_off)
        assert load_segment(writer, "s1", "r1", "test", rows, NOON), "nothing was committed, and it can go on"
    with connect(tmp_path / "b") as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]


@contextmanager
def unreachable(lake: str) -> Iterator[None]:
    """While it lasts, the server accepts no connections to the database of the lake."""
    name = lake.split()[0].removeprefix("dbname=")
    with duckdb.connect() as other:
        load_extension(other, "postgres_scanner")
        other.execute(f"ATTACH '{lake.replace(name, 'postgres', 1)}' AS server (TYPE postgres)")
        allow = f"CALL postgres_execute('server', 'ALTER DATABASE {name} ALLOW_CONNECTIONS %s')"
        other.execute(allow % "false")
        try:
            terminate(lake.replace(name, "postgres", 1), "", of=name)
            yield
        finally:
            other.execute(allow % "true")


def test_a_server_that_is_gone_is_reported_and_loading_goes_on_when_it_is_back(lake: str, tmp_path: Path) -> None:
    with open_writer(tmp_path / "a", "newsloom run", shared=True) as writer:
        with pytest.raises(LakeUnreachableError, match="cannot be reached"):
            read_while_unreachable(lake, writer)
        assert load_segment(writer, "s1", "r1", "test", batch(article_row(1), segment="s1"), NOON)


def read_while_unreachable(lake: str, writer: Writer) -> None:
    with writer.exclusive(), unreachable(lake):
        writer.connection.execute("FROM segments").fetchall()


def test_a_command_that_has_lost_its_lock_ends(lake: str, tmp_path: Path) -> None:
    """It has read what others may have changed since; what loads segment by segment reads again."""
    rows = batch(article_row(1), segment="s1")
    with open_writer(tmp_path / "a", "newsloom restory") as writer:
        terminate(lake, "newsloom restory")
        with pytest.raises(LakeUnreachableError):
            writer.compact(NOON)
        for attempt in (lambda: load_segment(writer, "s1", "r1", "test", rows, NOON), writer.rewrite):
            with pytest.raises(WarehouseError, match=r"connection that held the lock was lost.* Run the same command"):
                attempt()
        with open_writer(tmp_path / "b", "newsloom run") as other:
            assert load_segment(other, "s1", "r1", "test", rows, NOON), "nobody has the lock"
    with open_writer(tmp_path / "a", "newsloom restory") as writer:
        assert not load_segment(writer, "s1", "r1", "test", rows, NOON), "it is loaded"


def test_all_rows_are_replaced_at_once_unless_the_lock_or_the_server_is_lost(lake: str, tmp_path: Path) -> None:
    first, second = (batch(article_row(n), segment=f"s{n}") for n in (1, 2))
    with open_file_writer(tmp_path / "rebuilt", "test") as rebuilt:
        for number, rows in enumerate((first, second), start=1):
            assert load_segment(rebuilt, f"s{number}", "r1", "test", rows, NOON)
        rebuilt.finish()
        expected = rebuilt.connection.execute("SELECT url, title FROM articles ORDER BY url").fetchall()
        file = rebuilt.file
    with open_writer(tmp_path / "a", "newsloom run", shared=True) as writer:
        assert load_segment(writer, "s2", "r1", "test", second, NOON)
    for lost in ("newsloom rebuild", ""):  # the lock's connection, or all
        with open_writer(tmp_path / "a", "newsloom rebuild") as writer:
            terminate(lake, lost)
            with pytest.raises(LakeUnreachableError):
                writer.replace_by(file)
    with connect(tmp_path / "b") as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
        with open_writer(tmp_path / "a", "newsloom rebuild") as writer:
            writer.replace_by(file)
            writer.publish()
            assert not list(check_warehouse(writer.connection))
        assert reader.execute("SELECT url, title FROM articles ORDER BY url").fetchall() == expected
        assert reader.execute("SELECT segment FROM segments ORDER BY loaded_at, segment").fetchall() == [
            ("s1",),
            ("s2",),
        ]


def test_the_holder_is_that_of_our_lock_in_our_database(servers: tuple[int, dict[str, str]], lake: str) -> None:
    elsewhere = f"lake{next(NUMBERS)}"
    create_database(servers[0], elsewhere)
    ours = f"ducklake:postgres:{lake}"
    other = lake_lock(parse_lake(ours.replace(lake.split()[0], f"dbname={elsewhere}")), "newsloom elsewhere")
    first, second = (lake_lock(parse_lake(ours), f"newsloom {command}") for command in ("run", "doctor"))
    with duckdb.connect() as foreign:
        load_extension(foreign, "postgres_scanner")
        foreign.execute(f"ATTACH '{lake} application_name=foreign' AS server (TYPE postgres)")
        foreign.begin()
        foreign.execute(f"FROM postgres_query('server', 'SELECT pg_advisory_xact_lock(1, {KEY})::TEXT')").fetchall()
        try:
            assert other.acquire(0.0)
            assert second.holder() == "unknown process"
            assert first.acquire(0.0)
            first.check()
            assert not second.acquire(0.0)
            assert second.holder().startswith(f"newsloom run, process {os.getpid()} on ")
        finally:
            for lock in (other, first, second):
                lock.release()
        assert second.acquire(PATIENCE)
        second.release()
        foreign.rollback()


def test_a_new_lake_is_not_made_in_a_bucket_with_parquet_files(lake: str) -> None:
    bucket = f"s3://news/{next(NUMBERS)}"
    with duckdb.connect() as plain:
        load_extension(plain, "httpfs")
        use_s3(plain)
        plain.execute(f"COPY (SELECT 1) TO '{bucket}/of another/sales.parquet'")
    with pytest.raises(WarehouseError, match=f"belong to something else, such as {bucket}/of another/sales"):
        open_lake(parse_lake(f"ducklake:postgres:{lake}", bucket), write=True)
    with pytest.raises(WarehouseError, match="no warehouse found"):
        open_lake(parse_lake(f"ducklake:postgres:{lake}"))
    with pytest.raises(WarehouseError, match="is new, so it needs a data_path"):
        open_lake(parse_lake(f"ducklake:postgres:{lake}"), write=True)


def test_a_database_that_is_not_there_is_no_reason_to_try_again(lake: str) -> None:
    address = f"ducklake:postgres:{lake.replace('dbname=lake', 'dbname=none')}"
    with pytest.raises(WarehouseError, match=r'the server refuses the connection: .*"none\d+" does not exist'):
        open_lake(parse_lake(address))


def test_a_run_whose_start_is_not_committed_forgets_no_run_that_has_died(lake: str, tmp_path: Path) -> None:
    with open_writer(tmp_path / "a", "newsloom run") as writer:
        start_run(writer, "r1", "crawl", "test", NOON)  # and dies
    with open_writer(tmp_path / "a", "newsloom run") as writer:
        terminate(lake, "newsloom run")
        with pytest.raises(LakeUnreachableError):
            start_run(writer, "r2", "crawl", "test", NOON)
    with open_writer(tmp_path / "a", "newsloom run") as writer:
        assert start_run(writer, "r2", "crawl", "test", NOON) == 1
        found = writer.connection.execute("SELECT run_id, outcome FROM runs ORDER BY run_id").fetchall()
    assert found == [("r1", "crashed"), ("r2", "running")]
