from __future__ import annotations

import gzip
import re
import tempfile
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from crawlers.archive import (
    Exchange,
    Fetch,
    ImportedRecord,
    Kind,
    OriginalCapture,
    Segment,
    SegmentWriter,
    StoredContent,
)
from crawlers.archive.warc_records import payload_digest
from crawlers.errors import ArchiveError
from crawlers.limits import MAX_HTTP_HEAD_BYTES, MAX_STORED_BODY_BYTES, MAX_URL_BYTES

from .conftest import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    Checked = Callable[[Path], list[tuple[str, str | None]]]


def write(directory: Path, *contents: tuple[Fetch, Exchange | ImportedRecord]) -> tuple[Segment, list[StoredContent]]:
    with SegmentWriter(directory, "run", name="one") as writer:
        offsets = [writer.add(fetch, content).offset for fetch, content in contents]
    segment = Segment(directory, "one")
    return segment, [segment.read(offset) for offset in offsets if offset is not None]


def test_a_page_is_a_request_and_a_response_that_name_each_other(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    east = timezone(timedelta(hours=2))
    local = fetch()
    segment, _ = write(tmp_path, (fetch(fetched_at=local.fetched_at.astimezone(east)), exchange()))
    url = "https://example.org/news/1"
    assert checked(segment.warc_path) == [("warcinfo", None), ("request", url), ("response", url)]
    with segment.warc_path.open("rb") as stream:
        records = [(r.headers.to_dict(), r.headers.status_line, r.reader.read()) for r in ArchiveIterator(stream)]
    (info, version, fields), (request, _, _), (response, _, body) = records
    assert version == "WARC/1.1"
    assert info["WARC-Filename"] == "one.warc.gz"
    assert b"software: newsloom" in fields
    assert b"isPartOf: run\r\n" in fields
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert response["WARC-Concurrent-To"] == request["WARC-Record-ID"]
    assert request["WARC-Date"] == response["WARC-Date"] == "2026-03-01T12:30:15.123456Z"
    assert response["WARC-IP-Address"] == "192.0.2.7"
    assert body == b"<p>Hello</p>"


def test_what_was_sent_is_stored_as_it_went_over_the_wire(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    segment, _ = write(
        tmp_path,
        (fetch(), exchange(url="http://example.org:8080/a b?q=ä#top")),
        (fetch(), exchange(url="http://example.org", request_headers=(("host", "other.example"),))),
    )
    raw = unpacked(segment)
    assert b"GET /a%20b?q=%C3%A4 HTTP/1.1\r\nHost: example.org:8080\r\nUser-Agent: test\r\n\r\n" in raw
    assert b"GET / HTTP/1.1\r\nhost: other.example\r\n\r\n" in raw
    assert "WARC-Target-URI: http://example.org:8080/a%20b?q=ä#top\r\n".encode() in raw


def test_a_stored_page_is_read_as_it_was(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    headers = (("Content-Type", 'text/html; charset="Windows-1251"'), ("Link", "<a>"), ("link", "<b>"))
    page = exchange(b"\xff\x00\r\n\r\nbody", status=404, reason_phrase="Not Found", response_headers=headers)
    _, (stored,) = write(tmp_path, (fetch(), page))
    assert stored == StoredContent(
        url="https://example.org/news/1",
        status=404,
        headers=(("Content-Length", "10"), *headers),
        body=b"\xff\x00\r\n\r\nbody",
        http_charset="windows-1251",
        content_type='text/html; charset="Windows-1251"',
    )


def test_of_several_content_types_the_last_one_holds(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    headers = (("Content-Type", "text/plain;charset=a"), ("content-type", " Text/HTML;Charset = 'UTF-8' "))
    _, (stored,) = write(tmp_path, (fetch(), exchange(response_headers=headers)))
    assert (stored.content_type, stored.http_charset) == ("Text/HTML;Charset = 'UTF-8'", "utf-8")


def test_an_imported_article_is_a_resource(tmp_path: Path, fetch: Callable[..., Fetch], checked: Checked) -> None:
    record = ImportedRecord("https://example.org/a", "application/json; charset=utf-8", b'{"title": "A"}')
    segment, (stored,) = write(tmp_path, (fetch(kind=Kind.RECORD), record))
    assert checked(segment.warc_path) == [("warcinfo", None), ("resource", "https://example.org/a")]
    assert stored == StoredContent(record.url, None, (), record.body, "utf-8", record.content_type)


@pytest.mark.parametrize("body", [b"", bytes(range(256)) * (5 * 2**20 // 256)], ids=["empty", "5 MiB"])
def test_bodies_of_any_length_are_kept(
    body: bytes, tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    contents = (exchange(body), exchange(body, response_headers=()), ImportedRecord("urn:a", "", body))
    segment, stored = write(tmp_path, *((fetch(), content) for content in contents))
    assert len(checked(segment.warc_path)) == 6
    assert [page.body == body for page in stored] == [True] * 3
    assert (stored[1].content_type, stored[1].http_charset) == (None, None)
    assert stored[2].content_type == "application/octet-stream"


def test_headers_of_the_coded_body_are_kept_under_another_name(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    headers = (("Content-Encoding\t", "gzip"), ("transfer-encoding", "chunked"), ("Content-Length", "99"))
    _, stored = write(
        tmp_path,
        (fetch(), exchange(b"four", response_headers=headers)),
        (fetch(), exchange(b"four", response_headers=(("content-length", "4"),))),
    )
    assert stored[0].headers == (
        ("Content-Length", "4"),
        ("X-Crawler-Content-Encoding", "gzip"),
        ("X-Crawler-transfer-encoding", "chunked"),
        ("X-Crawler-Content-Length", "99"),
    )
    assert stored[1].headers == (("Content-Length", "4"),)


def test_a_body_that_came_in_gzip_is_stored_as_it_came_and_read_unpacked(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    plain = b"<p>Hello</p>" * 1000
    packed = gzip.compress(plain)
    headers = (("Content-Length", str(len(packed))), ("Content-Type", "text/html"))
    segment, (stored,) = write(tmp_path, (fetch(), exchange(packed, response_headers=headers, is_gzip=True)))
    assert len(checked(segment.warc_path)) == 3
    assert packed in unpacked(segment)
    assert stored.body == plain
    assert stored.headers == (headers[0], ("Content-Encoding", "gzip"), headers[1])
    (logged,) = segment.fetches()
    with segment.warc_path.open("rb") as stream:
        read = [(record.content_stream().read(), record.rec_headers) for record in WarcioIterator(stream)]
    assert read[-1][0] == plain
    assert read[-1][1].get_header("WARC-Payload-Digest") == logged.digest == payload_digest(packed)
    with segment.warc_path.open("rb") as stream:
        assert [
            record.reader.read()
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all")
        ] == [plain]


def test_a_stored_gzip_that_unpacks_to_more_than_anybody_takes_is_an_archive_error(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    bomb = gzip.compress(bytes(MAX_STORED_BODY_BYTES + 1))
    with pytest.raises(ArchiveError, match=f"over {MAX_STORED_BODY_BYTES} bytes"):
        write(tmp_path, (fetch(), exchange(bomb, is_gzip=True)))


@pytest.mark.parametrize(
    ("given", "profile"),
    [
        ({"status": 304, "body": b""}, "server-not-modified"),
        ({"status": 200, "body": b"<p>Hello</p>"}, "identical-payload-digest"),
    ],
    ids=["304", "same bytes"],
)
def test_an_answer_that_repeats_what_is_stored_is_a_revisit_that_names_it(
    given: dict[str, Any],
    profile: str,
    tmp_path: Path,
    fetch: Callable[..., Fetch],
    exchange: Callable[..., Exchange],
    checked: Checked,
) -> None:
    later = fetch().fetched_at + timedelta(hours=1)
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        first = writer.add(fetch(), exchange())
        original = OriginalCapture(first.url, first.fetched_at, first.digest)
        again = writer.add(fetch(fetched_at=later), exchange(repeats=original, **given))
    assert (again.offset, again.digest) == (None, None), "nothing to read is stored there"
    assert again.fetched_at == later
    segment = Segment(tmp_path, "one")
    assert [kind for kind, _ in checked(segment.warc_path)] == [
        "warcinfo", "request", "response", "request", "revisit"
    ]  # fmt: skip
    with segment.warc_path.open("rb") as stream:
        records = [
            (record.rec_headers, record.http_headers, record.content_stream().read())
            for record in WarcioIterator(stream)
        ]
    revisit, http, body = records[-1]
    assert revisit.get_header("WARC-Profile") == f"http://netpreserve.org/warc/1.1/revisit/{profile}"
    response = records[2][0]
    for refers, named in (
        ("WARC-Payload-Digest", "WARC-Payload-Digest"),
        ("WARC-Refers-To-Target-URI", "WARC-Target-URI"),
        ("WARC-Refers-To-Date", "WARC-Date"),
    ):
        assert revisit.get_header(refers) == response.get_header(named)
    assert http.get_statuscode() == str(given["status"])
    assert http.get_header("Content-Type") == "text/html; charset=UTF-8"
    assert body == b""
    assert segment.read(first.offset or 0).body == b"<p>Hello</p>"


def test_a_304_to_something_that_is_not_stored_names_nothing(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    segment, stored = write(tmp_path, (fetch(), exchange(b"", status=304)))
    assert stored == []
    assert [kind for kind, _ in checked(segment.warc_path)] == ["warcinfo", "request", "revisit"]
    assert b"WARC-Refers-To" not in unpacked(segment)


def test_no_header_can_end_its_line_or_the_head(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    headers = (
        ("X-A", "one\r\nX-Evil: yes\r\n\r\n<script>"),
        ("X-B\r\nX-Evil", "two"),
        ("X-C: x", "\x00\n three \n"),
        ("", "nameless"),
    )
    page = exchange(reason_phrase="Fine\r\nX-Evil: yes", response_headers=headers, method="GET /\r\n")
    segment, (stored,) = write(tmp_path, (fetch(), page))
    assert len(checked(segment.warc_path)) == 3
    assert stored.headers[1:] == (
        ("X-A", "one X-Evil: yes <script>"),
        ("X-BX-Evil", "two"),
        ("X-Cx", "three"),
        ("X-Crawler-Dropped-Headers", "1"),
    )
    assert stored.body == page.body
    assert b"HTTP/1.1 200 Fine X-Evil: yes\r\n" in unpacked(segment)


@pytest.mark.parametrize(
    ("value", "stored_bytes"),
    [
        ("café", b"caf\xe9"),
        ("новости", "новости".encode()),
        ("caf\udce9", b"caf\xe9"),  # bytes that were decoded as UTF-8 with surrogateescape
        ("\ud800x", b"?x"),
    ],
)
def test_header_values_beyond_ascii_are_kept(
    value: str, stored_bytes: bytes, tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    segment, (stored,) = write(tmp_path, (fetch(), exchange(response_headers=(("X-A", value),))))
    assert b"\r\nX-A: " + stored_bytes + b"\r\n" in unpacked(segment)
    assert stored.headers[1][1] in (value, "café", "?x")


names = st.text(max_size=12) | st.sampled_from(
    ["Content-Length", "Transfer-Encoding", "Content-Encoding", "Set-Cookie"]
)
values = st.text(max_size=40) | st.sampled_from(["chunked", "gzip", "-1", "\r\n", "br", "text/html;charset="])


@settings(deadline=None)  # how long it takes is up to the machine
@given(
    headers=st.lists(st.tuples(names, values), max_size=6).map(tuple),
    reason=st.text(max_size=20),
    url=st.text(max_size=30).map("https://example.org/{}".format),
    body=st.binary(max_size=60),
)
def test_nothing_a_server_sends_breaks_the_file(
    headers: tuple[tuple[str, str], ...],
    reason: str,
    url: str,
    body: bytes,
    fetch: Callable[..., Fetch],
    exchange: Callable[..., Exchange],
    checked: Checked,
) -> None:
    page = exchange(body, url=url, reason_phrase=reason, response_headers=headers, request_headers=headers)
    with tempfile.TemporaryDirectory() as folder:
        segment, (stored,) = write(Path(folder), (fetch(url), page))
        assert [kind for kind, _ in checked(segment.warc_path)] == ["warcinfo", "request", "response"]
        assert stored.body == body
        assert dict(stored.headers)["Content-Length"] == str(len(body))
        assert len(stored.headers) <= len(headers) + 2
        assert next(segment.fetches()).url == url


def test_a_head_too_large_for_other_readers_loses_its_largest_headers(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    headers = (
        ("X-Policy", "x" * MAX_HTTP_HEAD_BYTES),
        ("Content-Type", "text/html"),
        ("X-Other", "y" * (MAX_HTTP_HEAD_BYTES - 20)),
    )
    segment, (stored,) = write(tmp_path, (fetch(), exchange(response_headers=headers)))
    assert len(checked(segment.warc_path)) == 3
    assert stored.headers[1:] == (("Content-Type", "text/html"), ("X-Crawler-Dropped-Headers", "2"))


def test_an_address_too_long_for_other_readers_is_refused_and_leaves_nothing(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange], checked: Checked
) -> None:
    start = "https://example.org/"
    longest = start + "a" * (MAX_URL_BYTES - len(start))
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        writer.add(fetch(longest), exchange(url=longest))
        with pytest.raises(ArchiveError, match=re.escape(f"a URL of {MAX_URL_BYTES + 1} bytes")):
            writer.add(fetch(), exchange(url=longest + "a"))
    segment = Segment(tmp_path, "one")
    assert [known.url for known in segment.fetches()] == [longest]
    assert len(checked(segment.warc_path)) == 3


@pytest.mark.parametrize(
    ("ip", "stored"),
    [
        ("2001:DB8::1", b"2001:db8::1"),
        ("fe80::1%eth0\r\nX: y", b"fe80::1"),
        ("nonsense\r\nX: y", None),
        (None, None),
    ],
)
def test_only_an_ip_address_is_stored_as_one(
    ip: str | None, stored: bytes | None, tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    segment, _ = write(tmp_path, (fetch(), exchange(ip=ip)))
    found = re.findall(rb"WARC-IP-Address: (.*)\r\n", unpacked(segment))
    assert found == ([stored] * 2 if stored else [])


@pytest.mark.parametrize("status", [0, 99, 1000])
def test_a_status_that_is_none_is_refused(status: int, exchange: Callable[..., Exchange]) -> None:
    with pytest.raises(ValueError, match="three digits"):
        exchange(status=status)
