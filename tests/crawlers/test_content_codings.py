"""Content codings: whole bodies, cut ones, wrongly stated ones, and bodies made to use up time or memory."""

from __future__ import annotations

import gzip
import time
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd

from crawlers.content_codings import BodyTooLargeError, BrokenCodingError, decode_body

LIMIT = 50 << 20
PLAIN = b"<html><body>" + b"".join(b"<p>Crate %d was seen on the quay.</p>" % number for number in range(2000))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKED = {
    "gzip": ("gzip", gzip.compress(PLAIN)),
    "two gzip members": ("gzip", gzip.compress(PLAIN[:99]) + gzip.compress(PLAIN[99:])),
    "deflate": ("deflate", zlib.compress(PLAIN)),
    "deflate without header": ("deflate", raw_deflate(PLAIN)),
    "gzip declared as deflate": ("deflate", gzip.compress(PLAIN)),
    "br": ("br", brotli.compress(PLAIN)),
    "zstd": ("zstd", zstd.compress(PLAIN)),
    "gzip twice": ("gzip, x-gzip", gzip.compress(gzip.compress(PLAIN))),
    "with a name that is no coding": ("none, gzip, utf-8", gzip.compress(PLAIN)),
}


@pytest.mark.parametrize("case", PACKED)
def test_a_whole_body_is_unpacked_and_a_cut_one_is_an_error(case: str) -> None:
    coding, packed = PACKED[case]
    assert decode_body(packed, [coding], LIMIT).content == PLAIN
    for end in (len(packed) - 1, len(packed) * 2 // 3, 25):
        with pytest.raises(BrokenCodingError):
            decode_body(packed[:end], [coding], LIMIT)
    with pytest.raises(BodyTooLargeError):
        decode_body(packed, [coding], 1000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "utf-8", "identity"])
def test_text_is_left_as_it_is_whatever_its_coding_is_said_to_be(coding: str) -> None:
    assert decode_body(PLAIN, [coding], LIMIT).content == PLAIN


@pytest.mark.parametrize("coding", ["gzip", "deflate", "deflate without header", "zstd"])
def test_junk_after_the_end_of_a_body_is_ignored(coding: str) -> None:
    name, packed = PACKED[coding]
    assert decode_body(packed + b"\r\n<!-- served by cache 7 -->", [name], LIMIT).content == PLAIN


def test_only_one_whole_gzip_member_is_told_apart() -> None:
    assert [
        case for case, (coding, packed) in PACKED.items() if decode_body(packed, [coding], LIMIT).is_one_member
    ] == [
        "gzip",
        "gzip declared as deflate",
        "with a name that is no coding",
    ]


def test_a_body_of_empty_gzip_members_takes_no_time() -> None:
    empty = gzip.compress(b"")
    started = time.process_time()
    with pytest.raises(BrokenCodingError, match="more than 10000 members"):
        decode_body(empty * (LIMIT // len(empty)), ["gzip"], LIMIT)
    assert time.process_time() - started < 5, "quadratic in the length: minutes"
