"""Which process of a crawl requests what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.discovery.sites import shard_of
from crawlers.plan.model import CrawlPlan, PlannedRequest, PlannedSource
from crawlers.plan.shards import HandedOver, HandoverFile, handed_over_plans, read_handed_over, shard_plans

if TYPE_CHECKING:
    from pathlib import Path

SHARDS = 3
A, B, C = (
    next(f"town{n}.example" for n in range(100) if shard_of(f"https://town{n}.example/", SHARDS) == shard)
    for shard in range(SHARDS)
)


def page(host: str, name: str) -> PlannedRequest:
    return PlannedRequest(f"https://{host}/{name}", Kind.PAGE)


def feed(host: str) -> PlannedRequest:
    return PlannedRequest(f"https://{host}/feed.xml", Kind.FEED)


def plan(*sources: PlannedSource) -> CrawlPlan:
    return CrawlPlan("abc", "/archive", "newsloom-test", 500, sources)


def test_all_hosts_of_a_site_belong_to_the_same_shard_and_sites_spread_evenly() -> None:
    for url in (f"https://{A}:8443/x", f"http://www.{A}/", f"https://news.{A.upper()}"):
        assert shard_of(url, SHARDS) == shard_of(f"https://{A}/", SHARDS)
    found = [shard_of(f"https://paper{n}.example/", 4) for n in range(4000)]
    assert all(900 < found.count(shard) < 1100 for shard in range(4))
    assert shard_of("http://[", SHARDS) in range(SHARDS)


def test_each_request_goes_to_the_shard_of_its_host_and_the_budget_stays_with_the_listings() -> None:
    both = PlannedSource("both", 1.0, (feed(A), feed(B), page(C, "again")), (page(C, "old"),), limit=5)
    single = PlannedSource("single", 1.0, (feed(B),))
    waits = PlannedSource("waits", 1.0, (), (page(C, "1"), page(A, "2")))
    idle = PlannedSource("idle", 1.0)
    plans = shard_plans(plan(both, single, waits, idle), SHARDS)
    found = {
        shard: {source.name: (source.requests, source.waiting, source.limit) for source in one.sources}
        for shard, one in plans.items()
    }
    assert found == {
        0: {"both": ((feed(A),), (page(C, "old"),), 2)},
        1: {"both": ((feed(B),), (), 3), "single": ((feed(B),), (), 2000)},
        2: {"both": ((page(C, "again"),), (), 0), "waits": ((), (page(C, "1"), page(A, "2")), 2000)},
    }
    assert [(one.shard, one.shards) for one in plans.values()] == [(0, 3), (1, 3), (2, 3)]


def test_a_shard_gets_what_others_have_found_on_its_hosts(tmp_path: Path) -> None:
    redirected = PlannedRequest(f"https://{A}/short", Kind.PAGE, redirected_to=f"https://{C}/long", redirects=1)
    with HandoverFile(tmp_path) as file:
        for request in (page(B, "1"), redirected):
            file.add(HandedOver("agency", request))
    lines = (tmp_path / "handed-over.jsonl").read_bytes()
    (tmp_path / "handed-over.jsonl").write_bytes(lines + lines[:40])
    found = list(read_handed_over(tmp_path))
    assert [one.request for one in found] == [page(B, "1"), redirected]
    agency = PlannedSource("agency", 1.0, (feed(A),), (page(B, "old"),))
    plans = handed_over_plans(plan(agency, PlannedSource("other", 1.0)), SHARDS, found)
    assert {shard: one.sources[0].requests for shard, one in plans.items()} == {1: (page(B, "1"),), 2: (redirected,)}
    assert all(one.sources[0].waiting == () for one in plans.values())
