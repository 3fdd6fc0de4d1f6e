"""The whole way on captured pages of real hosts; skipped where they are not beside the checkout.

A sixth of the 189 hosts, or all of them by their feeds with NEWSLOOM_TEST_ROUNDS=2 and more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawlers.discovery import normalise_url
from crawlers.discovery.sites import shard_of
from tests.end_to_end.conftest import Newsloom
from tests.end_to_end.test_shards import shard_of_run
from tests.rounds import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

pytestmark = [pytest.mark.newsweb, pytest.mark.timeout(1200)]


@contextmanager
def serving(shared: Path, newsloom: Newsloom, *options: str) -> Iterator[str]:
    """The proxy address of a running newsweb, which the command line uses."""
    port_file = newsloom.folder / "port"
    server = subprocess.Popen(
        [
            *(sys.executable, str(shared / "newsweb" / "newsweb.py")),
            *("--port", "0", "--port-file", str(port_file), *options),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not (port_file.exists() and port_file.read_text()):
            assert server.poll() is None
            time.sleep(0.1)
        proxy = f"http://127.0.0.1:{port_file.read_text()}"
        newsloom.environment["http_proxy"] = proxy
        yield proxy
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def newsweb(shared: Path, newsloom: Newsloom) -> Iterator[str]:
    """A newsweb without faults."""
    with serving(shared, newsloom) as proxy:
        yield proxy


@dataclass(frozen=True)
class Truth:
    """What newsweb serves according to its own code: URLs of articles, by what happens to them in edition 2."""

    unchanged: set[str]
    changed: set[str]
    added: set[str]

    def of(self, hosts: set[str] | None) -> Truth:
        """The part of these hosts; all of it for None."""
        if hosts is None:
            return self
        sets = (self.unchanged, self.changed, self.added)
        return Truth(*({url for url in urls if url.split("/")[2] in hosts} for urls in sets))


TRUTH = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import newsweb
for article in newsweb.load_articles(Path(sys.argv[1], "pages"), 0, 1):
    kind = "added" if article.first_edition == 2 else "changed" if article.body(1) != article.body(2) else "unchanged"
    print(json.dumps([kind, article.url]))
"""


@cache
def truth(shared: Path) -> Truth:
    said = subprocess.run(
        [sys.executable, "-c", TRUTH, str(shared / "newsweb")], check=True, capture_output=True, text=True
    )
    found: dict[str, set[str]] = {"unchanged": set(), "changed": set(), "added": set()}
    for line in said.stdout.splitlines():
        kind, url = json.loads(line)
        found[kind].add(url)
    return Truth(**found)


def control(proxy: str, path: str) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    with opener.open(f"http://newsweb.control{path}") as response:
        found: dict[str, Any] = json.load(response)
    return found


@cache
def listed_sources(shared: Path) -> list[str]:
    script = shared / "newsweb" / "newsweb.py"
    said = subprocess.run([sys.executable, str(script), "--sources"], check=True, capture_output=True, text=True)
    return said.stdout.splitlines()


def sources_of(shared: Path, asks: str, head: str = "", hosts: Collection[str] | None = None) -> str:
    """A sources.toml of newsweb's own list, by feed, sitemap or section, of all hosts or some."""
    entries = [entry for entry in map(json.loads, listed_sources(shared)) if hosts is None or entry["host"] in hosts]
    body = "".join(
        f'\n[[source]]\nname = "{entry["host"]}"\nhomepage = "{entry["homepage"]}"\n{asks}s = ["{entry[asks]}"]\n'
        for entry in entries
    )
    return f"[crawl]\ndelay = 0\n{head}" + body


def some_hosts(expected: Truth) -> set[str]:
    """A sixth of the hosts, among them some whose articles change and some that get new ones."""
    return {
        host
        for urls in (expected.unchanged, expected.changed, expected.added)
        for host in sorted({url.split("/")[2] for url in urls})[::6]
    }


