"""Undoes the content codings of HTTP: gzip, deflate, br and zstd.

Strictly: a body that ends early or is damaged is never taken for a whole one. Scrapy and browsers show what they could
unpack, but an article that ends in the middle is worse than a page that is requested again. Time and memory are linear
in the length of the packed body and the limit of the unpacked one.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GZIP_MAGIC = b"\x1f\x8b\x08"
MAX_MEMBERS = 10_000
"""Gzip members or zstd frames in one body. Servers send one; tools that pack in blocks make one for every 64 KiB."""

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 12
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class BrokenCodingError(ValueError):
    """A body ends early or is damaged. The message says in which coding and where."""


class BodyTooLargeError(ValueError):
    """A body is larger than the limit when it is unpacked."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What could be unpacked; `problem` says why that is not all, None if it is.

    `is_one_member` means that the packed body is exactly one complete gzip member and nothing else.
    """

    content: bytes
    problem: str | None = None
    is_one_member: bool = False


def decode_body(body: bytes, codings: Iterable[str], limit: int) -> Unpacked:
    """Undo the codings of a body, the last one first; `codings` are the values of Content-Encoding.

    Names that are no content coding (`utf-8`, `none`) are ignored, and so is a coding that the body does not have: many
    servers declare gzip and send plain text. Junk after the end of a coded body is ignored, too. Raises
    BrokenCodingError if a body ends early or is damaged, and BodyTooLargeError if it unpacks to over `limit` bytes.
    """
    names = [name.strip().lower() for value in codings for name in value.split(",")]
    known = [name for name in names if name in _CODINGS]
    unpacked = Unpacked(body)
    for name in reversed(known):
        packed = unpacked.content
        if not packed:
            break
        unpacked = unpack_gzip(packed, limit) if packed.startswith(GZIP_MAGIC) else _CODINGS[name](packed, limit)
        if unpacked.problem is not None:
            if not _is_text(packed):
                raise BrokenCodingError(f"the body cannot be unpacked: {unpacked.problem}")
            unpacked = Unpacked(packed)
    return unpacked if len(known) == 1 else Unpacked(unpacked.content)


def unpack_gzip(body: bytes, limit: int) -> Unpacked:
    """Unpack gzip members. Raises BodyTooLargeError if they unpack to over `limit` bytes."""
    return _unpack("gzip", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), GZIP_MAGIC, body, limit)


def _unpack_deflate(body: bytes, limit: int) -> Unpacked:
    """Unpack what HTTP calls deflate, with the header of zlib or, as some servers send it, without."""
    with_header = _unpack("deflate", zlib.decompressobj, b"", body, limit)
    if with_header.problem is None or with_header.content:
        return with_header
    return _unpack("deflate", lambda: zlib.decompressobj(-zlib.MAX_WBITS), b"", body, limit)


# Brotli and Zstandard come from the packages that Scrapy needs for them, which differ between versions of Python.
def _unpack_brotli(body: bytes, limit: int) -> Unpacked:
    from scrapy.utils._compression import brotli  # type: ignore[attr-defined]

    return _unpack("br", lambda: _Brotli(brotli.Decompressor()), b"", body, limit, brotli.error)


def _unpack_zstd(body: bytes, limit: int) -> Unpacked:
    from scrapy.utils._compression import zstd  # type: ignore[attr-defined]

    return _unpack("zstd", zstd.ZstdDecompressor, _ZSTD_MAGIC, body, limit, zstd.ZstdError)


_CODINGS: dict[str, Callable[[bytes, int], Unpacked]] = {
    "gzip": unpack_gzip,
    "x-gzip": unpack_gzip,
    "deflate": _unpack_deflate,
    "br": _unpack_brotli,
    "zstd": _unpack_zstd,
}


class _Decompressor(Protocol):
    """As in zlib and zstd: unpacks one stream, at most `max_length` bytes at once."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: memoryview, max_length: int, /) -> bytes: ...


class _Brotli:
    unused_data = b""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())

    def decompress(self, data: memoryview, max_length: int, /) -> bytes:
        pieces = [self._stream.process(bytes(data), output_buffer_limit=max_length)]
        while sum(map(len, pieces)) < max_length and not self._stream.can_accept_more_data() and not self.eof:
            pieces.append(self._stream.process(b"", output_buffer_limit=max_length))
        return b"".join(pieces)


def _unpack(
    name: str,
    new: Callable[[], _Decompressor],
    magic: bytes,
    body: bytes,
    limit: int,
    error_kind: type[Exception] = zlib.error,
) -> Unpacked:
    """Unpack streams that begin with `magic` and follow each other; one stream if that is empty."""
    view, position, unpacked = memoryview(body), 0, bytearray()
    for members in range(1, MAX_MEMBERS + 1):
        stream = new()
        try:
            while position < len(view) and not stream.eof:
                chunk = view[position : position + _CHUNK]
                unpacked += stream.decompress(chunk, limit + 1 - len(unpacked))
                if len(unpacked) > limit:
                    raise BodyTooLargeError(f"larger than {limit} bytes when unpacked")
                position += len(chunk) - len(stream.unused_data)
        except (error_kind, EOFError) as error:
            return Unpacked(bytes(unpacked), f"{name} is broken after {len(unpacked)} bytes: {error}")
        if not stream.eof:
            return Unpacked(bytes(unpacked), f"{name} ends early, after {len(unpacked)} bytes")
        if not magic or view[position : position + len(magic)] != magic:
            is_one = members == 1 and position == len(view) and body.startswith(GZIP_MAGIC)
            return Unpacked(bytes(unpacked), is_one_member=is_one)
    return Unpacked(bytes(unpacked), f"{name} has more than {MAX_MEMBERS} members")


def _is_text(body: bytes) -> bool:
    """Whether a body is plain text, judging by its beginning: packed bytes have control characters in them."""
    return body.startswith(_BYTE_ORDER_MARKS) or not _NOT_IN_TEXT.search(body[:1024])
