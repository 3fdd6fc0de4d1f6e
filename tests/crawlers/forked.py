"""Crawls in processes of their own, forked from one that has imported Scrapy: each is spared a second of imports.

Run as a script it is that process. It gets a crawl a message from a socket, as JSON, with the files that the crawl
writes to, and forks it. Each crawl has a process between them, which waits for it and says how it ended.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "crawlers.archive", "crawlers.discovery", "crawlers.extensions", "crawlers.plan", "crawlers.politeness",
    "crawlers.spiders", "scrapy.core", "scrapy.core.downloader",
)  # fmt: skip
ALSO_PRELOADED = (
    "scrapy.core.downloader.handlers.http11", "scrapy.crawler", "scrapy.extensions.corestats",
    "scrapy.extensions.logstats", "scrapy.extensions.memusage", "scrapy.extensions.telnet", "scrapy.pqueues",
    "scrapy.squeues", "scrapy.statscollectors", "twisted.internet.asyncioreactor", "twisted.web.client",
)  # fmt: skip
LONGEST_MESSAGE = 1 << 20  # bytes, most of them the environment


def run(module: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> CompletedProcess[str]:
    """Run the `main` of a module with these arguments; its output is kept in `folder` meanwhile."""
    files = [folder / "stdout.txt", folder / "stderr.txt"]
    with files[0].open("wb") as out, files[1].open("wb") as err:
        process = Forked(module, arguments, environment, folder=Path.cwd(), out=out.fileno(), err=err.fileno())
    try:
        code = process.wait()
    except BaseException:  # such as a test's time that is over: nobody waits for this answer
        process.kill()
        raise
    return CompletedProcess([module, *arguments], code, *(file.read_text(encoding="utf-8") for file in files))


class Forked:
    """A running crawl, with what `subprocess.Popen` has of one."""

    stdout: IO[str] | None = None

    def __init__(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], *, folder: Path, out: int, err: int
    ) -> None:
        said = {
            "module": module, "arguments": arguments, "environment": dict(environment), "folder": str(folder),
            "parent": os.getpid(),
        }  # fmt: skip
        ours, theirs = os.pipe()
        self._status = os.fdopen(ours)
        try:
            socket.send_fds(_server(), [json.dumps(said).encode()], [out, err, theirs])
        finally:
            os.close(theirs)
        self.pid = int(self._status.readline())
        self.returncode: int | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._await, name="forked crawl", daemon=True).start()

    def _await(self) -> None:
        with self._status:
            self.returncode = int(self._status.readline() or -signal.SIGKILL)
        self._ended.set()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.wait(timeout):
            assert timeout is not None
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        assert self.returncode is not None
        return self.returncode

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


class Subprocess:
    """The module `subprocess` for `flows.pipeline.crawl`, except that its crawls are forked."""

    DEVNULL, PIPE, TimeoutExpired = subprocess.DEVNULL, subprocess.PIPE, subprocess.TimeoutExpired

    @staticmethod
    def Popen(command: Sequence[str], *, stderr: IO[bytes], **others: Any) -> Forked:  # noqa: N802 - as there
        assert command[:3] == [sys.executable, "-m", "crawlers"]
        assert others == {"stdin": -3, "stdout": -1, "text": True, "start_new_session": True}
        ours, theirs = os.pipe()
        try:
            process = Forked(
                "crawlers.__main__", command[3:], os.environ, folder=Path.cwd(), out=theirs, err=stderr.fileno()
            )
        finally:
            os.close(theirs)
        process.stdout = os.fdopen(ours, encoding="utf-8")
        return process


@cache
def _server() -> socket.socket:
    """The socket of the process that forks; it ends when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
    server.returncode = 0  # without this, Python warns of a process left running
    atexit.register(ours.close)
    return ours


def _serve(requests: socket.socket) -> None:
    network = importlib.import_module("tests.crawlers.politeness.network")
    assert "twisted" not in sys.modules
    network.install()
    for package in PRELOADED:
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(found.name)
    for name in ALSO_PRELOADED:
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "each crawl needs its own"
    assert len(os.listdir("/proc/self/task")) == 1, "threads are not forked"  # noqa: PTH208
    gc.freeze()  # crawls share this memory as long as the collector does not write to it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those between
    while True:
        message, files, _, _ = socket.recv_fds(requests, LONGEST_MESSAGE, 3)
        if not message:
            return
        if not os.fork():
            requests.close()
            _wait_for_one(json.loads(message), *files)
        for file in files:
            os.close(file)


def _wait_for_one(said: dict[str, Any], out: int, err: int, status: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if not child:
        os.close(status)
        _crawl(out, err, **said)
    os.close(out)
    os.close(err)
    os.write(status, f"{child}\n".encode())
    _, ended = os.waitpid(child, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
    os._exit(0)


def _crawl(
    out: int, err: int, module: str, arguments: list[str], environment: dict[str, str], folder: str, parent: int
) -> None:
    code = 1
    try:
        os.setsid()
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.close(out)
        os.close(err)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        os.chdir(folder)
        # A crawl ends when it has another parent than the one it was given; here that is the process between.
        sys.argv = [module, *(str(os.getppid()) if given == str(parent) else given for given in arguments)]
        code = importlib.import_module(module).main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        _serve(given)
