"""Encodes what was sent and received as WARC/1.1 records (ISO 28500:2017), each in a separate gzip member."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from crawlers.archive.contents import NOT_MODIFIED, Exchange, ImportedRecord
from crawlers.archive.credentials import SECRET_HEADERS, URL_HEADERS, without_user_info
from crawlers.errors import ArchiveError
from crawlers.limits import MAX_HTTP_HEAD_BYTES, MAX_URL_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.archive.contents import Headers

GZIP_LEVEL = 5
"""Measured on 278 real news pages of 240 KB: level 5 takes 0.70 ms for 100 KB and leaves 19.4 % of it; level 1 0.30 ms
and 27.2 %, level 6 0.83 ms and 19.3 %, level 9 1.47 ms and 19.1 %. Beyond 5, more time gains next to nothing."""

WITHOUT_COMPRESSION = 0
"""Level of records whose body is gzipped already: compressing it again takes 0.8 ms for a page and saves 1 % of it."""

_PROFILES = "http://netpreserve.org/warc/1.1/revisit"
NOT_MODIFIED_PROFILE = f"{_PROFILES}/server-not-modified"
SAME_PAYLOAD_PROFILE = f"{_PROFILES}/identical-payload-digest"


_NOT_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]+")
_AUTHORITY_AND_PATH = re.compile(r"^[a-z][a-z0-9+.\-]*://([^/?#]*)([^#]*)", re.IGNORECASE)
_PRINTABLE_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def warcinfo(name: str, run_id: str, now: datetime) -> bytes:
    """The first record of the segment `name`: the software, the time and the run; nothing about the machine."""
    fields = (
        ("software", _software()),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("isPartOf", run_id),
    )
    headers = [("WARC-Filename", f"{name}.warc.gz"), ("Content-Type", "application/warc-fields")]
    return _member(WarcRecordType.warcinfo, _new_id(), now, headers, _lines(fields))


def encode(content: Exchange | ImportedRecord, fetched_at: datetime, digest: str) -> tuple[bytes, bytes]:
    """The compressed records of one fetch: the request (empty without one), and the record with the content.

    `digest` is the `payload_digest` of its body. An exchange that repeats a stored response becomes a revisit record
    with only the head of the response. Raises ArchiveError if the URL is longer than MAX_URL_BYTES.
    """
    target = target_uri(content.url)
    if isinstance(content, ImportedRecord):
        headers = [
            ("WARC-Target-URI", target),
            ("WARC-Payload-Digest", digest),
            ("Content-Type", _media_type(content.content_type)),
        ]
        return b"", _member(WarcRecordType.resource, _new_id(), fetched_at, headers, content.body)

    request_id, response_id = _new_id(), _new_id()
    common = [("WARC-Target-URI", target)]
    if (ip := _ip(content.ip)) is not None:
        common.append(("WARC-IP-Address", ip))
    request = _member(
        WarcRecordType.request,
        request_id,
        fetched_at,
        [*common, ("WARC-Concurrent-To", response_id), ("Content-Type", "application/http; msgtype=request")],
        _request_block(content, target),
    )
    response = _member(
        WarcRecordType.revisit if content.is_revisit else WarcRecordType.response,
        response_id,
        fetched_at,
        [
            *common,
            ("WARC-Concurrent-To", request_id),
            *(_revisit_headers(content, digest) if content.is_revisit else [("WARC-Payload-Digest", digest)]),
            ("Content-Type", "application/http; msgtype=response"),
        ],
        _response_head(content) + (b"" if content.is_revisit else content.body),
        WITHOUT_COMPRESSION if content.is_gzip else GZIP_LEVEL,
    )
    return request, response


def payload_digest(body: bytes) -> str:
    """The WARC digest of a payload: of the body as stored."""
    sha1 = hashlib.sha1(body, usedforsecurity=False).digest()
    return f"sha1:{base64.b32encode(sha1).decode()}"


def _revisit_headers(content: Exchange, digest: str) -> list[tuple[str, str]]:
    """The profile of a revisit record, and the record it refers to (WARC/1.1, 6.7)."""
    is_304 = content.status == NOT_MODIFIED
    original = content.repeats
    known = (original.digest if original is not None else None) if is_304 else digest
    headers = [("WARC-Profile", NOT_MODIFIED_PROFILE if is_304 else SAME_PAYLOAD_PROFILE)]
    if known is not None:
        headers.append(("WARC-Payload-Digest", known))
    if original is not None:
        headers += [
            ("WARC-Refers-To-Target-URI", target_uri(original.url)),
            ("WARC-Refers-To-Date", warc_date(original.at)),
        ]
    return headers


def _member(
    kind: WarcRecordType,
    record_id: str,
    date: datetime,
    headers: list[tuple[str, str]],
    block: bytes,
    level: int = GZIP_LEVEL,
) -> bytes:
    record = WarcRecord()
    record.init_headers(kind)
    record.headers["WARC-Record-ID"] = record_id
    record.headers["WARC-Date"] = warc_date(date)
    for name, value in headers:
        record.headers.append(name, value)
    record.set_bytes_content(block)
    compressed = io.BytesIO()
    writer = GzipWriter(compressed, compression_level=level)
    record.write(writer, checksum_data=True)
    writer.finish()  # otherwise the gzip member stays open and other tools reject the file
    return compressed.getvalue()


def _request_block(content: Exchange, target: str) -> bytes:
    parts = _AUTHORITY_AND_PATH.match(target)
    host, path = parts.groups() if parts else ("", target)
    if not path.startswith("/"):
        path = f"/{path}"
    headers = _named(content.request_headers)
    if not any(name.lower() == "host" for name, _ in headers):
        headers = (("Host", host), *headers)
    method = _NOT_TOKEN.sub("", content.method) or "GET"
    return _head(f"{method} {quote(path, safe=_PRINTABLE_ASCII)} HTTP/1.1", headers)


def _response_head(content: Exchange) -> bytes:
    length = str(len(content.body))
    own = [] if content.status == NOT_MODIFIED else [("Content-Length", length)]
    if content.is_gzip:
        own.append(("Content-Encoding", "gzip"))
    headers = []
    for name, value in _named(content.response_headers):
        if name.lower() != "content-length":
            headers.append((name, value))
        elif value.strip() != length:
            headers.append((f"X-Crawler-{name}", value))
    return _head(f"HTTP/1.1 {content.status} {content.reason_phrase}", tuple(headers), own)


def warc_date(moment: datetime) -> str:
    """A time as WARC records spell it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _named(headers: Headers) -> Headers:
    """Headers with their names as stored; checks use these names, otherwise a stray byte could hide a header."""
    return tuple((_NOT_TOKEN.sub("", name), value) for name, value in headers)


