"""A crawl in a child process whose names and public addresses are the test's: nothing leaves loopback.

`main` crawls, with the plan's folder as its argument and the network as JSON in the environment variable NETWORK.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from crawlers.archive import Fetch, sealed_segments
from crawlers.discovery import write_keys
from crawlers.plan.model import KNOWN_KEYS_FILE, CrawlPlan, PlannedSource, write_plan
from tests.crawlers import forked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PUBLIC = "93.184.216.34"


class Listener:
    """A socket on loopback that should not be reached, and counts who does; answers 200 with an empty page."""

    def __init__(self) -> None:
        self.reached = 0

    def __enter__(self) -> Self:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.reached += 1
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def crawl(
    folder: Path,
    *sources: PlannedSource,
    web: int,
    names: Mapping[str, Sequence[str]],
    code: int = 0,
    **environment: str,
) -> list[Fetch]:
    """Crawl without a proxy and return the log.

    `names` are the answers to each name's look-ups, one after the other, the last from then on; public addresses are
    served by the web at port `web`.
    """
    plan = folder / "plan"
    plan.mkdir()
    write_plan(plan, CrawlPlan("abc", str(folder / "archive"), "newsloom-test", 500, sources))
    write_keys(plan / KNOWN_KEYS_FILE, ())
    bare = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    network = json.dumps({"web": web, "names": dict(names)})
    done = forked.run(__name__, str(plan), environment=bare | environment | {"NETWORK": network}, folder=folder)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return [fetch for segment in sealed_segments(folder / "archive") for fetch in segment.fetches()]


class Names:
    """The network of this process: a web's port and the answers to look-ups; none by default."""

    web = 0
    answers: dict[str, list[str]] | None = None


def install() -> None:
    """Let a process have a network by `Names`. Comes before Twisted is imported, which keeps the look-up it finds."""
    connect = socket.socket.connect_ex
    look_up = socket.getaddrinfo

    def connect_ex(self: socket.socket, address: Any) -> int:
        if Names.answers is None or address[0].startswith("127.") or address[0] == "::1":
            return connect(self, address)
        if address[0] == PUBLIC:
            return connect(self, ("127.0.0.1", Names.web))
        raise AssertionError(f"connects to {address}")

    def getaddrinfo(host: str, port: Any, *arguments: Any, **keywords: Any) -> Any:
        if Names.answers is None:
            return look_up(host, port, *arguments, **keywords)
        answers = Names.answers.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, f"no {host} in this network")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return look_up(answer, port, *arguments, **keywords)

    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]


def main() -> int:
    """Crawl by the plan that the command line names, in the network of the environment."""
    from scrapy.crawler import CrawlerProcess
    from scrapy.settings import Settings

    network = json.loads(os.environ["NETWORK"])
    Names.web, Names.answers = network["web"], network["names"]
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    settings.update(json.loads(os.environ.get("SETTINGS", "{}")), priority="cmdline")
    process = CrawlerProcess(settings)
    process.crawl("news", plan=sys.argv[1])
    process.start()
    return int(process.bootstrap_failed)
