"""`newsloom run --shards N`: the rows of one process, whatever hosts the articles of a source lie on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter, defaultdict

import pytest

from crawlers.discovery.sites import shard_of
from flows.demo.web import NewsWeb, ServedPage, Site
from tests.end_to_end.conftest import Newsloom, article, town_site, town_sources
from tests.end_to_end.test_killed import processes, state

SHARDS = 2
# A host for each shard.
HOSTS = tuple(
    next(f"town{n}.example" for n in range(100) if shard_of(f"http://town{n}.example/", SHARDS) == shard)
    for shard in range(SHARDS)
)
ARTICLES = 6
AGENCY = "wire.example"


class BusyWeb(NewsWeb):
    """A web that knows how many requests of each host it is answering at the same time."""

    def __init__(self, sites: list[Site]) -> None:
        super().__init__(sites)
        self.now: defaultdict[str, list[str]] = defaultdict(list)
        self.beside: defaultdict[str, list[list[str]]] = defaultdict(list)
        self.counting = threading.Lock()

    def _answer(self, method: str, host: str, path: str, headers: dict[str, str]) -> tuple[int, ServedPage]:
        with self.counting:
            self.now[host].append(path)
            if len(self.now[host]) > 1:
                self.beside[host].append(list(self.now[host]))
        time.sleep(0.03)
        try:
            return super()._answer(method, host, path, headers)
        finally:
            with self.counting:
                self.now[host].remove(path)


def wire(slow: str | None = None) -> list[Site]:
    """Towns, and an agency whose feed names articles on their hosts, some through redirects."""
    sites = []
    links = []
    redirects = {}
    for number, host in enumerate(HOSTS):
        town = town_site(host, ARTICLES, delay=0.5 if host == slow else 0.0)
        pages = dict(town.pages)
        for more in range(2):
            path = f"/wire/2026/report-of-the-wire-number-{more}.html"
            pages[path] = article(100 + 10 * number + more, f"the harbour of {host}")
            short = f"/go/2026/a-link-to-report-{number}-{more}"
            redirects[short] = ServedPage(b"", status=302, headers=(("Location", f"http://{host}{path}"),))
            links.append(f"http://{host}{path}" if more else f"http://{AGENCY}{short}")
        sites.append(Site(host, pages))
    items = "".join(f"<item><title>Report of the wire</title><link>{link}</link></item>" for link in links)
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{AGENCY}</title>{items}</channel></rss>'
    return [*sites, Site(AGENCY, {"/feed.xml": ServedPage(text.encode(), "application/rss+xml"), **redirects})]


def in_folder(newsloom: Newsloom, name: str) -> Newsloom:
    """The command line in a folder of its own."""
    other = Newsloom(newsloom.folder / name, newsloom.environment)
    other.folder.mkdir()
    other.sources(town_sources(*HOSTS, AGENCY, segment_pages=5))
    return other


def pages_requested(web: NewsWeb) -> Counter[tuple[str, str]]:
    """Each process reads robots.txt for itself, and the second round of a shard is a new one."""
    return Counter((asked.host, asked.path) for asked in web.requests if asked.path != "/robots.txt")


@pytest.mark.slow
def test_shards_load_the_rows_of_one_process_and_share_no_host_and_a_dead_one_is_made_good(newsloom: Newsloom) -> None:
    alone, sharded, disturbed = (in_folder(newsloom, name) for name in ("alone", "sharded", "disturbed"))
    with BusyWeb(wire()) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        alone("run")
        requested = pages_requested(web)
        web.reset()
        out = sharded("run", "--shards", str(SHARDS))
        assert f"crawling in {SHARDS} of {SHARDS} shards" in out.stderr
        # Twisted repeats a GET whose connection was lost; shards that shared a host would meet more often.
        assert {host: beside for host, beside in web.beside.items() if len(beside) > 1} == {}
        assert pages_requested(web) == requested
        expected = state(alone)
        assert state(sharded) == expected
        assert len(expected[0]) == len(HOSTS) * (ARTICLES + 2)
        query = "SELECT source, url, final_url, kind, outcome, status, reason FROM fetches ORDER BY ALL"
        assert sharded.sql(query) == alone.sql(query)

    with NewsWeb(wire(slow=HOSTS[1])) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        run = disturbed.start("run", "--shards", str(SHARDS))
        while run.poll() is None and sum(asked.host == HOSTS[1] for asked in web.requests) < 4:
            time.sleep(0.01)
        os.kill(shard_of_run(run.pid, 1), signal.SIGKILL)
        out_text, err = run.communicate(timeout=480)
        assert run.returncode == 1, out_text + err
        assert "shard 1: the crawl ended unexpectedly (killed by SIGKILL); see its log: " in out_text
        assert "The next run requests the rest." in out_text
        assert 0 < len(state(disturbed)[0]) < len(expected[0])
    with NewsWeb(wire()) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        disturbed("run", "--shards", str(SHARDS + 1))
    for have, wanted in zip(state(disturbed), expected, strict=True):
        assert have == wanted
    assert not list(disturbed.data.glob("archive/*.open"))


def shard_of_run(pid: int, shard: int) -> int:
    """The process of a shard that a run has started."""
    for child, (parent, _, command) in processes().items():
        if parent == pid and f"/shard-{shard} " in command:
            return child
    raise AssertionError(f"process {pid} has no child that crawls shard {shard}")
