"""Crawls in shards: several crawl processes, each with hosts of its own (see `crawlers.plan.shards`)."""

from __future__ import annotations

import queue
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawlers.archive import Kind
from crawlers.discovery import url_key_or_none
from crawlers.plan.model import write_plan
from crawlers.plan.shards import handed_over_plans, read_handed_over, shard_plans
from flows.errors import CrawlDiedError
from flows.pipeline.crawl import Crawl, CrawlProgress
from warehouse.planning import listing_states, waiting_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from crawlers.plan.model import CrawlPlan
    from crawlers.plan.shards import HandedOver
    from flows.pipeline.crawl import CrawlProcess, ProgressReporter
    from flows.progress import Reporter
    from warehouse import Writer

    StartCrawl = Callable[[Path, ProgressReporter, queue.SimpleQueue[str | None]], CrawlProcess]


class ShardedCrawl:
    """The crawl processes of several shards, used like one `Crawl`. `died` has the errors of those that died.

    `start` starts each of them, which is to put the names of its segments into the queue, and None when it ends.
    """

    def __init__(self, plans: Mapping[int, Path], reporter: Reporter, start: StartCrawl = Crawl) -> None:
        self.died: list[str] = []
        self.reporter = reporter
        self.progress: dict[int, CrawlProgress] = {}
        self.segments: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.crawls: dict[int, CrawlProcess] = {}
        try:
            for shard, plan in plans.items():
                self.crawls[shard] = start(plan, _ShardReporter(self, shard), self.segments)
        except BaseException:
            self.stop(0.0)
            raise

    @property
    def cut_short(self) -> bool:
        """Whether any of them was ended early."""
        return any(crawl.cut_short for crawl in self.crawls.values())

    def crawled(self, shard: int, progress: CrawlProgress) -> None:
        """Report how far all are together, after news of one."""
        self.progress[shard] = progress
        every = list(self.progress.values())
        self.reporter.crawled(
            CrawlProgress(
                sum(one.listings for one in every), sum(one.pages for one in every), sum(one.waiting for one in every)
            )
        )

    def sealed(self) -> Iterator[str]:
        """Yield the name of each segment as soon as any of them has sealed it, until all have ended."""
        running = len(self.crawls)
        while running:
            name = self.segments.get()
            if name is None:
                running -= 1
            else:
                yield name

    def wait(self) -> None:
        """Wait until all have ended. Raises FlowsError if one refuses its plan."""
        for shard, crawl in self.crawls.items():
            try:
                crawl.wait()
            except CrawlDiedError as error:
                self.died.append(f"shard {shard}: {error}")

    def cut(self) -> None:
        """End all early; the next run makes the remaining requests."""
        self._end(lambda crawl: crawl.cut())

    def cut_quickly(self) -> None:
        """The same for a user who waits."""
        self._end(lambda crawl: crawl.cut_quickly())

    def stop(self, patience: float | None = None) -> None:
        """End all, in good order if that takes at most `patience` seconds; does nothing if they have ended."""
        self._end(lambda crawl: crawl.stop() if patience is None else crawl.stop(patience))

    def _end(self, end: Callable[[CrawlProcess], None]) -> None:
        """End each in a thread of its own: they take as long as the slowest of them."""
        with ThreadPoolExecutor(max(1, len(self.crawls))) as threads:
            list(threads.map(end, self.crawls.values()))


@dataclass(frozen=True, slots=True)
class _ShardReporter:
    """Receives the progress of one shard; a crawl reports nothing else."""

    crawl: ShardedCrawl
    shard: int

    def crawled(self, progress: CrawlProgress) -> None:
        self.crawl.crawled(self.shard, progress)


@dataclass(slots=True)
class ShardPlans:
    """Writes the plans of the shards for the plan in a folder, for one round of crawls after the other.

    In the first round, each shard requests what the plan names of its hosts; in the next ones, what other shards have
    found on its hosts in the round before. `asked` has what was handed over so far.
    """

    folder: Path
    plan: CrawlPlan
    shards: int
    asked: set[tuple[int | None, str | None]] = field(default_factory=set)

    def first(self) -> dict[int, Path]:
        """Write the plans of the first round; returns the folders of the shards that have something to request."""
        return self._write(shard_plans(self.plan, self.shards))

    def next(self, writer: Writer, ended: Iterable[Path], now: datetime) -> dict[int, Path]:
        """The same for the next round, after the crawls in the folders `ended` are loaded."""
        new = []
        for folder in ended:
            for one in read_handed_over(folder):
                key = url_key_or_none(one.request.url), one.request.redirected_to
                if key not in self.asked:
                    self.asked.add(key)
                    new.append(one)
        return self._write(handed_over_plans(self.plan, self.shards, _still_wanted(writer, new, now)))

    def _write(self, plans: Mapping[int, CrawlPlan]) -> dict[int, Path]:
        folders = {}
        for shard, plan in plans.items():
            folders[shard] = self.folder / f"shard-{shard}"
            folders[shard].mkdir(exist_ok=True)
            write_plan(folders[shard], plan)
        return folders


def _still_wanted(writer: Writer, handed_over: Sequence[HandedOver], now: datetime) -> list[HandedOver]:
    """Without what another shard has requested meanwhile.

    Only the owner of a URL can have been redirected from it, and only that of an article page can check it again.
    """
    keys = {key for one in handed_over if (key := url_key_or_none(one.request.url)) is not None}
    waiting = waiting_keys(writer.connection, now, sorted(keys))
    not_due = {url_key_or_none(state.url) for state in listing_states(writer.connection, now) if not state.is_due}

    def is_wanted(one: HandedOver) -> bool:
        key = url_key_or_none(one.request.url)
        if one.request.redirected_to is not None or one.request.stored is not None:
            return True
        return key in waiting if one.request.kind is Kind.PAGE else key not in not_due

    return [one for one in handed_over if is_wanted(one)]
