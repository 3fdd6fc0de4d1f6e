"""Crawls of hosts that forbid, refuse, stall or send too much; all against real servers."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path  # noqa: TC003 - pytest reads annotations
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd

from crawlers.archive import Fetch, Kind, Outcome, sealed_segments
from crawlers.plan.model import PlannedRequest, PlannedSource
from tests.crawlers.politeness.network import PUBLIC, crawl
from tests.crawlers.politeness.scripted import ROBOTS_MISSING, Answer, Scripted

if TYPE_CHECKING:
    from collections.abc import Sequence

HOST = "town.example"
OTHER = "village.example"
THIRD = "hamlet.example"
FAST = "city.example"
Script = dict[str, list[Answer]]


def pages(*paths: str, host: str = HOST, delay: float = 0.0) -> PlannedSource:
    requests = tuple(PlannedRequest(f"http://{host}{path}", Kind.PAGE) for path in paths)
    return PlannedSource(host, delay, requests)


def run(folder: Path, web: Scripted, *sources: PlannedSource, **settings: object) -> list[Fetch]:
    return crawl(
        folder,
        *sources,
        web=web.port,
        names={host: [PUBLIC] for host in (HOST, OTHER, THIRD, FAST)},
        SETTINGS=json.dumps(settings),
    )


def outcomes(log: Sequence[Fetch]) -> list[tuple[Outcome, str | None]]:
    return [(fetch.outcome, fetch.reason) for fetch in log]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_robots_txt_that_cannot_be_fetched_forbids_everything_for_now(tmp_path: Path, status: int) -> None:
    with Scripted({"/robots.txt": [Answer(b"", status)]}) as web:
        log = run(tmp_path, web, pages("/1", "/2"), RETRY_TIMES=0)
        assert [path for _, path in web.asked] == [f"{HOST}/robots.txt"]
    assert outcomes(log) == [(Outcome.SKIPPED, "robots_unreachable")] * 2
    assert f"answered {status}" in (log[0].detail or "")


@pytest.mark.parametrize("status", [404, 401, 403, 410])
def test_a_missing_robots_txt_forbids_nothing(tmp_path: Path, status: int) -> None:
    with Scripted({"/robots.txt": [Answer(b"", status)], "/1": [Answer()]}) as web:
        log = run(tmp_path, web, pages("/1"))
    assert outcomes(log) == [(Outcome.FETCHED, None)]


@pytest.mark.parametrize(("hops", "allowed"), [(5, False), (6, True)])
def test_robots_txt_is_followed_over_five_redirects(tmp_path: Path, hops: int, allowed: bool) -> None:
    script: Script = {"/1": [Answer()], f"/hop-{hops}": [Answer(b"User-agent: *\nDisallow: /")]}
    for hop in range(hops):
        here = f"/hop-{hop}" if hop else "/robots.txt"
        script[here] = [Answer(b"", 301, (("Location", f"http://{OTHER}/hop-{hop + 1}"),))]
    with Scripted(script) as web:
        log = run(tmp_path, web, pages("/1"))
    assert outcomes(log) == [(Outcome.FETCHED, None) if allowed else (Outcome.SKIPPED, "robots")]


def test_robots_txt_applies_to_redirect_targets_and_is_fetched_once_per_host(tmp_path: Path) -> None:
    script = {
        f"{HOST}/robots.txt": [Answer(b"")],
        f"{OTHER}/robots.txt": [Answer(b"User-agent: newsloom-test\nDisallow: /closed\n")],
        "/1": [Answer(b"", 302, (("Location", f"http://{OTHER}/closed/1"),))],
        "/2": [Answer(b"", 302, (("Location", f"http://{OTHER}/open/2"),))],
        "/open/2": [Answer()],
        "/closed/1": [Answer()],
    }
    with Scripted(script) as web:
        log = run(tmp_path, web, pages("/1", "/2"))
        counts = Counter(path for _, path in web.asked)
    assert sorted(outcomes(log)) == [(Outcome.FETCHED, None), (Outcome.SKIPPED, "robots")]
    assert f"{OTHER}/closed/1" not in counts
    assert (counts[f"{HOST}/robots.txt"], counts[f"{OTHER}/robots.txt"]) == (1, 1)


def test_only_the_first_500_kib_of_robots_txt_are_read(tmp_path: Path) -> None:
    long = b"User-agent: *\nDisallow: /1\n" + b"# " + b"x" * (500 << 10) + b"\nDisallow: /2\n"
    with Scripted({"/robots.txt": [Answer(long)], "/2": [Answer()]}) as web:
        log = run(tmp_path, web, pages("/1", "/2"))
    assert sorted(outcomes(log)) == [(Outcome.FETCHED, None), (Outcome.SKIPPED, "robots")]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_pauses_its_host_and_no_other(tmp_path: Path, status: int) -> None:
    busy = Answer(b"", status, (("Retry-After", "2"),))
    paths = [f"/{number}" for number in range(1, 6)]
    script = {**ROBOTS_MISSING, **{path: [Answer()] for path in paths}, f"{HOST}/1": [busy, Answer()]}
    with Scripted(script) as web:
        log = run(tmp_path, web, pages(*paths), pages(*paths, host=OTHER))
        asked = [at for at, path in web.asked if path.startswith(f"{HOST}/") and "robots" not in path]
        others = [at for at, path in web.asked if path.startswith(OTHER)]
    assert outcomes(log) == [(Outcome.FETCHED, None)] * 10
    assert len(asked) == 6
    assert asked[1] - asked[0] >= 2
    assert max(others) < asked[1]


def test_a_host_that_asks_for_a_long_pause_is_given_up(tmp_path: Path) -> None:
    busy = Answer(b"", 503, (("Retry-After", "3600"),))
    with Scripted({**ROBOTS_MISSING, "/1": [busy], "/2": [Answer()]}) as web:
        log = run(tmp_path, web, pages("/1", "/2"))
        assert [path for _, path in web.asked] == [f"{HOST}/robots.txt", f"{HOST}/1"]
    assert outcomes(log) == [(Outcome.FAILED, "retry_after")] * 2
    assert log[0].status == 503
    assert "3600 s" in (log[0].detail or "")


def test_a_host_that_is_always_busy_is_given_up_when_its_waiting_time_is_used_up(tmp_path: Path) -> None:
    busy = Answer(b"", 503, (("Retry-After", "1"),))
    last = Answer(b"", 503, (("Retry-After", "120"),))
    with Scripted({**ROBOTS_MISSING, "/1": [busy, busy, last], "/2": [last], "/3": [last]}) as web:
        log = run(tmp_path, web, pages("/1", "/2", "/3"), RETRY_TIMES=5)
        assert len(web.asked) < 6
    assert {fetch.reason for fetch in log} == {"retry_after"}


def test_the_delay_of_a_source_is_kept_between_all_requests(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(1, 5)]
    with Scripted({**ROBOTS_MISSING, **{path: [Answer()] for path in paths}}) as web:
        run(tmp_path, web, pages(*paths, delay=0.5), pages("/1", host=OTHER, delay=0.0))
        asked = [at for at, path in web.asked if path.startswith(HOST)]
    assert len(asked) == 5
    # A busy machine may note one request late, which brings it nearer to the next.
    assert all(later - earlier >= 0.35 for earlier, later in pairwise(asked))
    assert asked[-1] - asked[0] >= 4 * 0.5 - 0.2


def test_the_delay_of_a_source_applies_to_hosts_that_its_plan_does_not_name(tmp_path: Path) -> None:
    links = "".join(f"<item><link>http://{OTHER}/{number}</link></item>" for number in (1, 2))
    script = {
        **ROBOTS_MISSING,
        "/feed": [Answer(f"<rss><channel>{links}</channel></rss>".encode())],
        f"{OTHER}/3": [Answer(b"", 302, (("Location", f"http://{THIRD}/3"),))],
        **{path: [Answer()] for path in ("/1", "/2", "/3")},
    }
    slow = PlannedSource(
        HOST,
        0.4,
        (PlannedRequest(f"http://{HOST}/feed", Kind.FEED),),
        waiting=(PlannedRequest(f"http://{OTHER}/3", Kind.PAGE),),
    )
    with Scripted(script) as web:
        log = run(tmp_path, web, slow, pages("/1", host=FAST, delay=0.0))
        asked = [[at for at, path in web.asked if path.startswith(host)] for host in (OTHER, THIRD)]
    assert len(log) == 5
    assert [len(times) for times in asked] == [4, 2]
    assert all(later - earlier >= 0.3 for times in asked for earlier, later in pairwise(times))


def test_a_host_that_answered_slowly_is_asked_less_often_for_a_while(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(1, 4)]
    script = {**ROBOTS_MISSING, **{path: [Answer()] for path in paths}, f"{HOST}/1": [Answer(wait=5.0)]}
    with Scripted(script) as web:
        run(tmp_path, web, pages(*paths), pages(*paths, host=OTHER))
        slow, quick = ([web.paths(f"{host}{path}")[0] for path in paths] for host in (HOST, OTHER))
    assert slow[2] - slow[1] > 2, "half of what the first answer took"
    assert quick[2] < slow[1], "other hosts are not held up"


def test_a_page_that_drips_ends_in_time_and_its_host_is_given_up(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(1, 30)]
    dripping = [Answer(b"x" * 1000, drip=0.1)]
    script = {
        **ROBOTS_MISSING,
        **{f"{HOST}{path}": dripping for path in paths},
        **{f"{OTHER}{path}": [Answer()] for path in paths},
    }
    with Scripted(script) as web:
        started = time.monotonic()
        log = run(tmp_path, web, pages(*paths), pages(*paths, host=OTHER), DOWNLOAD_TIMEOUT=1)
        assert time.monotonic() - started < 60, "one of these pages alone takes 100 seconds"
        assert sum(path.startswith(f"{HOST}/") for _, path in web.asked) == 1 + 3
    assert Counter(outcomes([fetch for fetch in log if fetch.source == OTHER])) == {(Outcome.FETCHED, None): 29}
    town = Counter(outcomes([fetch for fetch in log if fetch.source == HOST]))
    assert town[Outcome.FAILED, "timeout"] >= 1
    assert town[Outcome.SKIPPED, "host_unresponsive"] == 29 - town[Outcome.FAILED, "timeout"]


def test_pages_beyond_the_limit_of_a_host_are_logged_but_not_requested(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(1, 11)]
    with Scripted({**ROBOTS_MISSING, **{path: [Answer()] for path in paths}}) as web:
        log = run(tmp_path, web, pages(*paths), PAGES_PER_HOST=4)
        assert len(web.asked) == 1 + 4
    assert Counter(outcomes(log)) == {(Outcome.FETCHED, None): 4, (Outcome.SKIPPED, "host_limit"): 6}


@pytest.mark.parametrize("location", ["http://[::1", "http://a b:x/", "//"])
def test_a_redirect_to_something_that_is_not_a_url_is_logged(tmp_path: Path, location: str) -> None:
    script = {**ROBOTS_MISSING, "/1": [Answer(b"", 302, (("Location", location),))]}
    with Scripted(script) as web:
        (fetch,) = run(tmp_path, web, pages("/1"))
    assert fetch.outcome is not Outcome.FETCHED
    assert fetch.reason in ("redirects", "forbidden_address", "http_status")


def test_a_page_and_a_feed_with_an_impossible_status_fail_alone(tmp_path: Path) -> None:
    feed = PlannedSource(HOST, 0.0, (PlannedRequest(f"http://{HOST}/feed", Kind.FEED),))
    with Scripted(
        {**ROBOTS_MISSING, "/1": [Answer(b"", 99999)], "/feed": [Answer(b"", 1000)], "/2": [Answer()]}
    ) as web:
        log = run(tmp_path, web, PlannedSource(HOST, 0.0, (*feed.requests, *pages("/1", "/2").requests)))
    found = {fetch.url.rpartition("/")[2]: fetch for fetch in log}
    for path, status in (("1", 99999), ("feed", 1000)):
        assert (found[path].outcome, found[path].reason, found[path].status) == (Outcome.FAILED, "http_status", None)
        assert found[path].detail == f"answered with the status {status}; an HTTP status has three digits"
    assert found["2"].outcome is Outcome.FETCHED


def bomb(encoding: str, size: int) -> bytes:
    """So many zeros, packed in pieces."""
    if encoding == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    if encoding == "deflate":
        packer = zlib.compressobj(9)
        return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    if encoding == "br":
        return bytes(brotli.compress(bytes(size), quality=1))
    return zstd.compress(bytes(size))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_bomb_costs_neither_memory_nor_disk(tmp_path: Path, encoding: str) -> None:
    packed = gzip.compress(bomb("gzip", 64 << 20)) if encoding == "gzip, gzip" else bomb(encoding, 64 << 20)
    script = {**ROBOTS_MISSING, "/1": [Answer(packed, headers=(("Content-Encoding", encoding),))]}
    with Scripted(script) as web:
        (fetch,) = run(tmp_path, web, pages("/1"))
    assert (fetch.outcome, fetch.reason) == (Outcome.FAILED, "too_large")
    assert sum(file.stat().st_size for file in (tmp_path / "archive").iterdir()) < 10_000


PLAIN = b"<html><body><p>" + b"All that was said on the quay. " * 300 + b"</p></body></html>"


@pytest.mark.parametrize(
    ("packed", "encoding", "kept"),
    [
        (gzip.compress(PLAIN), "gzip", True),
        (gzip.compress(PLAIN), "x-gzip", True),
        (gzip.compress(PLAIN[:99]) + gzip.compress(PLAIN[99:]), "gzip", False),
        (zlib.compress(PLAIN), "deflate", False),
        (brotli.compress(PLAIN), "br", False),
        (PLAIN, None, False),
    ],
    ids=["gzip", "x-gzip", "two members", "deflate", "br, though not asked for", "plain"],
)
def test_a_body_is_the_same_in_every_coding_and_gzip_is_archived_as_received(
    tmp_path: Path, packed: bytes, encoding: str | None, kept: bool
) -> None:
    headers = (("Content-Encoding", encoding),) if encoding else ()
    with Scripted({**ROBOTS_MISSING, "/1": [Answer(packed, headers=headers)]}) as web:
        (fetch,) = run(tmp_path, web, pages("/1"))
    (segment,) = sealed_segments(tmp_path / "archive")
    assert fetch.offset is not None
    stored = segment.read(fetch.offset)
    assert stored.body == PLAIN
    assert fetch.bytes == len(PLAIN)
    assert (("Content-Encoding", "gzip") in stored.headers) == kept
    assert (packed in gzip.decompress(segment.warc_path.read_bytes())) == (kept or encoding is None)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def html(body: bytes, encoding: str | None) -> Answer:
    coding = (("Content-Encoding", encoding),) if encoding else ()
    return Answer(body, headers=(("Content-Type", "text/html"), *coding))


def test_a_body_whose_coding_is_stated_wrongly_is_read_as_it_is(tmp_path: Path) -> None:
    script = {
        "/plain-as-gzip": [html(PLAIN, "gzip")],
        "/plain-as-br": [html(PLAIN, "br")],
        "/no-coding": [html(PLAIN, "utf-8")],
        "/undeclared": [html(gzip.compress(PLAIN), None)],
        "/twice": [html(gzip.compress(gzip.compress(PLAIN)), "gzip, gzip")],
    }
    with Scripted({**ROBOTS_MISSING, **script}) as web:
        log = run(tmp_path, web, pages(*script))
    (segment,) = sealed_segments(tmp_path / "archive")
    assert len(log) == len(script)
    for fetch in log:
        assert fetch.offset is not None
        assert segment.read(fetch.offset).body == PLAIN


def test_a_body_that_ends_early_is_requested_again_and_costs_only_its_own_page(tmp_path: Path) -> None:
    cut = html(gzip.compress(PLAIN)[:-20], "gzip")
    short, whole = Answer(PLAIN, missing=1000), Answer(PLAIN)
    script = {
        "/cut": [cut],
        "/cut-once": [cut, whole],
        "/short": [short],
        "/short-once": [short, whole],
    }
    with Scripted({**ROBOTS_MISSING, **script}) as web:
        log = run(tmp_path, web, pages(*script))
        asked = Counter(path.removeprefix(HOST) for _, path in web.asked)
    assert [asked[path] for path in script] == [3, 2, 3, 2]
    found = {fetch.url.removeprefix(f"http://{HOST}"): fetch for fetch in log}
    assert found["/cut-once"].bytes == found["/short-once"].bytes == len(PLAIN)
    assert {found[path].reason for path in ("/cut", "/short")} == {"incomplete"}
    assert "gzip ends early" in (found["/cut"].detail or "")
    assert "before the whole body" in (found["/short"].detail or "")
    assert found["/cut"].offset is None


def test_a_refresh_is_a_redirect_only_if_it_leads_elsewhere_at_once(tmp_path: Path) -> None:
    refreshes = {
        "/itself-later": "60; url=/itself-later",
        "/itself": "0; url=/itself",
        "/its-variant": "0; url=/its-variant?utm_source=refresh#top",
        "/later": "90;URL=/later?refresh=auto",
        "/front-page-later": "60; url=/",
        "/at-once": "0; url=/back",
        "/back": "0; url=/at-once",
        "/after-a-second": "1;url=/",
    }
    script = {
        path: [Answer(f'<head><meta http-equiv="refresh" content="{content}"></head>'.encode() + PLAIN)]
        for path, content in refreshes.items()
    }
    with Scripted({**ROBOTS_MISSING, **script, "/": [Answer(PLAIN)]}) as web:
        log = run(tmp_path, web, pages(*(path for path in refreshes if path != "/back")))
        asked = Counter(path.removeprefix(HOST) for _, path in web.asked)
    assert {fetch.outcome for fetch in log} == {Outcome.FETCHED}
    moved = {"/at-once": "/back", "/after-a-second": "/"}
    for fetch in log:
        path = fetch.url.removeprefix(f"http://{HOST}")
        assert (fetch.final_url or fetch.url).removeprefix(f"http://{HOST}") == moved.get(path, path)
    assert asked == {"/robots.txt": 1, **dict.fromkeys(refreshes, 1), "/": 1}
