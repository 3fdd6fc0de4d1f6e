"""Helpers for tests of `newsloom up`: to start it, to ask Prefect's server, to wait for what should come."""

from __future__ import annotations

import base64
import json
import os
import signal
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from flows.data_directory import DataDirectory
from flows.service.state import ServiceState, running_service, server_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.end_to_end.conftest import Newsloom

PATIENCE = 600.0  # seconds; the machine may be busy
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
Found = TypeVar("Found")


def wait_for(what: Callable[[], Found], why: str, patience: float = PATIENCE, pause: float = 0.1) -> Found:
    """What `what` gives, once that is something."""
    deadline = time.monotonic() + patience
    while not (found := what()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {patience:.0f} s in vain for {why}")
        time.sleep(pause)
    return found


def schedule(**keys: object) -> str:
    """A `[schedule]` table."""
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items())
    return f"[schedule]\n{lines}\n"


@dataclass
class Service:
    """A running `newsloom up`."""

    newsloom: Newsloom
    state: ServiceState

    def ask(self, path: str, query: dict[str, Any] | None = None, method: str = "POST") -> Any:
        """An answer of Prefect's API; while its database is busy (503) it is asked again, as Prefect's clients do."""
        body = json.dumps(query or {}).encode() if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        if self.state.own_server:
            password = server_password(DataDirectory(self.newsloom.data))
            headers["Authorization"] = f"Basic {base64.b64encode(password.encode()).decode()}"
        request = urllib.request.Request(f"{self.state.api}{path}", body, headers, method=method)

        def answer() -> list[Any] | None:
            try:
                with DIRECT.open(request, timeout=PATIENCE) as found:
                    return [json.load(found)]
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                error.close()
                return None

        found = wait_for(answer, f"an answer of {path}", pause=1.0)
        assert found is not None
        return found[0]

    def refused(self, path: str, query: dict[str, Any]) -> str:
        """What the API says when it refuses."""
        with pytest.raises(urllib.error.HTTPError) as raised:
            self.ask(path, query)
        with raised.value:
            return raised.value.read().decode()

    def deployment(self, flow: str) -> str:
        """The id of a flow's deployment."""
        answer = self.ask(f"/deployments/name/{flow}/{self.state.name}", method="GET")
        return str(answer["id"])

    def runs(self, flow: str = "run", state: str | None = None) -> list[dict[str, Any]]:
        """The flow runs of a deployment, oldest first, of a type of state or of all."""
        query: dict[str, Any] = {
            "deployments": {"id": {"any_": [self.deployment(flow)]}},
            "sort": "EXPECTED_START_TIME_ASC",
        }
        if state is not None:
            query["flow_runs"] = {"state": {"type": {"any_": [state]}}}
        runs: list[dict[str, Any]] = self.ask("/flow_runs/filter", query)
        return runs

    def start_run(self, flow: str, **parameters: object) -> str:
        """Have a deployment run now; returns the run's id."""
        answer = self.ask(f"/deployments/{self.deployment(flow)}/create_flow_run", {"parameters": parameters})
        return str(answer["id"])

    def ended(self, run: str) -> dict[str, Any]:
        """The state in which a run ended, waited for."""

        def state() -> dict[str, Any] | None:
            found: dict[str, Any] = self.ask(f"/flow_runs/{run}", method="GET")["state"]
            return found if found["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        found = wait_for(state, f"the end of run {run}")
        assert found is not None
        return found

    def children(self) -> list[int]:
        """The processes that it started, and theirs."""
        return descendants(self.state.pid)


@contextmanager
def up(newsloom: Newsloom, *arguments: str) -> Iterator[Service]:
    """`newsloom up --detach`, and down again, whatever happens in between."""
    newsloom("up", "--detach", *arguments)
    directory = DataDirectory(newsloom.data)
    state = running_service(directory)
    assert state is not None
    try:
        yield Service(newsloom, state)
    finally:
        if running_service(directory) is not None:
            newsloom("down")


def service_log(newsloom: Newsloom) -> str:
    return (newsloom.data / "private" / "service" / "service.log").read_text(encoding="utf-8")


def descendants(pid: int) -> list[int]:
    """Processes under a process, from /proc."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - /proc changes while it is read
        if entry.isdigit():
            with suppress(OSError):
                parents[int(entry)] = int(_stat(int(entry))[1])
    found, layer = [], {pid}
    while layer := {child for child, parent in parents.items() if parent in layer}:
        found.extend(sorted(layer))
    return found


def _stat(pid: int) -> list[str]:
    """State, parent and what follows of a process."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123 - no file of ours
        return stat.read().rpartition(")")[2].split()


def command_of(pid: int) -> str:
    """The command line of a process; empty where it has gone."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as line:  # noqa: PTH123
            return line.read().replace("\0", " ")
    except OSError:
        return ""


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def memory_of(pids: list[int]) -> int:
    """Bytes of resident memory of processes, shared pages divided among those that share them."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            rollup = _read(f"/proc/{pid}/smaps_rollup")
            total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total * 1024


def _read(path: Path | str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return file.read()
