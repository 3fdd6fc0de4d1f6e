"""A crawl in a child process: started with a plan, watched, and told apart from its log."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.errors import CrawlDiedError, FlowsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.progress import Reporter

STOP_SECONDS = 30.0  # what a crawl gets to finish its requests in flight and seal its segment
PLAN_REFUSED = 2  # see crawlers.__main__


@dataclass(frozen=True, slots=True)
class CrawlProgress:
    """How far a crawl is: listings and pages that have their answer, requests that wait for theirs."""

    listings: int = 0
    pages: int = 0
    waiting: int = 0


class Crawl:
    """One Scrapy process. `wait` and `sealed` are meant for two threads: one waits for the end, one takes segments."""

    def __init__(self, plan: Path, reporter: Reporter) -> None:
        self.log = plan / "crawl.log"
        self.reporter = reporter
        self.cut_short = False
        self.segments: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                [sys.executable, "-m", "crawlers", str(plan), "--parent", str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.reader = threading.Thread(target=self._read, name="crawl events", daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # something that a library printed
            if "sealed" in event:
                self.segments.put(event["sealed"])
            elif "progress" in event:
                self.reporter.crawled(CrawlProgress(**event["progress"]))
        self.process.stdout.close()
        self.segments.put(None)

    def sealed(self) -> Iterator[str]:
        """The names of the segments, each as soon as it is sealed, until the crawl has ended."""
        while (name := self.segments.get()) is not None:
            yield name

    def wait(self) -> None:
        """Wait for the end, its own or that of `cut`.

        Raises FlowsError for a refused plan and CrawlDiedError for a crawl that broke down.
        """
        code = self.process.wait()
        self.reader.join()
        if self.cut_short:
            return
        if code == PLAN_REFUSED:
            raise FlowsError(f"the crawl refused its plan: {self._last_words()}")
        if code != 0:
            said = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            raise CrawlDiedError(said, str(self.log))

    def cut(self) -> None:
        """End it before its own end, because its time is over: what it has not asked is asked by the next one."""
        self.cut_short = self.process.poll() is None
        self.stop()

    def stop(self) -> None:
        """End it, in good order where it can; does nothing to one that has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join()

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it has not said why"
