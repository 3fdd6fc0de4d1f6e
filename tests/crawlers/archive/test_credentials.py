from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Segment, SegmentWriter
from crawlers.discovery.listing import Link

from .conftest import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawlers.archive import Exchange, Fetch


def test_passwords_and_sessions_are_not_stored(
    tmp_path: Path, fetch: Callable[..., Fetch], exchange: Callable[..., Exchange]
) -> None:
    url = "https://user:s3cret@example.org/a?b=c@d"
    sent = (
        ("Authorization ", "Basic s3cret"),
        ("Proxy-Authorization", "s3cret"),
        ("COOKIE", "id=s3cret"),
        ("Referer", url),
    )
    received = (("Set-Cookie", "id=s3cret"), ("\x00set-cookie ", "b=s3cret"), ("Location", url))
    tried = fetch(url, final_url=url, detail=f"refused by {url}")
    with SegmentWriter(tmp_path, "run", name="one") as writer:
        logged = writer.add(tried, exchange(url=url, request_headers=sent, response_headers=received))
    segment = Segment(tmp_path, "one")
    clean = "https://example.org/a?b=c@d"
    assert (logged.url, logged.final_url, logged.detail) == (clean, clean, f"refused by {clean}")
    assert list(segment.fetches()) == [logged]
    raw = unpacked(segment)
    assert b"s3cret" not in raw + segment.log_path.read_bytes()
    assert b"COOKIE: \r\n" in raw
    assert raw.count(b"example.org/a?b=c@d\r\n") == 4  # two records, the Referer and the Location
    assert logged.offset is not None
    assert segment.read(logged.offset).headers[1:] == (("Set-Cookie", ""), ("set-cookie", ""), ("Location", clean))


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("http://user@example.org", "http://example.org"),
        ("HTTP://:p@example.org:80/a", "HTTP://example.org:80/a"),
        ("https://us@er:p@ss:w@example.org/a@b", "https://example.org/a@b"),
        (" //user:pass@example.org?a@b", " //example.org?a@b"),
    ],
)
def test_credentials_go_up_to_the_last_at_sign_before_the_path(
    url: str, clean: str, tmp_path: Path, fetch: Callable[..., Fetch]
) -> None:
    with SegmentWriter(tmp_path, "run") as writer:
        assert writer.add(fetch(links=(Link(url, "title"),))).links == (Link(clean, "title"),)


@pytest.mark.parametrize(
    "url",
    ["https://example.org/@name", "https://example.org?a@b", "mailto:desk@example.org", "/path//a@b", "urn:x:y@z"],
)
def test_an_address_without_credentials_keeps_every_letter(
    url: str, tmp_path: Path, fetch: Callable[..., Fetch]
) -> None:
    with SegmentWriter(tmp_path, "run") as writer:
        assert writer.add(fetch(url)).url == url
