"""`newsloom up`: set up once, and it keeps going, whatever is killed."""

from __future__ import annotations

import base64
import json
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from flows.data_directory import DataDirectory
from flows.demo.web import NewsWeb
from flows.service.state import ServiceState, deployment_name, running_service
from tests.crawlers.archive.days import crawled
from tests.end_to_end.conftest import Newsloom, answers, town_site, town_sources
from tests.end_to_end.service import Service, command_of, kill, lives, schedule, service_log, up, wait_for
from tests.end_to_end.test_killed import state
from tests.rounds import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "one.example"
ARTICLES = 8


@pytest.fixture
def town(newsloom: Newsloom) -> Iterator[NewsWeb]:
    """One site with some articles, each of which takes a moment."""
    with NewsWeb([town_site(HOST, ARTICLES, delay=0.2)]) as served:
        newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = served.proxy_url
        yield served


@pytest.fixture
def alerts() -> Iterator[tuple[str, list[str]]]:
    """A webhook, and the messages that it received."""
    told: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", told
        server.shutdown()


def begun(newsloom: Newsloom, web: NewsWeb) -> bool:
    return (newsloom.data / "private" / "warehouse.duckdb").exists()


def planned(newsloom: Newsloom, web: NewsWeb) -> bool:
    return any(newsloom.data.glob("private/runs/*/plan.json"))


def half_crawled(newsloom: Newsloom, web: NewsWeb) -> bool:
    return len(web.requests) > ARTICLES // 2


def sealed(newsloom: Newsloom, web: NewsWeb) -> bool:
    return any(newsloom.data.glob("archive/*.warc.gz"))


def loaded(newsloom: Newsloom, web: NewsWeb) -> bool:
    return len(list(newsloom.data.glob("archive/*.warc.gz"))) > 2  # the first of them is loaded, or just being


# The moments of a run by itself are those of `test_killed`; here it matters that the server comes to know of it.
MOMENTS = (half_crawled, loaded, begun, planned, sealed)[:ROUNDS]


def completed(newsloom: Newsloom) -> int:
    rows = newsloom.sql("SELECT count(*) FROM runs WHERE outcome = 'completed'") if has_warehouse(newsloom) else [["0"]]
    return int(rows[0][0])


def has_warehouse(newsloom: Newsloom) -> bool:
    return (newsloom.data / "news.duckdb").exists()


@pytest.mark.usefixtures("prefect_made")
def test_up_runs_the_flows_on_their_schedule_whatever_its_server_does_and_down_ends_all_of_it(
    newsloom: Newsloom, town: NewsWeb
) -> None:
    newsloom.sources(schedule(every_minutes=0.1) + town_sources(HOST))
    with up(newsloom) as service:
        wait_for(lambda: completed(newsloom) >= 2, "two runs")
        assert newsloom.sql("SELECT count(*) FROM articles") == [[str(ARTICLES)]]
        said = newsloom("status").stdout
        assert service.state.ui in said
        assert f"Dashboard: {service.state.dashboard}\n" in said
        assert "Biggest stories" in httpx.get(service.state.dashboard, trust_env=False, timeout=60).text
        assert "run: next at" in said
        assert "completed" in said
        assert service.state.ui.startswith("http://127.0.0.1:"), "only this machine reaches the server"
        nobody_but_its_user_reaches(service)
        again = newsloom("up", "--detach", code=2)
        assert f"process {service.state.pid}" in again.stderr
        artifacts = {artifact["key"] for artifact in service.ask("/artifacts/filter")}
        assert {"run-sources", "run-funnel"} <= artifacts
        goes_on_without_its_server(service)
        family = [service.state.pid, *service.children()]
        assert len(family) >= 3
    wait_for(lambda: not any(lives(pid) for pid in family), "the end of all processes")
    assert not answers(f"{service.state.api}/health")
    assert "newsloom is not running" in newsloom("status").stdout
    assert "completed" in newsloom("runs").stdout
    assert newsloom.sql("SELECT count(*), count(DISTINCT url) FROM articles") == [[str(ARTICLES), str(ARTICLES)]]


