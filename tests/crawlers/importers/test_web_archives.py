"""Web archives are read to their end, and what is damaged or missing in them is described."""

from __future__ import annotations

import gzip
import random
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Exchange, Fetch, Outcome
from crawlers.errors import CrawlersError
from crawlers.importers.files import find_input_file
from crawlers.importers.items import FileReport, ImportOptions
from crawlers.importers.readers import read_items
from crawlers.limits import MAX_PAGE_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HTML = b"Content-Type: text/html\r\n"
PAGE = b"<p>The ferry was late.</p>" * 30


def record(
    number: int, body: bytes = PAGE, head: bytes = HTML, *, date: str = "2026-01-02T03:04:05Z", extra: str = ""
) -> bytes:
    block = (head if head.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\n" + head) + b"\r\n" + body
    return (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://town.example/{number}\r\nWARC-Date: {date}\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>\r\n{extra}"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    ).encode() + block + b"\r\n\r\n"  # fmt: skip


def members(*records: bytes) -> list[bytes]:
    return [gzip.compress(record) for record in records]


def read(
    folder: Path, content: bytes, name: str = "a.warc.gz"
) -> tuple[list[tuple[Fetch, Exchange | None]], FileReport]:
    file = folder / name
    file.write_bytes(content)
    report = FileReport()
    items = []
    for fetch, page in read_items(find_input_file(str(file)), report, AT, ImportOptions()):
        assert page is None or isinstance(page, Exchange)
        items.append((fetch, page))
    return items, report


def numbers(items: list[tuple[Fetch, Exchange | None]]) -> list[int]:
    return [int(fetch.url.rpartition("/")[2]) for fetch, _ in items if fetch.outcome is Outcome.FETCHED]


@pytest.mark.parametrize("form", ["members", "one_member", "plain"])
def test_a_sound_file_is_read_whole_and_nothing_is_noted(tmp_path: Path, form: str) -> None:
    records = [record(number) for number in range(5)]
    plain = b"".join(records)
    content = {"members": b"".join(members(*records)), "one_member": gzip.compress(plain), "plain": plain}[form]
    items, report = read(tmp_path, content, "a.warc" if form == "plain" else "a.warc.gz")
    assert numbers(items) == [0, 1, 2, 3, 4]
    assert report == FileReport()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", b"%x\r\n%s\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", None),
        (b"Content-Encoding: gzip\r\n", None),
        (b"Content-Encoding: br\r\n", None),
        (b"Content-Encoding: deflate\r\nContent-Length: 20\r\n", None),
        (b"Transfer-Encoding: gzip, chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", b"%x;extension=1\n%s\n"),
        (b"".join(b"X-Policy-%d: %s\r\n" % (number, b"x" * 900) for number in range(90)), None),
    ],
)
def test_a_strange_response_costs_nothing_behind_it(tmp_path: Path, head: bytes, body: bytes | None) -> None:
    packed = gzip.compress(PAGE)
    strange = record(1, PAGE if body is None else body % (len(packed), packed), head + HTML)
    items, report = read(tmp_path, b"".join(members(record(0), strange, record(2))))
    assert numbers(items) == [0, 1, 2]
    assert [page.body for _, page in items if page] == [PAGE] * 3
    assert all(page.response_headers[0] == ("Content-Type", "text/html") for _, page in items if page)
    assert report == FileReport()