def _head(first_line: str, headers: Headers, own: Iterable[tuple[str, str]] = ()) -> bytes:
    """An HTTP head. `own` are headers that describe the stored body; the codings in `headers` may not."""
    return _value(first_line)[:MAX_HTTP_HEAD_BYTES] + b"\r\n" + _lines((*own, *_stored(headers))) + b"\r\n"


def _stored(headers: Headers) -> Iterable[tuple[str, str]]:
    """Headers without credentials; like at Common Crawl, those that describe a coding are renamed `X-Crawler-…`."""
    for name, value in headers:
        lower = name.lower()
        if lower in SECRET_HEADERS:
            value = ""
        elif lower in URL_HEADERS:
            value = without_user_info(value)
        yield (f"X-Crawler-{name}" if lower in ("content-encoding", "transfer-encoding") else name), value


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    """Header lines, as many as fit; values are escaped so that they cannot end their line."""
    lines, left, dropped = [], MAX_HTTP_HEAD_BYTES, 0
    for name, value in fields:
        line = name.encode() + b": " + _value(value) + b"\r\n"
        if not name or len(line) > left:
            dropped += 1
            continue
        lines.append(line)
        left -= len(line)
    if dropped:
        lines.append(b"X-Crawler-Dropped-Headers: %d\r\n" % dropped)
    return b"".join(lines)


def _value(text: str) -> bytes:
    try:
        value = text.encode("latin-1")
    except UnicodeEncodeError:
        try:
            value = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            value = text.encode("utf-8", "replace")
    return _CONTROL.sub(b" ", value).strip()


def _media_type(text: str) -> str:
    return _CONTROL.sub(b" ", text[:1000].encode("utf-8", "replace")).decode().strip() or "application/octet-stream"


def target_uri(url: str) -> str:
    """A URL as WARC records spell it. Raises ArchiveError if it is longer than MAX_URL_BYTES."""
    url = without_user_info(url).strip()
    if not url.isprintable() or " " in url:
        url = "".join(
            char if char.isprintable() and char != " " else quote(char, safe="", errors="replace") for char in url
        )
    if (length := len(url.encode())) > MAX_URL_BYTES:
        raise ArchiveError(f"{url[:80]}…: a URL of {length} bytes; at most {MAX_URL_BYTES} can be archived")
    return url


def _ip(text: str | None) -> str | None:
    try:
        return None if text is None else str(ip_address(text.partition("%")[0]))  # a zone belongs to this machine
    except ValueError:
        return None


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


@cache
def _software() -> str:
    try:
        return f"newsloom/{metadata.version('newsloom')}"
    except metadata.PackageNotFoundError:  # run from a checkout without installation
        return "newsloom"
