from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import crawlers
from crawlers.archive import salvage_segments, sealed_segments
from crawlers.archive.fetch_log import from_json
from crawlers.archive.reader import read_member

if TYPE_CHECKING:
    from collections.abc import Callable

    Checked = Callable[[Path], list[tuple[str, str | None]]]

# Writes pages until it is killed, or until it reads a line, and reports each one only after it was added.
WRITER = """
import hashlib, os, sys
from datetime import UTC, datetime
from pathlib import Path
from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter

directory, pages = Path(sys.argv[1]), int(sys.argv[2])
with SegmentWriter(directory, f"run{os.getpid()}", max_pages=7) as writer:
    for number in range(pages):
        url = f"https://example.org/{number}"
        body = hashlib.shake_128(url.encode()).digest(number * 7919 % 60_000)
        fetch = Fetch(url, "s", Kind.PAGE, Outcome.FETCHED, datetime.now(UTC))
        writer.add(fetch, Exchange("GET", url, (), 200, "OK", (), body))
        os.write(1, f"{number}\\n".encode())
    sys.stdin.readline()
"""

# Has one child after the other write three pages into two segments of a folder of its own and kill itself, each at the
# next step, until one gets through. A step is half a write, an opening or a renaming.
STEPPER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from crawlers.archive import Exchange, Fetch, Kind, Outcome, SegmentWriter
import crawlers.archive.writer

def step():
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

def write(file, data):
    for half in data[:len(data) // 2], data[len(data) // 2:]:
        step()
        file.write(half)

def stepping(real):
    def done(path, *arguments, **named):
        if path.suffix == ".open":
            step()
        return real(path, *arguments, **named)
    return done

crawlers.archive.writer._write = write
Path.rename = stepping(Path.rename)
Path.open = stepping(Path.open)

def write_three(directory):
    with SegmentWriter(directory, "run", max_pages=2) as writer:
        for number in range(3):
            url = f"https://example.org/{number}"
            fetch = Fetch(url, "s", Kind.PAGE, Outcome.FETCHED, datetime.now(UTC))
            writer.add(fetch, Exchange("GET", url, (), 200, "OK", (), url.encode() * 100))
            os.write(1, f"{number}".encode())

for killed_at in range(int(sys.argv[2])):
    left = killed_at
    child = os.fork()
    if not child:
        write_three(Path(sys.argv[1], str(killed_at)))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    os.write(1, b"\\n" if status else b" done\\n")
    if not status:
        break
"""


def start_writer(directory: Path, number: int, program: str = WRITER) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(Path(crawlers.__file__).parents[1])}
    command = [sys.executable, "-c", program, str(directory), str(number)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def body_of(url: str) -> bytes:
    number = int(url.rpartition("/")[2])
    return hashlib.shake_128(url.encode()).digest(number * 7919 % 60_000)


@pytest.mark.parametrize(
    ("reports", "pause"),
    [(0, 0), (1, 0), (3, 0.001), (6, 0), (7, 0), (7, 0.002), (13, 0.0005), (20, 0.003), (40, 0.007)],
)
def test_whatever_was_added_before_the_kill_can_be_read(
    reports: int, pause: float, tmp_path: Path, checked: Checked
) -> None:
    with start_writer(tmp_path, 1_000_000) as child:
        assert child.stdout
        reported = [int(child.stdout.readline()) for _ in range(reports)]
        time.sleep(pause)
        child.kill()
        reported += [int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
    salvage_segments(tmp_path)
    assert not list(tmp_path.glob("*.open"))
    read = []
    for segment in sealed_segments(tmp_path):
        checked(segment.warc_path)
        for known in segment.fetches():
            assert known.offset is not None
            stored = segment.read(known.offset)
            assert (stored.url, stored.body) == (known.url, body_of(known.url))
            read.append(int(known.url.rpartition("/")[2]))
    assert read[: len(reported)] == reported == list(range(len(reported)))
    assert len(read) <= len(reported) + 1  # the one that was added but not yet reported
    assert len(read) >= reports


def test_a_kill_at_any_step_loses_nothing_that_was_added(tmp_path: Path, checked: Checked) -> None:
    with start_writer(tmp_path, 100, STEPPER) as child:
        assert child.stdout
        reports = child.stdout.read().decode().splitlines()
    assert len(reports) > 20
    assert reports[-1] == "012 done"
    for number, report in enumerate(reports):
        directory = tmp_path / str(number)
        for log in directory.glob("*.jsonl.open"):
            with log.with_name(log.name.replace(".jsonl", ".warc.gz")).open("rb") as warc:
                for line in log.read_bytes().split(b"\n")[:-1]:
                    read_member(warc, from_json(line).offset or 0)  # no line stands without its record
        salvage_segments(directory)
        assert not list(directory.glob("*.open"))
        read = ""
        for segment in sealed_segments(directory):
            checked(segment.warc_path)
            for known in segment.fetches():
                assert known.offset is not None
                assert segment.read(known.offset).body == known.url.encode() * 100
                read += known.url[-1]
        assert read.startswith(report.removesuffix(" done"))
        assert len(read) <= len(report) + 1  # the one that was added but not yet reported


def test_a_segment_whose_writer_is_alive_is_left_alone(tmp_path: Path) -> None:
    with start_writer(tmp_path, 3) as child:
        assert child.stdout
        assert child.stdin
        for _ in range(3):
            child.stdout.readline()
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert salvage_segments(tmp_path) == []
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
        assert len(before) == 2
        child.stdin.write(b"\n")
    assert child.returncode == 0
    assert [len(list(segment.fetches())) for segment in sealed_segments(tmp_path)] == [3]
