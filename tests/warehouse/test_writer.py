"""One writer, many readers, and a file that is always whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.warehouse.rows import NOON, article_row, batch
from warehouse import DamagedWarehouseError, WarehouseBusyError, WarehouseError, connect, open_writer
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from warehouse import Writer

SPAWN = multiprocessing.get_context("spawn")


def load(data: Path, number: int, *, publish: bool = True) -> None:
    with open_writer(data, "test") as writer:
        name = f"s{number}"
        load_segment(writer, name, "r1", "test", batch(article_row(number), segment=name), NOON)
        if publish:
            writer.publish()


def count(path: Path) -> int:
    with connect(path) as reader:
        return int(reader.execute("SELECT count(*) FROM articles").fetchall()[0][0])


def hold(data: Path, pipe: Connection) -> None:
    """Another process: holds the writer until it is told to stop."""
    with open_writer(data, "newsloom run"):
        pipe.send("holding")
        pipe.recv()


def write_for_ever(data: Path, pipe: Connection) -> None:
    """Another process: loads and publishes until it is killed."""
    with open_writer(data, "test") as writer:
        for number in range(2, 100_000):
            name = f"s{number}"
            load_segment(writer, name, "r1", "test", batch(article_row(number), segment=name), NOON)
            pipe.send(number)
            writer.publish()


def read_and_wait(data: Path, pipe: Connection) -> None:
    """Another process: a reader that was left open."""
    with connect(data) as reader:
        pipe.send(reader.execute("SELECT count(*) FROM articles").fetchall()[0][0])
        pipe.recv()
        pipe.send(reader.execute("SELECT count(*) FROM articles").fetchall()[0][0])


def test_a_reader_left_open_neither_blocks_a_writer_nor_sees_a_torn_state(data: Path) -> None:
    load(data, 1)
    ours, theirs = SPAWN.Pipe()
    reader = SPAWN.Process(target=read_and_wait, args=(data, theirs))
    reader.start()
    try:
        assert ours.recv() == 1
        load(data, 2)
        assert count(data) == 2
        ours.send("go on")
        assert ours.recv() == 1, "it keeps the file that it opened"
    finally:
        reader.join(30)
        ours.close()
        theirs.close()
    assert reader.exitcode == 0


def test_a_second_writer_learns_which_process_is_writing(data: Path) -> None:
    ours, theirs = SPAWN.Pipe()
    holder = SPAWN.Process(target=hold, args=(data, theirs))
    holder.start()
    try:
        assert ours.recv() == "holding"
        with pytest.raises(WarehouseBusyError, match=rf"`newsloom run`, process {holder.pid}, since 20"):
            load(data, 1)
        ours.send("stop")
        with open_writer(data, "test", wait=30):
            pass
    finally:
        holder.join(30)
        ours.close()
        theirs.close()


def test_a_killed_writer_leaves_whole_files_and_no_lock(data: Path) -> None:
    load(data, 1)
    for pause in (0.0, 0.05, 0.2):
        ours, theirs = SPAWN.Pipe()
        victim = SPAWN.Process(target=write_for_ever, args=(data, theirs))
        victim.start()
        assert victim.pid is not None
        ours.recv()
        time.sleep(pause)
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        assert count(data) >= 1
        with open_writer(data, "test") as writer:
            found = writer.connection.execute(
                """
                SELECT (SELECT count(*) FROM segments), (SELECT count(*) FROM fetches), (SELECT count(*) FROM articles),
                       (SELECT count(*) FROM private.known_urls)
                """
            ).fetchall()[0]
            assert len(set(found)) == 1, "every segment wholly or not at all"
            for table in ("segments", "fetches", "article_state", "article_versions", "private.known_urls"):
                writer.connection.execute(f"DELETE FROM {table}")
        load(data, 1)
        ours.close()
        theirs.close()


def test_other_users_cannot_read_the_private_folder(data: Path) -> None:
    load(data, 1)
    assert (data / "private").stat().st_mode & 0o777 == 0o700


def test_readers_cannot_write(data: Path) -> None:
    load(data, 1)
    with connect(data) as reader, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        reader.execute("DELETE FROM article_state")


def test_what_was_not_published_is_published_next_time(data: Path) -> None:
    load(data, 1)
    load(data, 2, publish=False)
    assert count(data) == 1
    load(data, 3)
    assert count(data) == 3


def test_a_log_that_somebody_left_beside_the_published_file_is_not_replayed(data: Path) -> None:
    load(data, 1)
    careless = duckdb.connect(str(data / "news.duckdb"))
    careless.execute("PRAGMA disable_checkpoint_on_shutdown")
    careless.execute("CREATE TABLE scribble AS SELECT 1")
    careless.close()
    assert (data / "news.duckdb.wal").exists()
    load(data, 2)
    assert not (data / "news.duckdb.wal").exists()
    assert count(data) == 2


def test_reading_where_there_is_no_warehouse_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse found"):
        connect(tmp_path)


def test_a_file_that_is_no_warehouse_is_named(tmp_path: Path) -> None:
    (tmp_path / "news.duckdb").write_text("not a database" * 1000)
    with pytest.raises(WarehouseError, match=r"news\.duckdb: cannot be opened .*\nThe next `newsloom run`"):
        connect(tmp_path)


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="cannot be used as a data directory"), open_writer(tmp_path / "file", "t"):
        pass


def test_a_damaged_file_is_named_with_what_to_do_wherever_it_shows(data: Path) -> None:
    load(data, 1)
    file = data / "private" / "warehouse.duckdb"
    whole = file.read_bytes()
    assert len(whole) > 1_000_000
    # The head of the file, which DuckDB reads when it opens it; the end, which it reads when somebody asks for that.
    for begin, end in ((4096, 4296), (0, 16), (3 * 4096, len(whole))):
        file.write_bytes(whole[:begin] + bytes(byte ^ 0xFF for byte in whole[begin:end]) + whole[end:])
        with pytest.raises(DamagedWarehouseError, match=r"warehouse\.duckdb: is damaged: .*\n.*`newsloom rebuild`"):
            _read_everything(data)
    file.write_bytes(whole)
    _read_everything(data)


def _read_everything(data: Path) -> None:
    with open_writer(data, "test") as writer:
        tables = writer.connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        for (table,) in tables:
            writer.connection.execute(f"FROM {table}").fetchall()


def hold_file(file: Path, pipe: Connection) -> None:
    """Another process: a curious somebody who opened the private file."""
    with duckdb.connect(str(file)):
        pipe.send("open")
        pipe.recv()


def test_whoever_opens_the_private_file_is_sent_to_the_published_one(data: Path) -> None:
    load(data, 1)
    here, there = SPAWN.Pipe()
    other = SPAWN.Process(target=hold_file, args=(data / "private" / "warehouse.duckdb", there))
    other.start()
    try:
        assert here.recv() == "open"
        with (
            pytest.raises(WarehouseError, match=r"open in another program: .*\nClose it there, .*news\.duckdb"),
            open_writer(data, "test"),
        ):
            pass
    finally:
        here.send("close")
        other.join(30)


def test_small_queries_have_one_thread_and_others_as_many_as_before(writer: Writer) -> None:
    def threads() -> int:
        return int(writer.connection.execute("SELECT current_setting('threads')").fetchall()[0][0])

    writer.connection.execute("SET threads = 3")
    with writer.one_thread():
        assert threads() == 1
    assert threads() == 3
    with pytest.raises(ZeroDivisionError), writer.one_thread():
        raise ZeroDivisionError
    assert threads() == 3
