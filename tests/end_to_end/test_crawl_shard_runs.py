"""A run whose shards are flow runs of a real Prefect server, and share nothing but a store with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest
from prefect.context import refresh_global_settings_context
from prefect.logging.handlers import APILogWorker
from prefect.types.entrypoint import EntrypointType

from flows import crawl_shard
from flows.demo.web import NewsWeb, ServedPage, Site
from flows.errors import FlowsError
from flows.progress import LogReporter
from flows.run import make_run_flow
from tests.end_to_end.conftest import Newsloom, article, feed, town_site, town_sources
from tests.end_to_end.service import wait_for
from tests.end_to_end.test_killed import state
from tests.end_to_end.test_shards import HOSTS, BusyWeb, pages_requested

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefect.deployments.runner import RunnerDeployment

    from flows.pipeline.run_summary import RunSummary

ARTICLES = 3
PATIENCE = 20.0  # of the thirty that a crawl waits for an answer
FOREIGN = "/wire/2026/a-report-that-another-town-has-found.html"
# Serves the flow to the server until its parent ends.
SERVE = """
import asyncio, sys
from pathlib import Path
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType
from flows.crawl_shard import crawl_shard_flow
from flows.service.parent import end_with_parent

name, ready, parent = sys.argv[1:]
end_with_parent(int(parent))
deployment = crawl_shard_flow.to_deployment(name, entrypoint_type=EntrypointType.MODULE_PATH)

async def serve():
    runner = Runner(name=name, pause_on_shutdown=False, query_seconds=2)
    await runner.aadd_deployment(deployment)
    Path(ready).touch()
    await runner.start()

asyncio.run(serve())
"""


@pytest.fixture(autouse=True)
def _server(prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The session's server for this process, which reaches no website.

    By its environment: threads do not see what `temporary_settings` sets.
    """
    with monkeypatch.context() as environment:
        environment.setenv("PREFECT_API_URL", prefect_api)
        environment.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
        environment.setenv("http_proxy", "http://127.0.0.1:9")
        environment.setenv("no_proxy", "127.0.0.1")
        refresh_global_settings_context()
        yield
        APILogWorker.drain_all()  # later, in vain, Python would wait for a server that has ended
    refresh_global_settings_context()


