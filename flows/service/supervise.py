"""Starts Prefect's server, the runner and the dashboard, and restarts those that end, until a signal stops it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.dashboard.address import PORT as DASHBOARD_PORT
from flows.dashboard.address import dashboard_url
from flows.errors import FlowsError
from flows.service.ports import listen
from flows.service.prefect_settings import configured_server, set_up_prefect
from flows.service.state import (
    ServiceState,
    deployment_name,
    lock_service,
    make_password,
    write_service_state,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from flows.data_directory import DataDirectory

logger = logging.getLogger("newsloom.service")

PORT = 4200  # Prefect's own
START_SECONDS = 180.0  # Prefect's server creates its database on its first start
CHECK_EVERY = 0.5
# A process that keeps ending is restarted after longer and longer pauses, until it has lived for HEALTHY_SECONDS.
LONGEST_PAUSE = 60.0
HEALTHY_SECONDS = 300.0
# When a run is stopped, it finishes its open requests, seals its segment and reports its state to the server.
RUNNER_STOP_SECONDS = 60.0
SERVER_STOP_SECONDS = 20.0
DASHBOARD_STOP_SECONDS = 5.0


@dataclass
class SupervisedProcess:
    """A process that is restarted whenever it ends."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    listening: socket.socket | None = None
    """A socket that it inherits. The descriptor follows its arguments."""
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    pause: float = 1.0
    not_before: float = 0.0

    def start(self) -> None:
        """Start the process. Its output goes to the log of the service."""
        descriptors = [] if self.listening is None else [self.listening.fileno()]
        self.process = subprocess.Popen(  # noqa: S603 - our own modules, by our own interpreter
            [sys.executable, "-m", *self.arguments, *map(str, descriptors), str(os.getpid())],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=descriptors,
            start_new_session=True,  # Ctrl-C reaches only this process, which stops the others in order
        )
        self.started = time.monotonic()
        threading.Thread(target=self._copy, args=(self.process,), name=f"log of {self.name}", daemon=True).start()

    def _copy(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                logger.info("%s: %s", self.name, line.rstrip())
        process.stdout.close()

    @property
    def alive(self) -> bool:
        """Whether the process is running."""
        return self.process is not None and self.process.poll() is None

    def restart_if_ended(self) -> None:
        """Restart the process if it has ended and its pause is over."""
        if self.alive:
            return
        now = time.monotonic()
        if self.process is not None:
            if now - self.started >= HEALTHY_SECONDS:
                self.pause = 1.0
            logger.warning("%s ended (%s); restarting in %.0f s", self.name, self._exit_status(), self.pause)
            self.not_before = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            self.process = None
        if now >= self.not_before:
            self.start()

    def stop(self, patience: float) -> None:
        """Terminate the process, and kill it if it does not end within `patience` seconds."""
        if self.process is None or not self.alive:
            return
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            logger.warning("%s did not stop in time and was killed", self.name)
            self.process.kill()
            self.process.wait()

    def _exit_status(self) -> str:
        assert self.process is not None
        code = self.process.returncode
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def supervise(
    directory: DataDirectory, sources: Path, port: int | None, on_ready: Callable[[ServiceState], None]
) -> None:
    """Run the service of a data directory until SIGINT or SIGTERM.

    `port` is the port of the Prefect server, if the service has to start one; None means the first free port from
    Prefect's default on. `on_ready` is called when the runner is ready to run flows. Raises FlowsError if a service is
    already running for the directory, or if the server or the runner does not start.
    """
    lock = lock_service(directory)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server: SupervisedProcess | None = None
    runner: SupervisedProcess | None = None
    dashboard: SupervisedProcess | None = None
    sockets: list[socket.socket] = []
    try:
        set_up_prefect(directory)
        api = configured_server()
        environment = os.environ | {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}  # goes to the service's log
        if api is None:
            sockets.append(listen(port, PORT))
            api = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/api"
            environment["PREFECT_API_URL"] = environment["PREFECT_SERVER_UI_API_URL"] = api
            password = make_password(directory, environment.get("PREFECT_SERVER_API_AUTH_STRING"))
            environment["PREFECT_SERVER_API_AUTH_STRING"] = environment["PREFECT_API_AUTH_STRING"] = password
            environment.setdefault("PREFECT_SERVER_CORS_ALLOWED_ORIGINS", api.removesuffix("/api"))
            server = SupervisedProcess("server", ["flows.service.server"], environment, sockets[0])
        name = deployment_name(directory, own_server=server is not None)
        sockets.append(listen(None, DASHBOARD_PORT))
        dashboard = SupervisedProcess(
            "dashboard", ["flows.service.dashboard", str(directory.root)], environment, sockets[-1]
        )
        url = dashboard_url(sockets[-1].getsockname()[1])
        state = ServiceState(os.getpid(), datetime.now(UTC), api, server is not None, name, str(sources), dashboard=url)
        write_service_state(directory, state)
        if server is not None:
            server.start()
        _wait_for(api, server, stop)
        ready = directory.service / "ready"
        ready.unlink(missing_ok=True)
        arguments = ["flows.service.runner", str(directory.root), str(sources), name, str(ready)]
        runner = SupervisedProcess("runner", arguments, environment)
        runner.start()
        dashboard.start()
        while not stop.is_set():
            if not state.ready and ready.exists():
                state = replace(state, ready=True)
                write_service_state(directory, state)
                on_ready(state)
            if not state.ready and not runner.alive:
                raise FlowsError(f"the runner did not start; see {directory.service / 'service.log'}")
            if server is not None:
                server.restart_if_ended()
            runner.restart_if_ended()
            dashboard.restart_if_ended()
            stop.wait(CHECK_EVERY)
    finally:
        if dashboard is not None:
            dashboard.stop(DASHBOARD_STOP_SECONDS)
        if runner is not None:
            runner.stop(RUNNER_STOP_SECONDS)
        if server is not None:
            server.stop(SERVER_STOP_SECONDS)
        for listening in sockets:
            listening.close()
        lock.release()


def is_api_up(api: str) -> bool:
    """Whether a Prefect server answers at this URL of its API."""
    try:
        with urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=5) as response:  # noqa: S310 - of our own
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _wait_for(api: str, server: SupervisedProcess | None, stop: threading.Event) -> None:
    deadline = time.monotonic() + (START_SECONDS if server is not None else 10.0)
    while not stop.is_set() and not is_api_up(api):
        if server is not None and not server.alive:
            raise FlowsError("Prefect's server did not start; see the log of the service, service.log")
        if time.monotonic() > deadline:
            raise FlowsError(f"no Prefect server answers at {api}" + ("" if server else ", the URL in PREFECT_API_URL"))
        stop.wait(CHECK_EVERY)
