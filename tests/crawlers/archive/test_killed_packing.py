"""Packing, erasing in packs and removing them, killed at every step; and readers meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

import crawlers
from crawlers.archive import Fetch, Segment, sealed_segments
from crawlers.archive.erase import erase_from_segments
from crawlers.archive.packing import finish_interrupted_packing, pack_segments
from crawlers.archive.packs import Pack
from tests.crawlers.archive.days import LATER, content, day, files, ledger

ONE = ["packs/202603/20260301-1.jsonl", "packs/202603/20260301-1.warc.gz"]

# Has one child after the other do its work on a copy of an archive and kill itself, each at the next step, until one
# gets through. A step is half a write of a copy, bringing a file to the disk, a renaming, a removal.
STEPPER = """
import json, os, shutil, signal, sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from crawlers.archive import Segment, packing, packs
from crawlers.archive.erase import erase_from_segments

def step():
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

def stepping(owner, name):
    real = getattr(owner, name)
    def done(*arguments, **named):
        step()
        return real(*arguments, **named)
    setattr(owner, name, done)

def copy(old, new):
    text, end = old.read(), 0
    for half in text[:len(text) // 2], text[len(text) // 2:]:
        new.write(half)
        new.flush()
        step()
    return packing.zlib.crc32(text)

packing._copy = copy
stepping(os, "fsync")
for name in ("rename", "replace", "unlink", "mkdir"):
    stepping(Path, name)

def work(archive):
    if sys.argv[2] == "pack":
        packing.pack_segments(archive, json.loads(sys.argv[3]), date(2026, 4, 1))
    elif sys.argv[2] == "remove":
        packs.Pack(archive, "20260301-1").remove()
    else:
        segments = [Segment(archive, name) for name in json.loads(sys.argv[3])]
        gone = lambda _, fetch: replace(fetch, url="gone:", offset=None) if fetch.url.endswith("/1") else None
        list(erase_from_segments(segments, gone))

archive = Path(sys.argv[1])
for killed_at in range(200):
    left = killed_at
    to = archive.with_name(f"{archive.name}-{killed_at}")
    shutil.copytree(archive, to)
    child = os.fork()
    if not child:
        work(to)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(to.name, status, flush=True)
    if not status:
        break
"""

READER = """
import sys, threading
from pathlib import Path
from crawlers.archive import sealed_segments

archive = Path(sys.argv[1])
end = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), end.set()), daemon=True).start()
segments = sealed_segments(archive)
rounds = 0
while not end.is_set() or rounds < 2:
    for segment in segments:
        fetches = list(segment.fetches())
        assert len(fetches) == 3, segment.name
        for fetch in fetches:
            if fetch.offset is not None:
                assert segment.read(fetch.offset).url == fetch.url
    assert sealed_segments(archive) == segments
    rounds += 1
    print(rounds, flush=True)