@pytest.mark.slow
@pytest.mark.parametrize("asks", ["feed", "sitemap", "section"])
def test_every_article_is_loaded_once_and_the_next_edition_brings_what_is_new_and_asks_nothing_else_in_full(
    newsloom: Newsloom, newsweb: str, shared: Path, asks: str
) -> None:
    whole = truth(shared)
    hosts = None if asks == "feed" and ROUNDS > 1 else some_hosts(whole)
    expected = whole.of(hosts)
    first = len(expected.unchanged | expected.changed)
    newsloom.sources(sources_of(shared, asks, "recheck_hours = [1]\n", hosts))
    print(newsloom("run").stdout)
    stats = control(newsweb, "/stats")
    assert stats["articles_asked"] == first
    assert hosts or first == 250
    outcomes = dict(newsloom.sql("SELECT outcome, count(*) FROM fetches WHERE kind = 'page' GROUP BY outcome"))
    print(f"{first} articles served; {outcomes}")
    assert outcomes["loaded"] == str(first)
    others = newsloom.sql("SELECT url, outcome, reason FROM fetches WHERE kind = 'page' AND outcome <> 'loaded'")
    assert others == [], "/about and /contact, which sitemaps name, are not asked for"
    assert newsloom.sql("SELECT count(*), count(DISTINCT url) FROM articles") == [[str(first)] * 2]
    assert newsloom.sql("FROM url_parameters WHERE is_ignored") == [], "no page was fetched under two URLs"

    before = newsloom.sql("SELECT * FROM articles ORDER BY url")
    control(newsweb, "/reset")
    newsloom("run")
    again = control(newsweb, "/stats")
    assert again["articles_asked"] == 0
    assert again["violations"] == stats["violations"] == []
    assert newsloom.sql("SELECT * FROM articles ORDER BY url") == before

    if asks != "section":
        newsloom.sources(sources_of(shared, asks, "recheck_hours = [0]\n", hosts))
        the_next_edition(newsloom, newsweb, expected, asks)


def the_next_edition(newsloom: Newsloom, newsweb: str, expected: Truth, asks: str) -> None:
    control(newsweb, "/edition/2")
    control(newsweb, "/reset")
    # A listing that did not change for some time is due after a tenth of it: after seconds, if the first run took long.
    while newsloom.sql("SELECT url FROM feeds WHERE due_at > now() LIMIT 1"):
        time.sleep(0.2)
    newsloom("run")
    stats = control(newsweb, "/stats")
    assert stats["by_kind"]["article"] == len(expected.changed | expected.added)
    assert stats["articles_asked"] == len(expected.unchanged | expected.changed | expected.added)
    assert stats["articles_asked_twice"] == 0
    assert stats["violations"] == []
    latest = "run_id = (SELECT max_by(run_id, started_at) FROM runs)"
    full = newsloom.sql(
        f"SELECT outcome, count(*) FROM fetches WHERE kind = 'page' AND status = 200 AND {latest} GROUP BY 1"
    )
    others = (
        f"SELECT url, outcome, reason, detail FROM fetches WHERE kind = 'page' AND outcome <> 'loaded' AND {latest}"
    )
    assert dict(full)["loaded"] == str(len(expected.added)), newsloom.sql(others)
    assert sum(int(count) for _, count in full) == len(expected.changed | expected.added)
    assert newsloom.sql("SELECT count(*) FROM articles") == [[str(stats["articles_asked"])]]
    hosts = {url.split("/")[2] for url in expected.added}
    listings = newsloom.sql(
        f"SELECT DISTINCT split_part(url, '/', 3) FROM fetches WHERE kind <> 'page' AND outcome = 'listed' AND {latest}"
    )
    if asks == "feed":  # newsweb packs its sitemaps anew, with the time of day in the gzip's head
        assert {host for (host,) in listings} == hosts, "all other listings are unchanged"
    # An article that is unchanged has its bytes in the archive, from the first time.
    looks = dict(
        newsloom.sql(f"SELECT url, status FROM fetches WHERE kind = 'page' AND outcome = 'unchanged' AND {latest}")
    )
    url = min(url for url, status in looks.items() if url in expected.unchanged)
    assert looks[url] == "304"
    assert "<html" in newsloom("page", url).stdout.lower()


