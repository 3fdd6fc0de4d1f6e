"""Reporting how a long operation is going: a progress bar on a terminal, plain lines elsewhere.

Whatever takes long has a parameter `reporter`. Commands choose one with `show_progress`; a deployed flow reports to the
log of its run.
"""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.pipeline.crawl import CrawlProgress
    from flows.pipeline.load import LoadResult

logger = logging.getLogger("newsloom")
logger.setLevel(logging.INFO)  # Prefect forwards its lines to the log of the run


class Reporter(Protocol):
    """Receives the progress of an operation."""

    def step(self, text: str) -> None:
        """A step begins, or has got as far as the text says."""

    def crawled(self, progress: CrawlProgress) -> None:
        """The crawl has got this far; called from another thread than the rest."""

    def loaded(self, result: LoadResult) -> None:
        """A segment has been loaded."""


class SilentReporter:
    """Reports nothing."""

    def step(self, text: str) -> None:
        """A step begins."""

    def crawled(self, progress: CrawlProgress) -> None:
        """The crawl has got this far."""

    def loaded(self, result: LoadResult) -> None:
        """A segment has been loaded."""


class LogReporter:
    """Logs a line for each step and each segment."""

    def step(self, text: str) -> None:
        """A step begins."""
        logger.info("%s", text)

    def crawled(self, progress: CrawlProgress) -> None:
        """Not worth a line every second."""

    def loaded(self, result: LoadResult) -> None:
        """A segment has been loaded."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(result.outcomes.items())) or "no pages"
        logger.info("segment %s: %s (%.1f s)", result.segment, counts, result.seconds)


class BarReporter:
    """One line on a terminal: answers out of requests, and how many articles are new."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("starting", total=None, articles=0)
        self.articles = 0

    def step(self, text: str) -> None:
        """A step begins."""
        self.progress.update(self.task, description=text)

    def crawled(self, progress: CrawlProgress) -> None:
        """The crawl has got this far."""
        answered = progress.listings + progress.pages
        self.progress.update(self.task, completed=answered, total=answered + progress.waiting)

    def loaded(self, result: LoadResult) -> None:
        """A segment has been loaded."""
        self.articles += result.outcomes["loaded"]
        self.progress.update(self.task, articles=self.articles)


@contextmanager
def show_progress() -> Iterator[Reporter]:
    """A reporter that writes to standard error: a progress bar if that is a terminal, lines if it is not."""
    console = Console(stderr=True)
    with _bar(console) if console.is_terminal else _lines() as reporter:
        yield reporter


@contextmanager
def _bar(console: Console) -> Iterator[Reporter]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[articles]} new articles"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield BarReporter(progress)


@contextmanager
def _lines() -> Iterator[Reporter]:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # to other handlers that write to the terminal
    try:
        yield LogReporter()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
