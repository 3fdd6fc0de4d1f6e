"""Taking a fetch out of a sealed segment."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import Exchange, Fetch, Kind, Outcome, Segment, SegmentWriter
from crawlers.archive.erase import erase_from_segment, filler_record
from crawlers.archive.packing import pack_segments
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def sealed(folder: Path, bodies: dict[str, bytes], segment: str = "seg") -> Segment:
    with SegmentWriter(folder, "r1", name=segment) as writer:
        for name, body in bodies.items():
            url = f"http://one.example/{name}"
            fetch = Fetch(url, "one", Kind.PAGE, Outcome.FETCHED, NOW, status=200)
            writer.add(fetch, Exchange("GET", url, (), 200, "OK", (("Content-Type", "text/html"),), body))
    return Segment(folder, segment)


def test_a_filler_is_a_whole_gzip_member_of_just_that_length() -> None:
    for length in [*range(210, 420), 1000, 16_383, 16_384, 65_535, 65_536, 70_001, 300_000]:
        made = filler_record(length)
        assert len(made) == length
        assert gzip.decompress(made).startswith(b"WARC/1.1\r\nWARC-Type: metadata\r\n"), length


def test_what_is_erased_is_gone_and_the_rest_stays_in_its_place(tmp_path: Path) -> None:
    secret = b"<p>a secret of some length</p>" * 3000
    segment = sealed(tmp_path, {"a": b"first", "b": secret, "c": b"third" * 50_000})
    before = list(segment.fetches())
    size = segment.warc_path.stat().st_size
    erased = erase_from_segment(
        segment, lambda f: replace(f, offset=None, url="gone:") if f.url.endswith("/b") else None
    )
    assert (erased.offsets, erased.lines) == ((before[1].offset,), 1)
    after = list(segment.fetches())
    assert [fetch.url for fetch in after] == ["http://one.example/a", "gone:", "http://one.example/c"]
    for fetch, body in ((after[0], b"first"), (after[2], b"third" * 50_000)):
        assert fetch.offset is not None
        assert segment.read(fetch.offset).body == body
    assert segment.warc_path.stat().st_size == size
    unpacked = gzip.decompress(segment.warc_path.read_bytes())
    assert b"secret" not in unpacked
    assert b"one.example/b" not in unpacked, "nor the request"
    with segment.warc_path.open("rb") as stream:
        types = [record.rec_type for record in ArchiveIterator(stream)]
    assert types == ["warcinfo", "request", "response", "metadata", "request", "response"]
    assert erase_from_segment(segment, lambda fetch: None).lines == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seg.jsonl", "seg.warc.gz"]


@pytest.mark.parametrize("where", ["own", "pack"])
def test_what_said_that_nothing_had_changed_goes_too(tmp_path: Path, where: str) -> None:
    """A revisit has the address, twice, and its request once more; the log has no offset of it."""
    name = "20260301120000-aaaaaaaaaaaa-00000"
    with SegmentWriter(tmp_path, "r1", name=name) as writer:
        for page, minute in (("a", 0), ("b", 1), ("b", 2)):
            url = f"http://one.example/{page}"
            fetch = Fetch(url, "one", Kind.PAGE, Outcome.UNCHANGED, NOW.replace(minute=minute), status=304)
            writer.add(fetch, Exchange("GET", url, (), 304, "Not Modified", (("ETag", '"1"'),), b""))
    segment = Segment(tmp_path, name)
    if where == "pack":
        other = "20260301120000-aaaaaaaaaaaa-00001"
        sealed(tmp_path, {"c": b"third"}, other)
        pack_segments(tmp_path, {name: 3, other: 1}, date(2026, 3, 9))
    assert b"one.example/b" in unpacked(tmp_path)
    erased = erase_from_segment(segment, lambda f: replace(f, url="gone:") if f.url.endswith("/b") else None)
    assert (erased.offsets, erased.lines) == ((), 2)
    assert b"one.example/b" not in unpacked(tmp_path)
    assert b"one.example/a" in unpacked(tmp_path)
    assert [fetch.url for fetch in segment.fetches()] == ["http://one.example/a", "gone:", "gone:"]


def unpacked(folder: Path) -> bytes:
    return b"".join(gzip.decompress(file.read_bytes()) for file in sorted(folder.rglob("*.warc.gz")))


def test_a_segment_that_is_damaged_is_left_as_it_is(tmp_path: Path) -> None:
    segment = sealed(tmp_path, {"a": b"first", "b": b"second"})
    content = segment.warc_path.read_bytes()[:-40]
    segment.warc_path.write_bytes(content)
    log = segment.log_path.read_bytes()
    with pytest.raises(ArchiveError, match="cannot be rewritten"):
        erase_from_segment(segment, lambda fetch: replace(fetch, offset=None))
    assert segment.warc_path.read_bytes() == content
    assert segment.log_path.read_bytes() == log