def goes_on_without_its_server(service: Service) -> None:
    """A Prefect server that was killed is started again, and the next run completes."""
    newsloom = service.newsloom
    server = wait_for(lambda: _process(service.children(), "flows.service.server"), "the server")
    assert server is not None
    kill(server)
    wait_for(lambda: not lives(server), "its end")
    wait_for(lambda: answers(f"{service.state.api}/health"), "the server's return")
    before = completed(newsloom)
    wait_for(lambda: completed(newsloom) > before, "a run after it")
    assert running_service(DataDirectory(newsloom.data)) == service.state
    assert "server ended (killed by SIGKILL)" in service_log(newsloom)


def nobody_but_its_user_reaches(service: Service) -> None:
    """A web page in the user's browser, another user of the machine, and a name that leads to this machine."""
    password = DataDirectory(service.newsloom.data).service / "password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    credentials = {"Authorization": f"Basic {base64.b64encode(password.read_bytes()).decode()}"}
    api = service.state.api
    port = urlsplit(api).port
    with httpx.Client(trust_env=False, timeout=60) as client:
        for path in ("/flow_runs/filter", "/deployments/", "/admin/database/clear"):
            assert client.post(f"{api}{path}", json={}).status_code == HTTPStatus.UNAUTHORIZED, path
        assert client.get(f"{api}/admin/version", headers=credentials).status_code == HTTPStatus.OK
        foreign = {"Host": f"evil.example:{port}"}
        assert client.get(f"{api}/admin/version", headers=credentials | foreign).status_code == HTTPStatus.BAD_REQUEST
        assert client.get(service.state.ui, headers=foreign).status_code == HTTPStatus.BAD_REQUEST
        for origin, allowed in ((service.state.ui, True), ("http://evil.example", False)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            answer = client.options(f"{api}/deployments/", headers=asked)
            assert ("access-control-allow-origin" in answer.headers) is allowed, origin
    assert password.read_text() not in service.newsloom("status").stdout
    for pid in [service.state.pid, *service.children()]:
        assert password.read_text() not in command_of(pid)


@pytest.mark.usefixtures("prefect_made")
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_a_service_and_a_run_that_are_killed_are_made_good_by_the_next(
    newsloom: Newsloom, town: NewsWeb, moment: Callable[[Newsloom, NewsWeb], bool]
) -> None:
    newsloom.sources(schedule(every_minutes=60) + town_sources(HOST, segment_pages=2))
    with up(newsloom) as first:
        wait_for(lambda: moment(newsloom, town), moment.__name__, pause=0.005)
        family = first.children()
        kill(first.state.pid)
        wait_for(lambda: not any(lives(pid) for pid in family), "the end of the children")
    with up(newsloom) as second:
        process = wait_for(lambda: _process(second.children(), "-m prefect.engine"), "the next run", pause=0.005)
        assert process is not None
        run = wait_for(lambda: flow_run_of(process), "its flow run")
        assert run is not None
        kill(process)
        assert second.ended(run)["type"] == "CRASHED"
        assert second.ended(second.start_run("run"))["type"] == "COMPLETED"
        assert not second.runs(state="RUNNING"), "the first one's run ended with it"
    killed = state(newsloom)
    outcomes = [outcome for (outcome,) in newsloom.sql("SELECT outcome FROM runs ORDER BY started_at")]
    assert outcomes[-1] == "completed"
    assert "running" not in outcomes
    undisturbed = Newsloom(newsloom.folder / "undisturbed", newsloom.environment)
    undisturbed.folder.mkdir()
    undisturbed.sources(town_sources(HOST))
    undisturbed("run")
    assert killed == state(undisturbed)


def flow_run_of(process: int) -> str | None:
    """The flow run of Prefect that a process carries out; None before it has its environment."""
    variables = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return next(
        (name.partition(b"=")[2].decode() for name in variables if name.startswith(b"PREFECT__FLOW_RUN_ID=")), None
    )


@pytest.mark.usefixtures("with_prefect")
class TestWithAServerOfItsUser:
    """PREFECT_API_URL names a server: it is used, and left running."""

    def test_a_run_that_overlaps_the_next_cancels_it(self, newsloom: Newsloom, prefect_api: str) -> None:
        with NewsWeb([town_site(HOST, ARTICLES, delay=2.0)]) as slow:
            newsloom.environment["http_proxy"] = newsloom.environment["https_proxy"] = slow.proxy_url
            newsloom.sources(schedule(every_minutes=60) + town_sources(HOST))
            with up(newsloom) as service:
                assert not service.state.own_server
                wait_for(lambda: slow.requests, "the first run's crawl")
                second = service.ended(service.start_run("run"))
                assert second["type"] == "CANCELLED"
                wait_for(lambda: completed(newsloom), "the end of the first run")
            assert newsloom.sql("SELECT count(*) FROM runs") == [["1"]]
        assert answers(f"{prefect_api}/health"), "the server is its user's"

    def test_what_fails_says_so_once_to_the_webhook_and_the_runs_after_it_complete(
        self, newsloom: Newsloom, town: NewsWeb, alerts: tuple[str, list[str]]
    ) -> None:
        hook, told = alerts
        settings = schedule(every_minutes=60) + f'[alerts]\nwebhook = "{hook}"\n\n'
        newsloom.sources(settings + town_sources(HOST))
        segment = "20200101120000-aaaaaaaaaaaa-00000"
        crawled(newsloom.data / "archive", segment, pages=1)
        (newsloom.data / "archive" / f"{segment}.jsonl").write_text("no log\n")
        with up(newsloom) as service:
            wait_for(lambda: service.runs(state="FAILED"), "the first run, which cannot load the segment")
            wait_for(lambda: told, "the webhook")
            assert service.ended(service.start_run("run"))["type"] == "COMPLETED"
            assert len(told) == 1, "the segment fails the first run alone"
            assert newsloom.sql("SELECT DISTINCT outcome FROM runs") == [["failed"]], "the book has both"

            newsloom.sources(settings.replace("[alerts]", "[alerts]\nleast_free_gb = 1e9") + town_sources(HOST))
            run = service.start_run("run")
            failed = service.ended(run)
            assert failed["type"] == "FAILED"
            assert "no crawl starts below 1e+09 GB" in failed["message"]
            assert service.ask(f"/flow_runs/{run}", method="GET")["run_count"] == 1, "it is not tried again"
            wait_for(lambda: len(told) > 1, "the webhook")
            newsloom.sources(settings.replace("= 60", '= "often"') + town_sources(HOST))
            assert service.ended(service.start_run("run"))["type"] == "FAILED"
            wait_for(lambda: len(told) > 2, "the webhook, though another table is wrong")
            status = newsloom("status").stdout
        assert "could not be loaded: 1 segment" in told[0]
        assert "00000.jsonl:1: not JSON" in told[0]
        assert newsloom.sql("SELECT count(*) FROM articles") == [[str(ARTICLES)]]
        assert "newsloom: run failed" in told[1]
        assert "1e+09 GB" in told[1]
        assert 'schedule.every_minutes: found "often"' in told[2]
        # No such run is in the table `runs`.
        assert "; last run failed at " in status
        assert 'schedule.every_minutes: found "often"' in status

    def test_what_others_left_is_put_in_order_and_the_flows_of_once_a_day_and_by_hand_do_their_work(
        self, newsloom: Newsloom, town: NewsWeb, alerts: tuple[str, list[str]], prefect_api: str
    ) -> None:
        hook, told = alerts
        newsloom.sources(schedule(every_minutes=60) + f'[alerts]\nwebhook = "{hook}"\n\n' + town_sources(HOST))
        record = {"url": "http://two.example/a", "title": "A report", "text": "Some words of an imported text. " * 20}
        (newsloom.folder / "more.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
        for minute in range(3):
            crawled(newsloom.data / "archive", f"2020010112{minute:02d}00-aaaaaaaaaaaa-00000", pages=0)
        leavings = Leavings.at(newsloom, prefect_api)
        with up(newsloom) as service:
            leavings.are_put_in_order(service)
            wait_for(lambda: completed(newsloom), "the first run")
            for flow, given in (
                ("import", {"files": [str(newsloom.folder / "more.jsonl")]}),
                ("reextract", {}),
                ("maintain", {}),
                ("digest", {}),
            ):
                ended = service.ended(service.start_run(flow, **given))
                assert (flow, ended["type"], ended["message"]) == (flow, "COMPLETED", None)
            left = {artifact["key"]: artifact["data"] for artifact in service.ask("/artifacts/filter")}
            self.refuses_wrong_parameters(service)
        tidied = json.loads(left["maintenance"])[0]
        assert (tidied["segments packed"], tidied["files of packs"]) == (3, 2)
        assert len(list((newsloom.data / "archive" / "packs" / "202001").iterdir())) == 2
        assert newsloom("doctor").stdout.startswith("no problems found")
        assert {"import", "reextract", "maintenance", "digest"} <= left.keys()
        assert newsloom.sql("SELECT count(*) FROM articles") == [[str(ARTICLES + 1)]]
        assert f"{ARTICLES + 1} new articles" in told[0]

    def refuses_wrong_parameters(self, service: Service) -> None:
        deployment = service.deployment("run")
        create = f"/deployments/{deployment}/create_flow_run"
        form = service.ask(f"/deployments/{deployment}", method="GET")["parameter_openapi_schema"]["properties"]
        assert form["sources"]["description"].startswith("Absolute path of sources.toml")
        assert all(entry.get("description") for entry in form.values()), form
        assert "minutes" in service.refused(create, {"parameters": {"minutes": "soon"}})
        assert "wait" in service.refused(create, {"parameters": {"wait": -1}})
        assert "'minute' was unexpected" in service.refused(create, {"parameters": {"minute": 5}})
        missing = service.ended(service.start_run("import", files=[str(service.newsloom.folder / "nothing.jsonl")]))
        assert missing["type"] == "FAILED"
        assert "no such file" in missing["message"]


@dataclass(frozen=True)
class Leavings:
    """What earlier versions, killed runs and other data directories left at a Prefect server."""

    made: dict[tuple[str, str], str]
    """Deployments by the names of their flow and their own."""
    name: str
    """The name of the data directory's own deployments."""
    late: str
    """A scheduled run of a flow that newsloom no longer has."""
    by_hand: dict[str, str]
    """Running flow runs by their data directory."""

    @classmethod
    def at(cls, newsloom: Newsloom, api: str) -> Leavings:
        name = deployment_name(DataDirectory(newsloom.data.absolute()), own_server=False)
        server = Service(newsloom, ServiceState(0, datetime.now(UTC), api, False, name, ""))
        due = datetime.now(UTC) + timedelta(hours=1)
        made = {}
        for flow, deployment in (("ingest", name), ("backfill", name), ("ingest", "another"), ("other", name)):
            identifier = server.ask("/flows/", {"name": flow})["id"]
            made[flow, deployment] = server.ask("/deployments/", {"name": deployment, "flow_id": identifier})["id"]
        late = server.ask(
            f"/deployments/{made['ingest', name]}/create_flow_run",
            {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}}},
        )["id"]
        flow_id = server.ask("/flows/", {"name": "run"})["id"]
        running = {"flow_id": flow_id, "state": {"type": "RUNNING"}}
        by_hand = {
            data: server.ask("/flow_runs/", running | {"parameters": {"data": data}})["id"]
            for data in (str(newsloom.data), "/another")
        }
        return cls(made, name, late, by_hand)

    def are_put_in_order(self, service: Service) -> None:
        states = {
            data: service.ask(f"/flow_runs/{run}", method="GET")["state"]["type"] for data, run in self.by_hand.items()
        }
        left = {one["id"] for one in service.ask("/deployments/filter", {})}
        runs = {one["id"] for one in service.ask("/flow_runs/filter", {})}
        assert {service.deployment(flow) for flow in ("run", "import")} <= left
        assert left & set(self.made.values()) == {self.made["ingest", "another"], self.made["other", self.name]}
        assert self.late not in runs
        data = str(service.newsloom.data)
        assert states == {data: "CRASHED", "/another": "RUNNING"}, "a run that was killed left its state"


def _process(pids: list[int], command: str) -> int | None:
    return next((pid for pid in pids if command in command_of(pid)), None)
