from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.archive import Fetch, Kind, Outcome
from crawlers.archive.fetch_log import from_json, from_line, to_json, to_line
from crawlers.discovery.listing import Link

if TYPE_CHECKING:
    from collections.abc import Callable

zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=st.one_of(st.just(UTC), zones))
maybe_text = st.none() | st.text()
maybe_moment = st.none() | moments
links = st.builds(
    Link,
    url=st.text(),
    title=maybe_text,
    published_at=maybe_moment,
    modified_at=maybe_moment,
    language=st.sampled_from([None, "en", "uk"]),
)
fetches = st.builds(
    Fetch,
    url=st.text(),
    source=st.text(),
    kind=st.sampled_from(Kind),
    outcome=st.sampled_from(Outcome),
    fetched_at=moments,
    final_url=maybe_text,
    status=st.none() | st.integers(100, 999),
    reason=maybe_text,
    detail=maybe_text,
    bytes=st.integers(0, 2**40),
    ms=st.integers(0, 2**40),
    offset=st.none() | st.integers(0, 2**40),
    etag=maybe_text,
    last_modified=maybe_text,
    published_hint=maybe_moment,
    links=st.lists(links, max_size=3).map(tuple),
)


@settings(deadline=None)  # how long it takes is up to the machine
@given(fetches)
def test_a_fetch_comes_back_from_its_line_as_it_was(fetch: Fetch) -> None:
    line = to_json(fetch)
    assert from_json(line) == fetch
    assert from_json(line.encode()) == fetch
    assert len(line.splitlines()) == 1


def test_a_line_holds_only_what_is_known(fetch: Callable[..., Fetch]) -> None:
    assert to_json(fetch("https://example.org/a")) == (
        '{"url":"https://example.org/a","source":"example","kind":"page","outcome":"fetched",'
        '"fetched_at":"2026-03-01T12:30:15.123456+00:00"}'
    )


def test_an_offset_of_zero_and_an_empty_text_are_not_nothing(fetch: Callable[..., Fetch]) -> None:
    back = from_json(to_json(fetch(offset=0, etag="")))
    assert (back.offset, back.etag) == (0, "")


def test_half_a_surrogate_pair_becomes_the_replacement_character(fetch: Callable[..., Fetch]) -> None:
    line = to_json(fetch(links=(Link("https://example.org/", title="cut \ud83d off, \ud83d\ude00 whole"),)))
    assert from_json(line.encode()).links[0].title == "cut \ufffd off, \U0001f600 whole"


def test_a_time_without_zone_is_refused(fetch: Callable[..., Fetch]) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - that it has no zone is the point
    with pytest.raises(ValueError, match="fetched_at has no time zone"):
        fetch(fetched_at=naive)
    with pytest.raises(ValueError, match="published_hint has no time zone"):
        fetch(published_hint=naive)


@pytest.mark.parametrize("status", [99999, 0, -5])
def test_a_status_that_http_does_not_have_is_no_status(status: int, fetch: Callable[..., Fetch]) -> None:
    with pytest.raises(ValueError, match="three digits"):
        fetch(status=status)
    line = json.loads(to_json(fetch(status=404))) | {"status": status}
    assert from_json(json.dumps(line)) == fetch(status=None)


def test_keys_of_a_later_version_are_passed_over(fetch: Callable[..., Fetch]) -> None:
    line = json.loads(to_json(fetch())) | {"from_the_future": [1]}
    assert from_json(json.dumps(line)) == fetch()


def test_a_flipped_bit_of_a_line_never_gives_another_fetch(fetch: Callable[..., Fetch]) -> None:
    written = fetch(url="https://a.example/ü", detail="a \\ b", links=(Link("https://a.example/1", title="One"),))
    line = to_line(written)
    assert from_line(line) == from_line(to_json(written).encode() + b"\n") == written  # the latter as earlier versions
    found = 0
    for place, bit in product(range(len(line)), range(8)):
        damaged = bytearray(line)
        damaged[place] ^= 1 << bit
        try:
            assert from_line(bytes(damaged)) == written  # the name of the checksum, or the line break
        except ValueError:
            found += 1
    assert found >= 8 * (len(line) - len(',"crc32":'))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"url": None}, "url is missing"),
        ({"url": 7}, "url: expected a string, found int"),
        ({"kind": "pages"}, "kind: expected one of homepage, feed, sitemap, section, page, record; found 'pages'"),
        ({"outcome": ""}, "outcome: expected one of fetched, unchanged, failed, skipped; found ''"),
        ({"status": "200"}, "status: expected a whole number, found str"),
        ({"ms": True}, "ms: expected a whole number, found bool"),
        ({"ms": 1.5}, "ms: expected a whole number, found float"),
        ({"fetched_at": "yesterday"}, "fetched_at: expected ISO 8601 with offset, found 'yesterday'"),
        ({"fetched_at": "2026-03-01T12:00:00"}, "fetched_at: expected ISO 8601 with offset, found none"),
        ({"published_hint": 3}, "published_hint: expected a string, found int"),
        ({"links": {}}, "links: expected a list, found dict"),
        ({"links": ["x"]}, r"links\[0\]: expected an object, found str"),
        ({"links": [{"url": "x"}, {"title": "x"}]}, r"links\[1\]\.url is missing"),
        ({"links": [{"url": "x", "published_at": "x"}]}, r"links\[0\]\.published_at: expected ISO 8601"),
    ],
)
def test_a_line_that_is_no_fetch_says_why(change: dict[str, object], message: str, fetch: Callable[..., Fetch]) -> None:
    line = json.dumps(json.loads(to_json(fetch())) | change)
    with pytest.raises(ValueError, match=message):
        from_json(line)


@pytest.mark.parametrize("line", ["", "{", "[]", "null", "7", b"\xff", "[" * 100_000, "\x00" * 50])
def test_anything_else_is_a_value_error(line: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"not JSON|not a fetch"):
        from_json(line)