@pytest.mark.parametrize(
    ("strange", "reason"),
    [
        (record(1, gzip.compress(PAGE)[:-20], b"Content-Encoding: gzip\r\n" + HTML), "incomplete"),
        (record(1, PAGE[:-20], b"Content-Length: %d\r\n" % len(PAGE) + HTML), "incomplete"),
        (record(1, extra="WARC-Truncated: length\r\n"), "incomplete"),
        (record(1, b"%x\r\n%s\r\n" % (len(PAGE), PAGE), b"Transfer-Encoding: chunked\r\n" + HTML), "incomplete"),
        (record(1, b"%x\r\n%s" % (len(PAGE), PAGE[:99]), b"Transfer-Encoding: chunked\r\n" + HTML), "incomplete"),
        (record(1, b"5\r\n<p>ab\r\nxx\r\n", b"Transfer-Encoding: chunked\r\n" + HTML), "incomplete"),
        (record(1, b"5\r\n<p>ab\r\n1\r\nabc\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\r\n" + HTML), "incomplete"),
        (record(1, bytes(range(256)), b"Content-Encoding: gzip\r\n" + HTML), "incomplete"),
        (record(1, bytes(MAX_PAGE_BYTES + 1)), "too_large"),
        (record(1, gzip.compress(bytes(MAX_PAGE_BYTES + 1)), b"Content-Encoding: gzip\r\n" + HTML), "too_large"),
    ],
)
def test_a_page_that_is_not_whole_fails_alone(tmp_path: Path, strange: bytes, reason: str) -> None:
    items, report = read(tmp_path, b"".join(members(record(0), strange, record(2))))
    assert numbers(items) == [0, 2]
    assert [fetch.reason for fetch, page in items if page is None] == [reason]
    assert report == FileReport()


def test_gzip_is_undone_where_it_is_not_declared(tmp_path: Path) -> None:
    ((_, page),), _ = read(tmp_path, record(1, gzip.compress(gzip.compress(PAGE))), "a.warc")
    assert page is not None
    assert page.body == PAGE


