"""The published file: what is in it, when it is made, and that a failure leaves the old one."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.warehouse.rows import NOON, article_row, batch
from warehouse import (
    DamagedWarehouseError,
    TransientWarehouseError,
    WarehouseError,
    connect,
    open_writer,
    storage,
)
from warehouse.block_checksums import BLOCK_BYTES, damaged_blocks, has_checksums
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse import Writer


def add(writer: Writer, number: int, **changes: object) -> None:
    name = f"s{number}"
    load_segment(writer, name, "r1", "test", batch(article_row(number, **changes), segment=name), NOON)


@pytest.fixture
def bounded_files() -> Iterator[None]:
    """`limit_files` may be used: the nearest to a full disk that needs no rights."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def limit_files(size: int | None) -> None:
    """No file of this process grows beyond so many bytes."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


def load_much(writer: Writer) -> None:
    for number in range(2, 6):
        add(writer, number, text=noise(4 << 20))
        writer.checkpoint()


def noise(bytes_: int) -> str:
    return os.urandom(bytes_ // 2).hex()


def test_what_only_a_run_needs_is_not_in_it(writer: Writer) -> None:
    add(writer, 1)
    writer.publish()
    with connect(writer.data) as reader:
        schemas = reader.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()
        columns = {name for (name,) in reader.execute("SELECT column_name FROM duckdb_columns()").fetchall()}
        assert reader.execute("SELECT title FROM articles").fetchall() == [("Title 1",)]
    assert "private" not in {name for (name,) in schemas}
    assert not columns & {"etag", "last_modified", "fetch_key", "title_hash", "body_hash"}
    private = "SELECT etag FROM article_state UNION ALL SELECT url_key::VARCHAR FROM private.known_urls"
    assert writer.connection.execute(private).fetchall() == [('"1"',), ("1",)], "and stays where runs find it"


def state(file: Path) -> tuple[int, int, int]:
    """What differs once a file was written or replaced; the time of access does not count."""
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def test_it_is_left_alone_while_nothing_changed(writer: Writer) -> None:
    add(writer, 1)
    first = writer.publish()
    before = state(writer.public)
    again = writer.publish()
    assert (first.skipped, again.skipped) == (False, True)
    assert state(writer.public) == before
    add(writer, 2)
    assert not writer.publish().skipped
    with connect(writer.data) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]


def test_it_is_left_alone_by_a_writer_that_opened_and_wrote_nothing(data: Path) -> None:
    with open_writer(data, "test") as writer:
        add(writer, 1)
        writer.publish()
    with open_writer(data, "test") as writer:
        assert writer.publish().skipped


@pytest.mark.parametrize("harm", ["removed", "replaced", "written to"])
def test_it_is_made_anew_where_somebody_touched_it(writer: Writer, harm: str) -> None:
    add(writer, 1)
    writer.publish()
    if harm == "removed":
        writer.public.unlink()
    elif harm == "replaced":
        writer.public.write_text("something else")
    else:
        with duckdb.connect(str(writer.public)) as careless:
            careless.execute("CREATE TABLE scribble AS SELECT 1")
    assert not writer.publish().skipped
    with connect(writer.data) as reader:
        assert reader.execute("SELECT title FROM articles").fetchall() == [("Title 1",)]
        assert reader.execute("SELECT * FROM duckdb_tables() WHERE table_name = 'scribble'").fetchall() == []


def test_a_damaged_file_is_not_published_over_a_good_one(data: Path) -> None:
    with open_writer(data, "test") as writer:
        add(writer, 1, text=noise(2 << 20))
        writer.publish()
        add(writer, 2)
        writer.checkpoint()
        (block,) = writer.connection.execute(
            "SELECT max(block_id) FROM pragma_storage_info('article_versions') "
            "WHERE column_name = 'text' AND block_id >= 0"
        ).fetchall()[0]
    before = writer.public.read_bytes()
    assert has_checksums(writer.file)
    assert damaged_blocks(writer.file) == []
    with writer.file.open("r+b") as stream:
        stream.seek(3 * 4096 + block * BLOCK_BYTES + 9_000)
        byte = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte[0] ^ 1]))
    assert damaged_blocks(writer.file) == [block]
    with open_writer(data, "test") as writer:
        add(writer, 3)
        with pytest.raises(DamagedWarehouseError, match="is damaged"):
            writer.publish()
    assert writer.public.read_bytes() == before
    assert not writer.public.with_name("news.duckdb.new").exists()


def test_what_lacks_a_published_segment_is_not_published(data: Path) -> None:
    with open_writer(data, "test") as writer:
        add(writer, 1)
        add(writer, 2)
        writer.publish()
        writer.connection.execute("DELETE FROM segments WHERE segment = 's1'")
        with pytest.raises(WarehouseError, match=r"Segments that are published but not in .*: 1 \(s1\)"):
            writer.publish()
        assert not writer.publish(may_lose_segments=True).skipped


def test_what_a_killed_publishing_left_is_swept_by_the_next_writer(data: Path) -> None:
    with open_writer(data, "test") as writer:
        add(writer, 1)
        writer.publish()
    rests = [data / "news.duckdb.new", data / "news.duckdb.new.wal", data / "private" / "warehouse.duckdb.new"]
    for rest in rests:
        rest.write_text("half of a file")
    with open_writer(data, "test"):
        assert not any(rest.exists() for rest in rests)


def test_texts_are_compressed(writer: Writer) -> None:
    for number in range(3):
        add(writer, number, text=" ".join(str(word) for word in range(number, 100_000)))
    writer.publish()
    with duckdb.connect(str(writer.public), read_only=True) as reader:
        stored = reader.execute(
            "SELECT DISTINCT compression FROM pragma_storage_info('article_versions') "
            "WHERE column_name = 'text' AND segment_type = 'VARCHAR'"
        ).fetchall()
    assert stored == [("ZSTD",)]


def test_a_file_in_the_format_of_an_older_duckdb_is_written_anew(data: Path) -> None:
    with open_writer(data, "test") as writer:
        add(writer, 1)
        writer.checkpoint()
    file = data / "private" / "warehouse.duckdb"
    with duckdb.connect() as connection:
        connection.execute(
            f"ATTACH '{file}' AS new (READ_ONLY); ATTACH '{file}.old' AS old (STORAGE_VERSION 'v1.0.0'); "
            "COPY FROM DATABASE new TO old"
        )
    Path(f"{file}.old").replace(file)
    assert storage.is_old(file)
    with open_writer(data, "test") as writer:
        assert not storage.is_old(writer.file)
        assert writer.connection.execute("SELECT title FROM articles").fetchall() == [("Title 1",)]
        comments = "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'article_state' AND comment IS NULL"
        assert writer.connection.execute(comments).fetchall() == [(0,)]


@pytest.mark.usefixtures("bounded_files")
def test_a_full_disk_during_publishing_leaves_the_old_file_and_says_what_to_do(writer: Writer) -> None:
    add(writer, 1)
    writer.publish()
    load_much(writer)
    limit_files(8 << 20)
    with pytest.raises(
        TransientWarehouseError, match=r"news\.duckdb: cannot be written.*\n.*Free some space on the disk"
    ):
        writer.publish()
    with connect(writer.data) as reader:
        assert reader.execute("SELECT title FROM articles").fetchall() == [("Title 1",)]
    assert not list(writer.data.glob("*.new*"))
    limit_files(None)
    writer.publish()
    with connect(writer.data) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(5,)]


@pytest.mark.usefixtures("bounded_files")
def test_a_full_disk_during_a_load_loads_nothing_and_the_same_load_can_be_repeated(writer: Writer) -> None:
    add(writer, 1)
    writer.publish()
    limit_files(8 << 20)
    with pytest.raises(TransientWarehouseError, match="Free some space on the disk"):
        load_much(writer)
    limit_files(None)
    load_much(writer)
    writer.publish()
    with connect(writer.data) as reader:
        assert reader.execute("SELECT count(*), count(DISTINCT article_id) FROM articles").fetchall() == [(5, 5)]


@pytest.mark.usefixtures("bounded_files")
def test_a_full_disk_at_a_commit_loads_nothing_and_says_what_to_do(writer: Writer) -> None:
    add(writer, 1)
    writer.publish()
    log = writer.file.with_name(writer.file.name + ".wal")
    limit_files(log.stat().st_size + 1000 if log.exists() else 1000)
    with pytest.raises(TransientWarehouseError, match="Free some space on the disk"):
        add(writer, 2)
    limit_files(None)
    add(writer, 2)
    assert writer.connection.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]


@pytest.mark.usefixtures("bounded_files", "made_from_nothing")
@pytest.mark.parametrize("size", [0, 4096, 8192, 12288, 20000, 100_000])
def test_a_disk_that_is_full_from_the_beginning_leaves_nothing_in_the_way(tmp_path: Path, size: int) -> None:
    limit_files(size)
    with pytest.raises(TransientWarehouseError, match="Free some space on the disk"), open_writer(tmp_path, "test"):
        pass
    limit_files(None)
    with open_writer(tmp_path, "test") as writer:
        add(writer, 1)
        assert writer.connection.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]


def test_a_disk_that_is_full_in_truth(tmp_path: Path) -> None:
    """On a small file system of its own, where this machine lets us mount one."""
    script = f"""
    set -e
    mount -t tmpfs -o size=6m none {tmp_path}
    exec {sys.executable} -c '
import os, pathlib
from tests.warehouse.test_publish import add, noise
from warehouse import TransientWarehouseError, connect, open_writer
data = pathlib.Path("{tmp_path}/data")
with open_writer(data, "test") as writer:
    add(writer, 1)
    writer.publish()
    try:
        for number in range(2, 100):
            add(writer, number, text=noise(1 << 20))
            writer.publish()
    except TransientWarehouseError as error:
        print(error)
    (data / "filler").unlink(missing_ok=True)
with connect(data) as reader:
    print(reader.execute("SELECT count(*) > 0, min(title) FROM articles").fetchall())
'
    """
    mounted = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=480,
    )
    if mounted.returncode and "TransientWarehouseError" not in mounted.stderr and "Traceback" not in mounted.stderr:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    assert mounted.returncode == 0, mounted.stderr
    assert "No space left on device" in mounted.stdout
    assert "Free some space on the disk" in mounted.stdout
    assert mounted.stdout.splitlines()[-1] == "[(True, 'Title 1')]"
