"""kill -9 in the middle of publishing, a load, a migration: what is there is whole, and the next writer goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.rounds import ROUNDS
from tests.warehouse.rows import NOON, article_row, batch
from warehouse import connect, open_writer, storage
from warehouse.loading.load import load_segment
from warehouse.migrate import migrate, read_migrations

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

SPAWN = multiprocessing.get_context("spawn")


def load_much(data: Path, numbers: range) -> None:
    """Load an article of a megabyte a segment, and publish after each."""
    with open_writer(data, "test") as writer:
        for number in numbers:
            name, text = f"s{number}", os.urandom(500_000).hex()
            load_segment(writer, name, "r1", "test", batch(article_row(number, text=text), segment=name), NOON)
            writer.publish()


def migrate_in_the_background(data: Path) -> None:
    with open_writer(data, "test"):
        time.sleep(60)


def kill_when(process: BaseProcess, moment: Callable[[], bool], pause: float = 0.0) -> None:
    deadline = time.monotonic() + 240
    while process.is_alive() and time.monotonic() < deadline and not moment():
        time.sleep(0.0005)
    time.sleep(pause)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def whole(data: Path) -> int:
    """How many articles both files have; each row with its text."""
    with connect(data) as reader:
        published = reader.execute("SELECT count(*), count(*) FILTER (length(text) > 0) FROM articles").fetchall()[0]
    assert published[0] == published[1]
    return int(published[0])


def test_killed_while_publishing(data: Path) -> None:
    load_much(data, range(1, 8))
    before = whole(data)
    for turn in range(ROUNDS):
        first = 100 * (turn + 1)
        victim = SPAWN.Process(target=load_much, args=(data, range(first, first + 50)))
        victim.start()
        kill_when(victim, (data / "news.duckdb.new").exists)
        assert (data / "news.duckdb.new").exists(), "it was killed in the middle"
        assert whole(data) >= before
        with open_writer(data, "test") as writer:
            writer.publish()
            rows = "SELECT (SELECT count(*) FROM segments), (SELECT count(*) FROM articles)"
            segments, articles = writer.connection.execute(rows).fetchall()[0]
        assert segments == articles == whole(data)
        assert not list(data.glob("*.new*"))
        before = articles


def test_killed_while_loading(data: Path) -> None:
    load_much(data, range(1, 3))
    log = data / "private" / "warehouse.duckdb.wal"
    for first in range(100, 100 + 200 * ROUNDS, 100):
        victim = SPAWN.Process(target=load_much, args=(data, range(first, first + 50)))
        victim.start()
        kill_when(victim, lambda: log.exists() and log.stat().st_size > 0)
        with open_writer(data, "test") as writer:
            rows = writer.connection.execute(
                "SELECT (SELECT count(*) FROM segments), (SELECT count(*) FROM fetches), "
                "(SELECT count(*) FROM articles)"
            ).fetchall()[0]
        assert len(set(rows)) == 1, "every segment wholly or not at all"


@pytest.mark.usefixtures("made_from_nothing")
def test_killed_while_migrating(data: Path) -> None:
    """A file that has had the first migration only: however often the others are killed, nothing is lost."""
    ours = read_migrations()
    file = data / "private" / "warehouse.duckdb"
    file.parent.mkdir(parents=True)
    connection = storage.open_file(file)
    connection.execute(ours[0].sql)
    connection.execute(
        "INSERT INTO runs SELECT 'r' || n, 'run', now(), now(), 'completed', NULL, '0' FROM range(1000) AS t(n)"
    )
    connection.execute(
        "CREATE TABLE schema_migrations (number INTEGER, name VARCHAR, checksum VARCHAR, applied_at TIMESTAMPTZ)"
    )
    connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?, now())", [1, ours[0].name, ours[0].checksum])
    connection.close()
    for pause in (0.0, 0.05, 0.02, 0.1)[: 2 * ROUNDS]:
        victim = SPAWN.Process(target=migrate_in_the_background, args=(data,))
        victim.start()
        lock = data / "private" / "writer.json"
        lock.unlink(missing_ok=True)
        kill_when(victim, lock.exists, pause)
    with open_writer(data, "test") as writer:
        assert migrate(writer.connection, file) == []
        applied = writer.connection.execute("SELECT count(*) FROM schema_migrations WHERE number > 0").fetchall()
        assert applied == [(len(ours),)]
        assert writer.connection.execute("SELECT count(*) FROM runs").fetchall() == [(1000,)]
