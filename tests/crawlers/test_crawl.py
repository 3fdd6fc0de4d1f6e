"""Single crawls from a plan to sealed segments: `python -m crawlers PLAN` and `scrapy crawl news`."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawlers.archive import Fetch, FoundListing, Kind, Outcome, sealed_segments
from crawlers.discovery import url_key, write_keys
from crawlers.plan.model import KNOWN_KEYS_FILE, CrawlPlan, PlannedRequest, PlannedSource, read_plan, write_plan
from flows.demo.web import NewsWeb, ServedPage, Site
from tests.crawlers import forked
from tests.end_to_end.conftest import feed, town_site

if TYPE_CHECKING:
    from collections.abc import Iterable

HOST = "town.example"
FEED = f"http://{HOST}/feed.xml"
FEED_REQUEST = PlannedRequest(FEED, Kind.FEED)


def crawl(folder: Path, web: NewsWeb, *sources: PlannedSource, known: Iterable[str] = (), code: int = 0) -> list[Fetch]:
    """Run a crawl process with a plan, and return its fetch log."""
    plan = folder / "plan"
    plan.mkdir()
    archive = folder / "archive"
    write_plan(plan, CrawlPlan("abc", str(archive), "newsloom-test", 500, sources))
    write_keys(plan / KNOWN_KEYS_FILE, (url_key(url) for url in known))
    environment = os.environ | {"http_proxy": web.proxy_url, "no_proxy": ""}
    done = forked.run("crawlers.__main__", str(plan), environment=environment, folder=folder)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return [fetch for segment in sealed_segments(archive) for fetch in segment.fetches()]


def source(*requests: PlannedRequest, delay: float = 0.0, limit: int = 2000) -> PlannedSource:
    return PlannedSource("town", delay, requests or (FEED_REQUEST,), limit=limit)


def test_every_response_is_logged_and_archived(tmp_path: Path) -> None:
    site = town_site(HOST, 3)
    with NewsWeb([site]) as web:
        log = crawl(tmp_path, web, source())
    assert [(fetch.kind, fetch.outcome) for fetch in log] == [(Kind.FEED, Outcome.FETCHED)] + [
        (Kind.PAGE, Outcome.FETCHED)
    ] * 3
    assert [link.url for link in log[0].links] == sorted(fetch.url for fetch in log[1:])
    (segment,) = sealed_segments(tmp_path / "archive")
    for fetch in log:
        assert fetch.offset is not None
        stored = segment.read(fetch.offset)
        assert stored.body == site.pages[fetch.url.removeprefix(f"http://{HOST}")].body
        assert stored.url == fetch.url


def test_known_urls_are_not_requested(tmp_path: Path) -> None:
    site = town_site(HOST, 3)
    first, *others = [f"http://{HOST}{path}" for path in site.pages if path.startswith("/news")]
    with NewsWeb([site]) as web:
        log = crawl(tmp_path, web, source(), known=[first])
    assert [fetch.url for fetch in log if fetch.kind is Kind.PAGE] == others


def test_validators_make_requests_conditional(tmp_path: Path) -> None:
    site = town_site(HOST, 1)
    request = PlannedRequest(FEED, Kind.FEED, etag=site.pages["/feed.xml"].etag)
    with NewsWeb([site]) as web:
        log = crawl(tmp_path, web, source(request))
    assert [(fetch.outcome, fetch.status, fetch.offset) for fetch in log] == [(Outcome.UNCHANGED, 304, None)]


def test_links_beyond_the_limit_are_logged_but_not_requested(tmp_path: Path) -> None:
    with NewsWeb([town_site(HOST, 5)]) as web:
        log = crawl(tmp_path, web, source(limit=2))
    assert len(log[0].links) == 5
    assert sum(fetch.kind is Kind.PAGE for fetch in log) == 2


def test_robots_txt_is_obeyed_and_forbidden_pages_are_logged(tmp_path: Path) -> None:
    site = Site(HOST, {"/feed.xml": feed(HOST, ["/private/a-page-that-is-not-for-robots.html"])})
    with NewsWeb([site]) as web:
        log = crawl(tmp_path, web, source())
        assert not [asked for asked in web.requests if asked.path.startswith("/private")]
    assert [(fetch.outcome, fetch.reason) for fetch in log[1:]] == [(Outcome.SKIPPED, "robots")]


def test_crawl_delay_is_applied(tmp_path: Path) -> None:
    robots = ServedPage(b"User-agent: *\nCrawl-delay: 1\n", "text/plain")
    site = town_site(HOST, 2)
    with NewsWeb([Site(HOST, {**site.pages, "/robots.txt": robots})]) as web:
        crawl(tmp_path, web, source())
        times = [asked.at for asked in web.requests if asked.path != "/robots.txt"]
    assert len(times) == 3
    assert all((later - earlier).total_seconds() > 0.9 for earlier, later in pairwise(times))


def test_a_host_gets_one_request_at_a_time(tmp_path: Path) -> None:
    with NewsWeb([town_site(HOST, 5, delay=0.2)]) as web:
        log = crawl(tmp_path, web, source())
    pages = [fetch for fetch in log if fetch.kind is Kind.PAGE]
    assert len(pages) == 5
    latencies = [timedelta(milliseconds=fetch.ms or 0) for fetch in pages]
    elapsed = pages[-1].fetched_at - (pages[0].fetched_at - latencies[0])
    assert elapsed >= 0.75 * sum(latencies, timedelta()), "two at a time would need 3/5 of the sum"


@pytest.mark.parametrize(
    ("page", "status", "reason"),
    [
        (ServedPage(b"gone", status=404), 404, "http_status"),
        (ServedPage(b"", reset=True), None, "connection"),
        (ServedPage(b"", status=302, headers=(("Location", "/feed.xml/loop"),)), None, "redirects"),
        (ServedPage(b"x" * (11 << 20)), None, "too_large"),
    ],
    ids=["404", "reset", "loop", "11 MiB"],
)
def test_a_failed_request_is_logged_with_a_reason(
    tmp_path: Path, page: ServedPage, status: int | None, reason: str
) -> None:
    path = "/news/a-page-with-something-wrong.html"
    loop = ServedPage(b"", status=302, headers=(("Location", "/feed.xml/loop"),))
    with NewsWeb([Site(HOST, {"/feed.xml": feed(HOST, [path]), path: page, "/feed.xml/loop": loop})]) as web:
        log = crawl(tmp_path, web, source())
    assert [(fetch.url, fetch.outcome, fetch.status, fetch.reason) for fetch in log[1:]] == [
        (f"http://{HOST}{path}", Outcome.FAILED, status, reason)
    ]


def test_a_redirect_is_followed_and_logged(tmp_path: Path) -> None:
    site = town_site(HOST, 1)
    (path,) = (path for path in site.pages if path.startswith("/news"))
    short = ServedPage(b"", status=301, headers=(("Location", path),))
    with NewsWeb([Site(HOST, {**site.pages, "/feed.xml": feed(HOST, ["/s/1"]), "/s/1": short})]) as web:
        log = crawl(tmp_path, web, source())
    assert [(fetch.url, fetch.final_url, fetch.outcome) for fetch in log[1:]] == [
        (f"http://{HOST}/s/1", f"http://{HOST}{path}", Outcome.FETCHED)
    ]


def test_a_sitemap_index_leads_to_its_sitemaps_and_its_log_entry_names_them(tmp_path: Path) -> None:
    with NewsWeb([town_site(HOST, 4)]) as web:
        log = crawl(tmp_path, web, source(PlannedRequest(f"http://{HOST}/sitemap.xml", Kind.SITEMAP)))
    children = [FoundListing(f"http://{HOST}/sitemap-{number}.xml", Kind.SITEMAP) for number in (1, 2)]
    assert log[0].listings == tuple(children)
    assert [fetch.url for fetch in log[1:3]] == [child.url for child in children]
    assert len(log) == 3 + 4


def test_a_front_page_leads_to_its_feeds(tmp_path: Path) -> None:
    front = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body></body></html>'
    site = town_site(HOST, 2)
    with NewsWeb([Site(HOST, {**site.pages, "/": ServedPage(front)})]) as web:
        log = crawl(tmp_path, web, source(PlannedRequest(f"http://{HOST}/", Kind.HOMEPAGE)))
    assert [fetch.kind for fetch in log] == [Kind.HOMEPAGE, Kind.FEED, Kind.PAGE, Kind.PAGE]


def test_a_front_page_without_feeds_leads_to_the_usual_locations(tmp_path: Path) -> None:
    site = town_site(HOST, 2)
    pages = {path: page for path, page in site.pages.items() if "sitemap" not in path}
    pages |= {
        "/": ServedPage(b"<html><body><p>Hello</p></body></html>"),
        "/robots.txt": ServedPage(b"User-agent: *", "text/plain"),
    }
    with NewsWeb([Site(HOST, pages)]) as web:
        log = crawl(tmp_path, web, source(PlannedRequest(f"http://{HOST}/", Kind.HOMEPAGE)))
    assert [fetch.url for fetch in log if fetch.outcome is Outcome.FETCHED and fetch.kind is Kind.FEED] == [FEED]
    assert sum(fetch.kind is Kind.PAGE for fetch in log) == 2
    assert {fetch.reason for fetch in log if fetch.outcome is Outcome.FAILED} == {"http_status"}


def test_a_front_page_leads_to_the_news_sitemaps_of_robots_txt(tmp_path: Path) -> None:
    site = town_site(HOST, 2)
    lines = f"User-agent: *\nSitemap: http://{HOST}/all.xml\nSitemap: http://{HOST}/sitemap-news.xml\n"
    pages = {
        **site.pages,
        "/": ServedPage(b"<html><body></body></html>"),
        "/robots.txt": ServedPage(lines.encode(), "text/plain"),
    }
    pages["/sitemap-news.xml"] = pages["/sitemap-1.xml"]
    with NewsWeb([Site(HOST, pages)]) as web:
        log = crawl(tmp_path, web, source(PlannedRequest(f"http://{HOST}/", Kind.HOMEPAGE)))
    assert [fetch.url for fetch in log[:2]] == [f"http://{HOST}/", f"http://{HOST}/sitemap-news.xml"]
    assert [fetch.kind for fetch in log[2:]] == [Kind.PAGE]


def test_the_sitemaps_of_a_robots_txt_are_resolved_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    site = town_site(HOST, 2)
    named = [
        "/sitemap-1.xml",
        "sitemap-2.xml",
        f"http://{HOST}/sitemap-1.xml",
        f"http://{HOST}/robots.txt",
        "http://[x",
    ]
    robots = "User-agent: *\n" + "".join(f"Sitemap: {url}\n" for url in named)
    pages = {
        **site.pages,
        "/": ServedPage(b"<html><body><p>Welcome</p></body></html>"),
        "/robots.txt": ServedPage(robots.encode(), "text/plain"),
    }
    with NewsWeb([Site(HOST, pages)]) as web:
        log = crawl(tmp_path, web, source(PlannedRequest(f"http://{HOST}/", Kind.HOMEPAGE)))
    assert {fetch.outcome for fetch in log} == {Outcome.FETCHED}
    assert [listing.url for listing in log[0].listings] == [f"http://{HOST}/sitemap-{number}.xml" for number in (1, 2)]
    assert [fetch.kind for fetch in log[1:]] == [Kind.SITEMAP, Kind.SITEMAP, Kind.PAGE, Kind.PAGE]


def test_a_listing_made_to_use_up_time_fails_and_costs_no_other(tmp_path: Path) -> None:
    members = gzip.compress(gzip.compress(b"") * 200_000)
    bomb = ServedPage(members, "application/xml", headers=(("Content-Encoding", "gzip"),))
    pages = {**town_site(HOST, 2).pages, "/bomb.xml": bomb}
    with NewsWeb([Site(HOST, pages)]) as web:
        log = crawl(tmp_path, web, source(PlannedRequest(f"http://{HOST}/bomb.xml", Kind.SITEMAP), FEED_REQUEST))
    (failed,) = (fetch for fetch in log if fetch.outcome is not Outcome.FETCHED)
    assert (failed.url, failed.reason) == (f"http://{HOST}/bomb.xml", "bad_listing")
    assert "more than 10000 members" in (failed.detail or "")
    assert len(log) == 4


def test_scrapy_crawls_without_a_warehouse_from_the_project_root(tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    entry = '[[source]]\nname = "{0}"\ndelay = 0\nfeeds = ["http://{0}/feed.xml"]\n'
    sources.write_text(entry.format(HOST) + entry.format("other.example"))
    with NewsWeb([town_site(HOST, 2), town_site("other.example", 2)]) as web:
        arguments = ["-a", f"sources={sources}", "-a", f"source={HOST}", "-a", f"archive={tmp_path / 'archive'}"]
        subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "news", *arguments],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"http_proxy": web.proxy_url, "no_proxy": ""},
            check=True,
            capture_output=True,
        )
    (segment,) = sealed_segments(tmp_path / "archive")
    assert {fetch.source for fetch in segment.fetches()} == {HOST}
    assert len(list(segment.fetches())) == 3


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = CrawlPlan("abc", "archive", "agent", 5, (source(PlannedRequest(FEED, Kind.FEED, '"e"'), limit=3),))
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan


def test_an_invalid_plan_ends_the_crawl_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"run_id": 1}')
    done = subprocess.run(
        [sys.executable, "-m", "crawlers", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "plan.json: not a crawl plan: run_id" in done.stderr