@pytest.mark.slow
def test_shards_load_what_one_process_loads_although_one_of_them_is_killed(newsloom: Newsloom, shared: Path) -> None:
    expected = truth(shared)
    hosts = some_hosts(expected)
    rows = "SELECT url, source, title, text, published_at FROM articles ORDER BY url"
    newsloom.sources(sources_of(shared, "feed", "recheck_hours = []\n", hosts))
    shards = Counter(shard_of(f"http://{host}/", 4) for host in hosts)
    largest = shards.most_common(1)[0][0]
    own = {host for host in hosts if shard_of(f"http://{host}/", 4) == largest}
    faults = newsloom.folder / "faults.json"
    faults.write_text(json.dumps({min(own): "slow"}))  # so that its shard is still at work
    with serving(shared, newsloom, "--faults", str(faults)) as proxy:
        run = newsloom.start("run", "--shards", "4")
        while not own & control(proxy, "/stats")["by_host"].keys():
            assert run.poll() is None
            time.sleep(0.01)
        os.kill(shard_of_run(run.pid, largest), signal.SIGKILL)
        out, err = run.communicate()
        assert run.returncode == 1, out + err
        newsloom("run", "--shards", "4")
        stats = control(proxy, "/stats")
        alone = Newsloom(newsloom.folder / "alone", newsloom.environment)
        alone.folder.mkdir()
        alone.sources(sources_of(shared, "feed", "recheck_hours = []\n", hosts))
        alone("run")
    assert stats["violations"] == []
    assert stats["most_in_flight"] == 1
    in_shards = newsloom.sql(rows)
    assert in_shards == alone.sql(rows)
    assert len(in_shards) == len(expected.of(hosts).unchanged | expected.of(hosts).changed)


# Without newsweb's gzip-bomb: while it packs two gigabytes, it answers for no other host.
FAULTS = (
    "503-first", "429-first", "slow", "reset", "drip", "huge", "redirect-loop", "robots-500",
    "robots-deny", "bad-feed", "xml-bomb", "wrong-charset", "trap", "empty", "not-html",
)  # fmt: skip
HEALTHY = len(FAULTS) // 2


def memory_of_crawl(run: subprocess.Popen[str]) -> int:
    """The most memory that the crawl of a run had so far, in MB; 0 while there is none."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            if command[1:3] == [b"-m", b"crawlers"] and str(run.pid).encode() in command:
                (line,) = (line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM"))
                return int(line.split()[1]) // 1024
        except (OSError, ValueError):
            continue
    return 0


@pytest.mark.slow
def test_hosts_with_faults_cost_themselves_only(newsloom: Newsloom, shared: Path) -> None:
    expected = truth(shared)
    articles: dict[str, set[str]] = {}
    for url in sorted(expected.unchanged | expected.changed):
        articles.setdefault(url.split("/")[2], set()).add(normalise_url(url))
    # Hosts that ask for a Crawl-delay would only make the test slow.
    few = sorted(articles, key=lambda host: (len(articles[host]), host))[: len(FAULTS) + HEALTHY]
    sick = dict(zip(few, FAULTS, strict=False))
    healthy = few[len(FAULTS) :]
    faults = newsloom.folder / "faults.json"
    faults.write_text(json.dumps(sick))
    newsloom.sources(sources_of(shared, "feed", hosts=few))
    with serving(shared, newsloom, "--faults", str(faults)) as proxy:
        run = newsloom.start("run")
        peak = 0
        while run.poll() is None:
            peak = max(peak, memory_of_crawl(run))
            time.sleep(0.1)
        out, err = run.communicate()
        assert run.returncode == 0, out + err
        stats = control(proxy, "/stats")
    print(out, f"peak memory of the crawl: {peak} MB; {stats['seconds']:.0f} s")
    loaded: dict[str, set[str]] = {}
    for source, url in newsloom.sql("SELECT source, url FROM articles"):
        loaded.setdefault(source, set()).add(normalise_url(url))
    assert {host: loaded.get(host) for host in healthy} == {host: articles[host] for host in healthy}
    troubled = {
        source
        for (source,) in newsloom.sql(
            "SELECT source FROM fetches WHERE reason IS NOT NULL "
            "UNION SELECT source FROM feeds WHERE last_reason IS NOT NULL OR last_detail IS NOT NULL"
        )
    }
    overcome = {host for host in sick if loaded.get(host) == articles[host]}
    assert set(sick) <= troubled | overcome
    assert {sick[host] for host in overcome} >= {"503-first", "429-first", "slow", "wrong-charset", "trap"}
    assert not troubled & set(healthy)
    assert stats["violations"] == []
    assert stats["most_in_flight"] == 1
    assert 0 < peak < 600
