"""How a run shows itself: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.pipeline.crawl import CrawlProgress
    from flows.pipeline.load import LoadResult

logger = logging.getLogger("newsloom")
logger.setLevel(logging.INFO)  # Prefect hands its lines to the log of the run


class Reporter(Protocol):
    """Who is told how a run goes on."""

    def step(self, text: str) -> None:
        """A step begins."""

    def crawled(self, progress: CrawlProgress) -> None:
        """The crawl is so far; called from another thread than the rest."""

    def loaded(self, loaded: LoadResult) -> None:
        """A segment has been loaded."""


class Lines:
    """A line a step and a segment, to the log."""

    def step(self, text: str) -> None:
        """A step begins."""
        logger.info("%s", text)

    def crawled(self, progress: CrawlProgress) -> None:
        """Not worth a line every second."""

    def loaded(self, loaded: LoadResult) -> None:
        """A segment has been loaded."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(loaded.outcomes.items())) or "no pages"
        logger.info("segment %s: %s (%.1f s)", loaded.segment, counts, loaded.seconds)


class Bar:
    """One line on a terminal: answers against requests, articles loaded."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("starting", total=None, articles=0)
        self.articles = 0

    def step(self, text: str) -> None:
        """A step begins."""
        self.progress.update(self.task, description=text)

    def crawled(self, progress: CrawlProgress) -> None:
        """The crawl is so far."""
        answered = progress.listings + progress.pages
        self.progress.update(self.task, completed=answered, total=answered + progress.waiting)

    def loaded(self, loaded: LoadResult) -> None:
        """A segment has been loaded."""
        self.articles += loaded.outcomes.get("loaded", 0)
        self.progress.update(self.task, articles=self.articles)


current: ContextVar[Reporter] = ContextVar("reporter", default=Lines())  # noqa: B039 - it has no state


@contextmanager
def shown() -> Iterator[None]:
    """Show what happens within on standard error: a bar where that is a terminal, lines elsewhere."""
    console = Console(stderr=True)
    with _bar(console) if console.is_terminal else _lines():
        yield


@contextmanager
def _bar(console: Console) -> Iterator[None]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[articles]} new articles"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        token = current.set(Bar(progress))
        try:
            yield
        finally:
            current.reset(token)


@contextmanager
def _lines() -> Iterator[None]:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # to whatever else writes to the terminal
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
