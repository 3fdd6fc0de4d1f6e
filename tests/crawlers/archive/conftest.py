from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from fastwarc.warc import ArchiveIterator as FastwarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from crawlers.archive import Exchange, Fetch, Kind, Outcome, Segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)


def unpacked(segment: Segment) -> bytes:
    """The whole WARC file of a segment, uncompressed."""
    return gzip.decompress(segment.warc_path.read_bytes())


@pytest.fixture(scope="session")
def fetch() -> Callable[..., Fetch]:
    """Makes a fetch; whatever is given replaces what it would have."""

    def make(url: str = "https://example.org/news/1", **given: Any) -> Fetch:
        usual: dict[str, Any] = {
            "source": "example",
            "kind": Kind.PAGE,
            "outcome": Outcome.FETCHED,
            "fetched_at": MOMENT,
        }
        return Fetch(url, **(usual | given))

    return make


@pytest.fixture(scope="session")
def exchange() -> Callable[..., Exchange]:
    """Makes an exchange; whatever is given replaces what it would have."""

    def make(body: bytes = b"<p>Hello</p>", **given: Any) -> Exchange:
        usual: dict[str, Any] = {
            "method": "GET",
            "url": "https://example.org/news/1",
            "request_headers": (("User-Agent", "test"),),
            "status": 200,
            "reason_phrase": "OK",
            "response_headers": (("Content-Type", "text/html; charset=UTF-8"),),
            "body": body,
            "ip": "192.0.2.7",
        }
        return Exchange(**(usual | given))

    return make


@pytest.fixture(scope="session")
def checked() -> Callable[[Path], list[tuple[str, str | None]]]:
    """Reads a WARC file whole with warcio and with fastwarc, all digests checked; type and address of each record."""

    def check(path: Path) -> list[tuple[str, str | None]]:
        seen = []
        with path.open("rb") as stream:
            for record in WarcioIterator(stream, check_digests="raise"):
                while record.content_stream().read(1 << 20):
                    pass
                # warcio checks no digests of revisits: theirs are of what they refer to.
                assert record.digest_checker.passed is (None if record.rec_type == "revisit" else True)
                seen.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI")))
        with path.open("rb") as stream:
            fast = [
                (str(record.record_type), record.headers.get("WARC-Target-URI"))
                for record in FastwarcIterator(stream, verify_digests=True)
                if str(record.record_type) != "response" or record.verify_payload_digest()
            ]
        assert fast == seen
        return seen

    return check