@contextmanager
def served(name: str, newsloom: Newsloom, api: str, proxy: str) -> Iterator[None]:
    """Serve the flow as the deployment `name`, from a process that reaches nothing but a small web and the server."""
    ready = newsloom.folder / "ready"
    environment = newsloom.environment | {"PREFECT_API_URL": api, "http_proxy": proxy, "no_proxy": "127.0.0.1"}
    with (newsloom.folder / "served.log").open("wb") as log:
        runner = subprocess.Popen(
            [sys.executable, "-c", SERVE, name, str(ready), str(os.getpid())],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(lambda: ready.exists() or runner.poll() is not None, "the deployment")
        assert runner.poll() is None, (newsloom.folder / "served.log").read_text()
        yield
    finally:
        runner.terminate()
        runner.wait(240)


def run(newsloom: Newsloom, deployment: str, store: Path, minutes: float = 30.0) -> RunSummary:
    return make_run_flow(LogReporter())(
        newsloom.folder / "sources.toml",
        newsloom.data,
        minutes=minutes,
        shards=len(HOSTS),
        shard_deployment=deployment,
        shard_store=store.as_uri(),
    )


class MeetingWeb(BusyWeb):
    """A web that holds back its answers for one host until the other is requested as well; not for ever."""

    def __init__(self, sites: list[Site]) -> None:
        super().__init__(sites)
        self.asked = {host: threading.Event() for host in HOSTS}
        self.met: set[str] = set()
        """The hosts that had a request in flight when, or after, the other one was requested."""

    def _answer(self, method: str, host: str, path: str, headers: dict[str, str]) -> tuple[int, ServedPage]:
        self.asked[host].set()
        if host not in self.met and all(asked.wait(PATIENCE) for asked in self.asked.values()):
            self.met.add(host)
        return super()._answer(method, host, path, headers)


def towns() -> list[Site]:
    """A town for each shard; the feed of the first names an article of the second that its own does not."""
    first, second = (town_site(host, ARTICLES) for host in HOSTS)
    paths = [path for path in first.pages if path.startswith("/news")]
    listing = feed(HOSTS[0], [*paths, FOREIGN])
    links = listing.body.replace(f"http://{HOSTS[0]}{FOREIGN}".encode(), f"http://{HOSTS[1]}{FOREIGN}".encode())
    return [
        Site(HOSTS[0], {**first.pages, "/feed.xml": ServedPage(links, listing.content_type)}),
        Site(HOSTS[1], {**second.pages, FOREIGN: article(100, "the harbour")}),
    ]


@pytest.mark.slow
@pytest.mark.timeout(3600)  # seven processes that import Prefect or Scrapy, on a machine that may be busy
def test_shards_that_share_a_store_crawl_at_the_same_time_load_the_rows_of_one_process_and_leave_the_store_empty(
    newsloom: Newsloom, prefect_api: str
) -> None:
    alone = Newsloom(newsloom.folder / "alone", newsloom.environment)
    del alone.environment["PREFECT_API_URL"]
    alone.folder.mkdir()
    store = newsloom.folder / "store"
    for one in (alone, newsloom):
        one.sources(town_sources(*HOSTS, segment_pages=2))
    name = newsloom.folder.name
    with NewsWeb(towns()) as web:
        alone.environment["http_proxy"] = web.proxy_url
        alone("run")
        requested = pages_requested(web)
    with MeetingWeb(towns()) as web, served(name, newsloom, prefect_api, web.proxy_url):
        assert run(newsloom, f"crawl-shard/{name}", store).died == ()
        assert web.met == set(HOSTS), "neither crawl has waited for the other to end"
        # Twisted repeats a GET whose connection was lost.
        assert {host: beside for host, beside in web.beside.items() if len(beside) > 1} == {}
        assert pages_requested(web) == requested
        expected = state(alone)
        assert len(expected[0]) == len(HOSTS) * ARTICLES + 1
        assert state(newsloom) == expected
        assert not [path for path in store.rglob("*") if path.is_file()]
        logs = {log.parent.name for log in newsloom.data.glob("private/runs/*/*/crawl.log")}
        assert logs == {"shard-0", "shard-1"}, "brought here from the store"

        web.reset()
        assert run(newsloom, f"crawl-shard/{name}", store).died == ()
        assert set(pages_requested(web)) == {(host, "/feed.xml") for host in HOSTS}
        assert state(newsloom) == expected
        assert not [path for path in store.rglob("*") if path.is_file()]


def test_a_shard_that_no_worker_has_begun_when_the_time_is_up_is_cancelled_and_named(
    newsloom: Newsloom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawl_shard, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(crawl_shard, "END_SECONDS", 0.1)
    newsloom.sources(town_sources(*HOSTS))
    name = newsloom.folder.name
    deployment = crawl_shard.crawl_shard_flow.to_deployment(name, entrypoint_type=EntrypointType.MODULE_PATH)
    cast("RunnerDeployment", deployment).apply()
    summary = run(newsloom, f"crawl-shard/{name}", newsloom.folder / "store", minutes=0.01)
    assert len(summary.died) == len(HOSTS)
    for shard, died in enumerate(summary.died):
        assert died.startswith(f"shard {shard}: ")
        assert "no worker had begun it when the time was up" in died
    assert not [path for path in (newsloom.folder / "store").rglob("*") if path.is_file()]


def test_a_deployment_that_does_not_exist_is_named(newsloom: Newsloom) -> None:
    newsloom.sources(town_sources(*HOSTS))
    with pytest.raises(FlowsError, match="crawl-shard/nowhere: Prefect has no such deployment; create it with"):
        run(newsloom, "crawl-shard/nowhere", newsloom.folder / "store")
    with pytest.raises(FlowsError, match="nowhere: a deployment is named FLOW/DEPLOYMENT"):
        run(newsloom, "nowhere", newsloom.folder / "store")
    assert not [path for path in (newsloom.folder / "store").rglob("*") if path.is_file()]