"""


def program(text: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(crawlers.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", text, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_at_every_step(archive: Path, work: str, given: str = "") -> list[Path]:
    """The archive as it is after a kill at each step; the last one is of the work that got through."""
    out, error = program(STEPPER, str(archive), work, given).communicate()
    ends = [line.split() for line in out.splitlines()]
    assert [status for _, status in ends] == ["9"] * (len(ends) - 1) + ["0"], error
    return [archive.with_name(name) for name, _ in ends]


def names(segments: list[Segment]) -> str:
    return "[" + ",".join(f'"{segment.name}"' for segment in segments) + "]"


def test_a_kill_at_any_step_of_packing_loses_nothing_and_the_next_one_ends_it(tmp_path: Path) -> None:
    segments = day(tmp_path / "archive", 3)
    known = ledger(segments)
    before = [content(segment) for segment in segments]
    given = str(known).replace("'", '"')
    after = killed_at_every_step(tmp_path / "archive", "pack", given)
    assert len(after) > 25
    assert files(after[-1]) == ONE
    seen = set()
    for archive in after:
        seen.add(tuple(files(archive)))
        there = [Segment(archive, segment.name) for segment in segments]
        assert sealed_segments(archive) == there
        assert [content(segment) for segment in there] == before
        pack_segments(archive, known, LATER)
        assert files(archive) == ONE
        assert [content(segment) for segment in there] == before
    assert len(seen) >= 10, "it was killed at different states"


@pytest.mark.parametrize("how", ["by another packing", "by erasing"])
def test_what_is_erased_after_a_killed_packing_is_nowhere(how: str, tmp_path: Path) -> None:
    """A copy in a pack that was not sealed, or own files beside a pack that was, would bring it back."""
    segments = day(tmp_path / "archive", 3)
    known = ledger(segments)
    wanted = segments[1].name
    for archive in killed_at_every_step(tmp_path / "archive", "pack", str(known).replace("'", '"')):
        if how == "by another packing":
            finish_interrupted_packing(archive)
        segment = Segment(archive, wanted)
        kept = content(Segment(archive, segments[0].name))
        erased = dict(erase_from_segments([segment], _gone))
        assert len(erased[segment].offsets) == 1
        assert not holding(archive, f"{wanted}/1")
        pack_segments(archive, known, LATER)
        assert not holding(archive, f"{wanted}/1")
        assert [fetch.url for fetch in segment.fetches()][1] == "gone:"
        assert content(Segment(archive, segments[0].name)) == kept
        assert files(archive) == ONE


def test_a_kill_at_any_step_of_erasing_in_a_pack_can_be_repeated(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    segments = day(archive, 3)
    pack_segments(archive, ledger(segments), LATER)
    size = (archive / ONE[1]).stat().st_size
    kept = content(segments[0])
    after = killed_at_every_step(archive, "erase", names(segments[1:]))
    assert len(after) > 5
    for copy in after:
        there = [Segment(copy, segment.name) for segment in segments]
        assert content(there[0]) == kept
        list(erase_from_segments(there[1:], _gone))
        assert files(copy) == ONE
        for segment in there[1:]:
            assert not holding(copy, f"{segment.name}/1")
            first, second, third = segment.fetches()
            assert (second.url, second.offset, third.outcome) == ("gone:", None, "failed")
            assert first.offset is not None
            assert segment.read(first.offset).url == first.url
        assert content(there[0]) == kept
        assert (copy / ONE[1]).stat().st_size == size
        with (copy / ONE[1]).open("rb") as stream:
            assert [record.rec_type for record in ArchiveIterator(stream)].count("metadata") == 2


def test_a_pack_that_is_half_removed_is_swept(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    segments = day(archive, 2)
    pack_segments(archive, ledger(segments), LATER)
    for copy in killed_at_every_step(archive, "remove"):
        finish_interrupted_packing(copy)
        assert files(copy) in ([], ONE)
    assert files(copy) == []


def test_who_reads_while_it_is_packed_notices_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    segments = day(archive, 12)
    known = ledger(segments)
    with program(READER, str(archive)) as reader:
        assert reader.stdout
        assert reader.stdin
        reader.stdout.readline()
        for number in range(0, 12, 2):  # six packs, and own files go all the time
            some = {segment.name: known[segment.name] for segment in segments[number : number + 2]}
            assert pack_segments(archive, some, LATER).segments == 2
            reader.stdout.readline()
        _, error = reader.communicate("\n")
    assert reader.returncode == 0, error
    assert len(files(archive)) == 12


def test_a_log_that_is_being_read_while_it_is_packed_is_read_to_its_end(tmp_path: Path) -> None:
    segments = day(tmp_path, 2)
    whole = list(segments[0].fetches())
    reading = segments[0].fetches()
    begun = [next(reading)]
    pack_segments(tmp_path, ledger(segments), LATER)
    assert begun + list(reading) == whole


def test_a_log_that_is_being_read_while_its_pack_is_changed_is_read_to_its_end(tmp_path: Path) -> None:
    segments = day(tmp_path, 3)
    pack_segments(tmp_path, ledger(segments), LATER)
    whole = list(segments[2].fetches())
    reading = segments[2].fetches()
    begun = [next(reading)]
    list(erase_from_segments(segments[:2], lambda _, fetch: replace(fetch, url="x" * 5000)))
    assert begun + list(reading) == whole
    assert list(segments[2].fetches()) == whole, "and found where it is"
    assert {fetch.url for fetch in segments[0].fetches()} == {"x" * 5000}


def _gone(_: Segment, fetch: Fetch) -> Fetch | None:
    return replace(fetch, url="gone:", offset=None) if fetch.url.endswith("/1") else None


def holding(archive: Path, words: str) -> list[str]:
    """Files that hold these words, records unpacked; a cut off one as far as it goes."""
    found = []
    for name in files(archive):
        stored = (archive / name).read_bytes()
        plain = b""
        while stored and ".warc.gz" in name:
            unpack = zlib.decompressobj(31)
            plain += unpack.decompress(stored)
            stored = unpack.unused_data
        if words.encode() in (plain or stored):
            found.append(name)
    return found


def test_removing_a_pack_leaves_those_beside_it(tmp_path: Path) -> None:
    first, second = day(tmp_path, 2), day(tmp_path, 2, first=2)
    pack_segments(tmp_path, ledger(first), LATER)
    pack_segments(tmp_path, ledger(second), LATER)
    before = [content(segment) for segment in second]
    Pack(tmp_path, "20260301-1").remove()
    assert [segment.exists() for segment in (*first, *second)] == [False, False, True, True]
    assert [content(segment) for segment in second] == before
