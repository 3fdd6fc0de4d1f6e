"""A shard that shares nothing but an object store with the run that started it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fsspec
import pytest

from crawlers.archive import Kind, Outcome, Segment, sealed_segments
from crawlers.archive.store import Store
from crawlers.discovery import write_keys
from crawlers.discovery.sites import shard_of
from crawlers.errors import ArchiveError
from crawlers.plan.model import KNOWN_KEYS_FILE, PLAN_FILE, CrawlPlan, PlannedRequest, PlannedSource, write_plan
from crawlers.plan.shards import HANDED_OVER_FILE, read_handed_over
from flows.crawl_shard import ShardFlowRuns, crawl_from_store
from flows.demo.web import NewsWeb, ServedPage, Site
from tests.end_to_end.conftest import article, feed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import Bucket

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
OWN, OTHER = (
    next(f"town{n}.example" for n in range(100) if shard_of(f"http://town{n}.example/", 2) == shard)
    for shard in range(2)
)


def test_a_shard_takes_its_plan_from_a_store_and_leaves_its_segments_there(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [f"/news/2026/a-report-of-the-town-{number}.html" for number in range(3)]
    links = feed(OWN, pages).body.replace(f"http://{OWN}{pages[2]}".encode(), f"http://{OTHER}{pages[2]}".encode())
    listing = ServedPage(links, "application/rss+xml")
    site = Site(OWN, {"/feed.xml": listing, **{page: article(n) for n, page in enumerate(pages)}})
    source = PlannedSource("town", 0.0, (PlannedRequest(f"http://{OWN}/feed.xml", Kind.FEED),))
    plan = CrawlPlan("abcdef", "/unused", "newsloom-test", 500, (source,), shard=0, shards=2)
    write_plan(tmp_path, plan)
    write_keys(tmp_path / KNOWN_KEYS_FILE, ())
    store = Store(f"{bucket.url}/some/place")
    store.put(tmp_path / PLAN_FILE, f"runs/abcdef/shard-0/{PLAN_FILE}")
    store.put(tmp_path / KNOWN_KEYS_FILE, f"runs/abcdef/{KNOWN_KEYS_FILE}")
    with NewsWeb([site]) as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        crawl_from_store(store, "runs/abcdef/shard-0", minutes=5)
    (name,) = store.segments()
    assert "-abcdef-000." in name

    archive = tmp_path / "archive"
    ShardFlowRuns("crawl-shard/crawl-shard", 5, store).take_left(archive)
    assert store.segments() == []
    (segment,) = sealed_segments(archive)
    fetched = [fetch.url for fetch in segment.fetches() if fetch.outcome is Outcome.FETCHED]
    assert sorted(fetched) == [f"http://{OWN}/feed.xml", *(f"http://{OWN}{page}" for page in pages[:2])]
    bodies = [segment.read(fetch.offset).body for fetch in segment.fetches() if fetch.offset is not None]
    assert [b"<html" in body for body in bodies] == [False, True, True]
    store.get(f"runs/abcdef/shard-0/{HANDED_OVER_FILE}", tmp_path / HANDED_OVER_FILE)
    assert [one.url for one in read_handed_over(tmp_path)] == [f"http://{OTHER}{pages[2]}"]
    store.remove("runs/abcdef")
    assert not store.exists(f"runs/abcdef/{KNOWN_KEYS_FILE}")


@pytest.mark.parametrize("kind", ["s3", "file"])
def test_a_segment_is_listed_only_when_it_is_whole_and_a_broken_off_move_is_completed(
    bucket: Bucket, tmp_path: Path, kind: str
) -> None:
    url = bucket.url if kind == "s3" else (tmp_path / "store").as_uri()
    store = Store(url)
    assert store.segments() == []
    for ending, body in ((".jsonl", b"log"), (".warc.gz", b"warc")):
        (tmp_path / f"one{ending}").write_bytes(body)
    store.put(tmp_path / "one.jsonl", "segments/one.jsonl")
    assert store.segments() == []
    store.publish(tmp_path, "one")
    assert store.segments() == ["one"]
    archive = tmp_path / "archive"
    archive.mkdir()
    store.get("segments/one.jsonl", archive / "one.jsonl")
    store.take("one", archive)
    assert {path.name: path.read_bytes() for path in archive.iterdir()} == {"one.jsonl": b"log", "one.warc.gz": b"warc"}
    assert Segment(archive, "one").exists()
    assert store.segments() == []
    assert not fsspec.filesystem(kind).glob(f"{url}/segments/*")
    with pytest.raises(ArchiveError, match="cannot be read"):
        store.take("one", archive)


def test_a_store_is_named_without_credentials() -> None:
    with pytest.raises(ArchiveError, match="s3://bucket/x: the URL of a store has no credentials") as failed:
        Store("s3://user:secret@bucket/x")
    assert "secret" not in str(failed.value)
