"""kill -9 at any moment, then `newsloom run` again: the same rows as an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from flows.demo.web import NewsWeb
from tests.end_to_end.conftest import Newsloom, town_site, town_sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

HOSTS = ("one.example", "two.example")
ARTICLES = 12
SITEMAPS = 'sitemaps = ["http://{host}/sitemap.xml"]'
STATE = (
    "SELECT url, source, title, text, versions FROM articles ORDER BY url",
    "SELECT article_id, title_hash, body_hash, fetch_url, etag FROM article_state ORDER BY ALL",
    "SELECT article_id, change FROM article_versions ORDER BY ALL",
    "SELECT url, article_id, kind FROM aliases ORDER BY ALL",
    "SELECT url, reason FROM rejections ORDER BY ALL",
    "SELECT url, etag, failures FROM feeds ORDER BY ALL",
    "SELECT url_key FROM private.known_urls ORDER BY ALL",
    "SELECT url_key FROM private.frontier ORDER BY ALL",
)


def state(newsloom: Newsloom) -> list[list[tuple[object, ...]]]:
    """Everything that must not depend on whether a run was killed."""
    with duckdb.connect(str(newsloom.data / "private" / "warehouse.duckdb"), read_only=True) as connection:
        return [connection.execute(query).fetchall() for query in STATE]


def planned(newsloom: Newsloom, web: NewsWeb) -> bool:
    return any(newsloom.data.glob("private/runs/*/plan.json"))


def asked_for_an_index(newsloom: Newsloom, web: NewsWeb) -> bool:
    return any(asked.path == "/sitemap.xml" for asked in web.requests)


def asked_for_its_child(newsloom: Newsloom, web: NewsWeb) -> bool:
    return any(asked.path == "/sitemap-1.xml" for asked in web.requests)


def half_crawled(newsloom: Newsloom, web: NewsWeb) -> bool:
    return sum(asked.path.startswith("/news") for asked in web.requests) >= ARTICLES


def sealed_a_segment(newsloom: Newsloom, web: NewsWeb) -> bool:
    return any(newsloom.data.glob("archive/*.warc.gz"))


def published(newsloom: Newsloom, web: NewsWeb) -> bool:
    return (newsloom.data / "news.duckdb").exists()


def at_once(newsloom: Newsloom, web: NewsWeb) -> bool:
    return (newsloom.data / "private" / "warehouse.duckdb").exists()


def run_until(newsloom: Newsloom, web: NewsWeb, moment: Callable[[Newsloom, NewsWeb], bool]) -> Popen[str]:
    run = newsloom.start("run")
    while run.poll() is None and not moment(newsloom, web):
        time.sleep(0.005)
    return run


@pytest.mark.parametrize(
    "moments",
    [
        (at_once, planned, asked_for_an_index, asked_for_its_child),
        (half_crawled, sealed_a_segment, published),
    ],
    ids=lambda moments: " then ".join(moment.__name__ for moment in moments),
)
def test_a_killed_run_is_made_good_by_the_next(
    newsloom: Newsloom, moments: tuple[Callable[[Newsloom, NewsWeb], bool], ...]
) -> None:
    sites = [town_site(host, ARTICLES, delay=0.1) for host in HOSTS]
    with NewsWeb(sites) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources(*HOSTS, segment_pages=5, asks=SITEMAPS))
        for moment in moments:
            web.reset()
            run = run_until(newsloom, web, moment)
            run.send_signal(signal.SIGKILL)
            run.communicate()
        newsloom("run")
        disturbed = state(newsloom)
        undisturbed = Newsloom(newsloom.folder / "undisturbed", newsloom.environment)
        undisturbed.folder.mkdir()
        undisturbed.sources(town_sources(*HOSTS, segment_pages=5, asks=SITEMAPS))
        undisturbed("run")
        assert disturbed == state(undisturbed)
    assert len(disturbed[0]) == ARTICLES * len(HOSTS)
    assert not list(newsloom.data.glob("archive/*.open"))
    outcomes = [outcome for (outcome,) in newsloom.sql("SELECT outcome FROM runs ORDER BY started_at")]
    assert outcomes[-1] == "completed"
    assert "running" not in outcomes


def test_a_killed_crawl_is_started_again_by_the_same_run(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("one.example", ARTICLES, delay=0.2)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("one.example", segment_pages=5))
        run = run_until(newsloom, web, lambda newsloom, web: len(web.requests) > 5)
        os.kill(child_of(run.pid, "crawlers"), signal.SIGKILL)
        out, err = run.communicate(timeout=480)
        assert run.returncode == 0, out + err
    assert newsloom.sql("SELECT count(*) FROM articles") == [[str(ARTICLES)]]


def test_a_crawl_ends_with_the_run_that_started_it(newsloom: Newsloom) -> None:
    with NewsWeb([town_site("one.example", 200, delay=0.2)]) as web:
        newsloom.environment["http_proxy"] = web.proxy_url
        newsloom.sources(town_sources("one.example"))
        run = run_until(newsloom, web, lambda newsloom, web: len(web.requests) > 5)
        crawl = child_of(run.pid, "crawlers")
        run.send_signal(signal.SIGKILL)
        run.communicate()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and alive(crawl):
            time.sleep(0.1)
        assert not alive(crawl)


def processes() -> dict[int, tuple[int, str, str]]:
    """Parent, state and command of every process."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,command="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 3) for line in listed.splitlines())
    return {int(row[0]): (int(row[1]), row[2], row[3] if len(row) > 3 else "") for row in rows}


def child_of(pid: int, module: str) -> int:
    """The child of a process that runs `python -m module`."""
    for child, (parent, _, command) in processes().items():
        if parent == pid and f"-m {module} " in command:
            return child
    raise AssertionError(f"process {pid} has no child that runs {module}")


def alive(pid: int) -> bool:
    found = processes().get(pid)
    return found is not None and not found[1].startswith("Z")
