"""Runs a crawl in a child process, and reads which segments it has sealed and how far it is."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flows.errors import CrawlDiedError, FlowsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STOP_SECONDS = 30.0  # time for a crawl to finish its requests in flight and seal its segment
QUICK_STOP_SECONDS = 4.0  # the same for a user who has pressed Ctrl-C and waits
LOG_FILE = "crawl.log"  # in the folder of a plan
PLAN_REFUSED = 2  # see crawlers.__main__


@dataclass(frozen=True, slots=True)
class CrawlProgress:
    """How far a crawl is: answered listings and pages, and requests that are still waiting."""

    listings: int = 0
    pages: int = 0
    waiting: int = 0


class ProgressReporter(Protocol):
    """Receives the progress of a crawl."""

    def crawled(self, progress: CrawlProgress) -> None:
        """The crawl has got this far; called from another thread than the rest."""


class CrawlProcess(Protocol):
    """A crawl that is running somewhere; see `Crawl`."""

    cut_short: bool

    def wait(self) -> None:
        """Wait until the crawl has ended. Raises CrawlDiedError if it dies."""

    def cut(self) -> None:
        """End it early because its time is up."""

    def cut_quickly(self) -> None:
        """End it early because a user waits."""

    def stop(self, patience: float = ...) -> None:
        """End it, in good order if that takes at most `patience` seconds."""


class Crawl:
    """One Scrapy process. Call `wait` and `sealed` in two threads: one waits for the end, one takes segments.

    `segments` receives the name of each sealed segment, and None at the end; several crawls may share it.
    """

    def __init__(
        self, plan: Path, reporter: ProgressReporter, segments: queue.SimpleQueue[str | None] | None = None
    ) -> None:
        self.log = plan / LOG_FILE
        self.reporter = reporter
        self.cut_short = False
        self.segments: queue.SimpleQueue[str | None] = queue.SimpleQueue() if segments is None else segments
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                [sys.executable, "-m", "crawlers", str(plan), "--parent", str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # a terminal sends Ctrl-C to all of a session: the run ends the crawl in order
            )
        self.reader = threading.Thread(target=self._read, name="crawl events", daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # printed by a library
            if "sealed" in event:
                self.segments.put(event["sealed"])
            elif "progress" in event:
                self.reporter.crawled(CrawlProgress(**event["progress"]))
        self.process.stdout.close()
        self.segments.put(None)

    def sealed(self) -> Iterator[str]:
        """Yield the name of each segment as soon as it is sealed, until the crawl ends."""
        while (name := self.segments.get()) is not None:
            yield name

    def wait(self) -> None:
        """Wait until the crawl has ended by itself or by `cut`.

        Raises FlowsError if the crawl refuses its plan, and CrawlDiedError if it dies.
        """
        code = self.process.wait()
        self.reader.join()
        if self.cut_short:
            return
        if code == PLAN_REFUSED:
            raise FlowsError(f"the crawl refused its plan: {self._last_words()}")
        if code != 0:
            reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            raise CrawlDiedError(reason, str(self.log))

    def cut(self) -> None:
        """End it early because its time is up; the next crawl makes the remaining requests."""
        self.cut_short = self.process.poll() is None
        self.stop()

    def cut_quickly(self) -> None:
        """The same for a user who waits. The next run salvages the segment of a crawl that does not end in time."""
        self.cut_short = self.process.poll() is None
        self.stop(QUICK_STOP_SECONDS)

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """End it, in good order if that takes at most `patience` seconds; does nothing if it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join()

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "no reason given"
