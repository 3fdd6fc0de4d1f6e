from __future__ import annotations

import gzip
import io
import pickle
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.archive import Exchange, Fetch, RecordReader, Segment, SegmentWriter, StoredContent, sealed_segments
from crawlers.archive.reader import read_member
from crawlers.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def segment(tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]) -> Segment:
    """Three pages, of which the second has 50 KB that do not compress well."""
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        for number, body in enumerate((b"first", bytes(i * i * 7919 >> 8 & 255 for i in range(50_000)), b"third")):
            writer.add(fetch(f"https://example.org/{number}"), exchange(body))
    return Segment(tmp_path, "one")


def offsets(segment: Segment) -> list[int]:
    return [known.offset for known in segment.fetches() if known.offset is not None]


def test_a_record_costs_no_more_than_itself(segment: Segment) -> None:
    class Counting(io.BytesIO):
        count = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.count += len(data)
            return data

    before, after = b"x" * 1_000_000, b"y" * 1_000_000
    file = Counting(before + segment.warc_path.read_bytes() + after)
    content, end = read_member(file, len(before) + offsets(segment)[0])
    assert content.endswith(b"first\r\n\r\n")
    assert end < len(before) + offsets(segment)[1]
    assert file.count <= 64 << 10


def test_records_can_be_read_in_any_order(segment: Segment) -> None:
    first, second, third = offsets(segment)
    assert segment.read(third).body == b"third"
    assert segment.read(first).body == b"first"
    assert len(segment.read(second).body) == 50_000


def test_a_segment_can_be_sent_to_another_process(segment: Segment) -> None:
    there = pickle.loads(pickle.dumps(segment))
    assert there == segment
    assert there.read(offsets(segment)[0]).body == b"first"


def test_segments_are_found_by_their_seal_and_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b.warc.gz", "b.jsonl", "a.warc.gz", "a.jsonl", "c.jsonl", "c.warc.gz.open", "notes.txt"):
        (tmp_path / name).touch()
    assert [segment.name for segment in sealed_segments(tmp_path)] == ["a", "b"]
    assert sealed_segments(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("offset", "message"),
    [
        (-1, "negative offset"),
        (0, "expected a response or a resource, found a warcinfo record"),
        (1, "not a gzip member"),
        (10**9, "the file ends here"),
    ],
)
def test_an_offset_of_no_page_is_an_archive_error(offset: int, message: str, segment: Segment) -> None:
    with pytest.raises(ArchiveError, match=message) as caught:
        segment.read(offset)
    assert str(segment.warc_path) in str(caught.value)
    assert (caught.value.file, caught.value.offset) == (segment.warc_path, offset)


def test_a_request_is_not_taken_for_a_page(segment: Segment) -> None:
    with segment.warc_path.open("rb") as stream:
        _, request = read_member(stream, 0)
    with pytest.raises(ArchiveError, match="found a request record"):
        segment.read(request)


def test_a_record_that_is_cut_off_is_an_archive_error_at_every_length(segment: Segment) -> None:
    whole, last = segment.warc_path.read_bytes(), offsets(segment)[-1]
    for length in range(last + 1, len(whole)):
        segment.warc_path.write_bytes(whole[:length])
        with pytest.raises(ArchiveError, match="cut off"):
            segment.read(last)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_flipped_bit_is_an_archive_error_or_does_no_harm(position: float, flip: int, segment: Segment) -> None:
    whole, last = segment.warc_path.read_bytes(), offsets(segment)[-1]
    expected = StoredContent(
        "https://example.org/news/1", 200, segment.read(last).headers, b"third", "utf-8", "text/html; charset=UTF-8"
    )
    damaged = bytearray(whole)
    damaged[last + int(position * (len(whole) - last))] ^= flip
    segment.warc_path.write_bytes(damaged)
    try:
        assert segment.read(last) == expected  # the gzip header has bytes that nobody looks at
    except ArchiveError:
        pass
    finally:
        segment.warc_path.write_bytes(whole)


RESPONSE = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a WARC record"),
        (b"no record at all", "not a WARC record"),
        (b"\x00" * 100_000, "not a WARC record"),
        (RESPONSE + b"Content-Length: 0\r\n\r\n\r\n\r\n", "no WARC-Target-URI"),
        (
            RESPONSE + b"WARC-Target-URI: a:b\r\nContent-Length: 99\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            "cut off: 19 bytes of 99",
        ),
        (
            RESPONSE + b"WARC-Target-URI: a:b\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n",
            "not an HTTP response: it begins with b'hi'",
        ),
        (
            RESPONSE + b"WARC-Target-URI: a:b\r\nContent-Length: 43\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\r\n\r\n",
            "the gzip of the body ends early",
        ),
        (
            RESPONSE + b"WARC-Target-URI: a:b\r\nContent-Length: 41\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\r\n\r\n",
            "the body has the content encoding br",
        ),
        (
            RESPONSE
            + b"WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n",
            "does not match its digest",
        ),
    ],
)
def test_a_foreign_record_is_an_archive_error(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "one.warc.gz").write_bytes(gzip.compress(content))
    with pytest.raises(ArchiveError, match=message):
        Segment(tmp_path, "one").read(0)


def test_a_flipped_byte_of_any_record_is_named(segment: Segment) -> None:
    offsets = {fetch.offset for fetch in segment.fetches() if fetch.offset is not None}
    whole = segment.warc_path.read_bytes()
    begins = [0]
    while begins[-1] < len(whole):
        begins.append(read_member(io.BytesIO(whole), begins[-1])[1])
    assert offsets < set(begins)
    for begin, end in pairwise(begins):
        place = (begin + end) // 2
        segment.warc_path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with RecordReader(segment) as records:
            assert [offset for offset, _ in records.damage(offsets)] == [begin]
    segment.warc_path.write_bytes(whole)
    with RecordReader(segment) as records:
        assert list(records.damage(offsets)) == []
        assert [offset for offset, _ in records.damage({1, len(whole)})] == [1, len(whole)]


def test_a_damaged_log_says_which_line(segment: Segment) -> None:
    lines = segment.log_path.read_bytes().splitlines(keepends=True)
    segment.log_path.write_bytes(lines[0] + lines[1][:20] + b"\n" + lines[2])
    fetches = segment.fetches()
    assert next(fetches).url == "https://example.org/0"
    with pytest.raises(ArchiveError, match=r"one\.jsonl:2: not JSON"):
        next(fetches)


def test_missing_files_are_archive_errors(tmp_path: Path) -> None:
    segment = Segment(tmp_path, "one")
    with pytest.raises(ArchiveError, match=r"one\.jsonl: cannot be read: No such file"):
        list(segment.fetches())
    with pytest.raises(ArchiveError, match=r"one\.warc\.gz: cannot be read: No such file"):
        segment.read(0)