@pytest.mark.parametrize("head", [b"WARC/1.0\r\n\r\n", b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n"])
def test_a_record_without_a_type_is_left_out(tmp_path: Path, head: bytes) -> None:
    items, report = read(tmp_path, record(0) + head + record(2), "a.warc")
    assert numbers(items) == [0, 2]
    assert report.left_out == {"record without a type": 1}


@pytest.mark.parametrize("status_line", [b"HTTP/1.1 99999 X\r\n", b"HTTP/1.1\r\n", b"ICY 200 OK\r\n", b""])
def test_a_response_without_a_valid_status_is_left_out(tmp_path: Path, status_line: bytes) -> None:
    strange = record(1, head=b"HTTP/1.1 99999 X\r\n" + HTML).replace(b"HTTP/1.1 99999 X\r\n", status_line, 1)
    length = len(b"HTTP/1.1 99999 X\r\n" + HTML + b"\r\n" + PAGE)
    strange = strange.replace(b"Length: %d" % length, b"Length: %d" % (length - 18 + len(status_line)))
    items, report = read(tmp_path, b"".join(members(record(0), strange, record(2))))
    assert numbers(items) == [0, 2]
    assert report.left_out == {"response without a valid HTTP status": 1}
    assert report.damage == []


@pytest.mark.parametrize(
    "date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "yesterday", "2031-01-01T00:00:00Z"]
)
def test_a_record_with_an_impossible_date_has_that_of_the_import(tmp_path: Path, date: str) -> None:
    items, _ = read(tmp_path, b"".join(members(record(0), record(1, date=date))))
    (first, _), (second, page) = items
    assert (first.fetched_at, first.detail) == (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), None)
    assert second.fetched_at == AT
    assert date[:10] in str(second.detail)
    assert page is not None


def test_the_names_of_fields_have_no_case(tmp_path: Path) -> None:
    strange = record(1).replace(b"WARC-Type", b"warc-type").replace(b"WARC-Target-URI", b"warc-target-uri")
    items, report = read(tmp_path, record(0) + strange + record(2), "a.warc")
    assert (numbers(items), report.damage, dict(report.left_out)) == ([0, 1, 2], [], {})


def test_a_type_with_a_line_break_is_shown_in_one_short_line(tmp_path: Path) -> None:
    strange = record(1).replace(b"response\r\n", b"resp\n" + b"onse " * 50 + b"\r\n", 1)
    _, report = read(tmp_path, record(0) + strange, "a.warc")
    assert [(len(kind) < 60, "\n" in kind) for kind in report.left_out] == [(True, False)]


def test_urls_in_angle_brackets_and_dates_without_a_time_are_read(tmp_path: Path) -> None:
    written = record(1, date="2026-01-02").replace(b"https://town.example/1", b"<https://town.example/1>")
    ((fetch, _),) = read(tmp_path, gzip.compress(written))[0]
    assert (fetch.url, fetch.fetched_at) == ("https://town.example/1", datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("lost", [30, 60, 120])
def test_a_file_that_is_cut_short_is_reported(tmp_path: Path, lost: int) -> None:
    *whole, last = members(*(record(number) for number in range(4)))
    items, report = read(tmp_path, b"".join(whole) + last[:-lost])
    assert numbers(items) == [0, 1, 2]
    begin, size = sum(map(len, whole)), sum(map(len, whole)) + len(last) - lost
    assert report.damage == [
        f"the file is cut short within the record at byte {begin}: {size - begin} of {size} bytes cannot be used"
    ]


@pytest.mark.parametrize("kept", [10, 100, 500])
def test_so_is_one_without_compression(tmp_path: Path, kept: int) -> None:
    records = [record(number) for number in range(3)]
    items, report = read(tmp_path, b"".join(records[:2]) + records[2][:kept], "a.warc")
    assert numbers(items) == [0, 1]
    assert len(report.damage) == 1
    assert f"within the record at byte {sum(map(len, records[:2]))}" in report.damage[0]


def test_so_is_one_in_a_single_zstd_frame_with_what_could_be_read(tmp_path: Path) -> None:
    records = [noise(number) for number in range(8)]
    packed = zstd.compress(b"".join(records))
    items, report = read(tmp_path, packed[: len(packed) // 2], "a.warc.zst")
    assert 0 < len(numbers(items)) < 8
    assert numbers(items) == list(range(len(numbers(items))))
    (said,) = report.damage
    assert said.startswith("the file is damaged after byte ")
    assert said.endswith("and was read no further")


def noise(number: int) -> bytes:
    return record(number, b"<p>" + random.Random(number).randbytes(100_000).hex().encode())


@pytest.mark.parametrize("place", [0, 20, 40_000, -6], ids=["magic", "header", "body", "checksum"])
def test_reading_goes_on_behind_a_damaged_part(tmp_path: Path, place: int) -> None:
    parts = members(*(noise(number) for number in range(4)))
    damaged = bytearray(parts[1])
    for at in range(place, place + 4):
        damaged[at] ^= 0x55
    items, report = read(tmp_path, parts[0] + bytes(damaged) + parts[2] + parts[3])
    assert numbers(items) == [0, 2, 3]
    (said,) = report.damage
    assert f"damaged at byte {len(parts[0])} " in said
    assert f": {len(parts[1])} of {sum(map(len, parts))} bytes cannot be used" in said
    assert f"reading continued at byte {len(parts[0]) + len(parts[1])}" in said


def test_each_damaged_part_is_described_and_the_end_is_found(tmp_path: Path) -> None:
    parts = members(*(record(number) for number in range(6)))
    items, report = read(tmp_path, parts[0] + b"lost" * 40 + parts[2] + parts[3] + gzip.compress(b"foreign") + parts[5])
    assert numbers(items) == [0, 2, 3, 5]
    assert len(report.damage) == 2
    items, report = read(tmp_path, b"".join(parts[:2]) + b"rubbish" * 9)
    assert numbers(items) == [0, 1]
    assert report.damage[0].endswith(
        "63 of " + str(len(parts[0] + parts[1]) + 63) + " bytes cannot be used; it has no further record"
    )
    items, report = read(tmp_path, b"".join(parts[:2]) + bytes(4000))
    assert report.damage == []


def test_reading_goes_on_behind_damage_without_compression(tmp_path: Path) -> None:
    records = [record(number) for number in range(4)]
    damaged = records[1].replace(b"WARC/1.0", b"XXXX/1.0")
    items, report = read(tmp_path, records[0] + damaged + records[2] + records[3], "a.warc")
    assert numbers(items) == [0, 2, 3]
    assert len(report.damage) == 1


def test_a_file_without_records_is_refused(tmp_path: Path) -> None:
    for content in (b"not a web archive" * 100, gzip.compress(b"nor is this"), bytes(100)):
        with pytest.raises(CrawlersError, match="cannot be read as a WARC file"):
            read(tmp_path, content)
