"""The summary of a run: the outcomes of its pages and listings, read from the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.dedup.methods import outdated_rows
from warehouse.failing_sources import failing_sources
from warehouse.run_counts import OUTCOMES, SourceCounts, read_run_counts

if TYPE_CHECKING:
    from warehouse import Writer
    from warehouse.failed_segments import FailedSegment
    from warehouse.failing_sources import FailingSource


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The results of a run, which took `seconds`.

    `reasons` counts pages by outcome and reason, and `listings` counts listings by outcome. `recovered` is the number
    of pages from earlier, interrupted runs, and `articles` the number of articles in the warehouse now. `cut_short`
    means that the run reached its time limit, `interrupted` that the user ended it. `died` says which shards of the
    crawl ended unexpectedly. `failed` are the segments that could not be loaded, `failing` the sources whose listings
    fail now, in this run or since an earlier one. `outdated` is the number of stories, links between them and pairs of
    duplicates that an earlier method found.
    """

    run_id: str
    seconds: float
    sources: tuple[SourceCounts, ...]
    reasons: tuple[tuple[str, str, int], ...]
    listings: tuple[tuple[str, int], ...]
    recovered: int
    articles: int
    cut_short: bool = False
    interrupted: bool = False
    failed: tuple[FailedSegment, ...] = ()
    failing: tuple[FailingSource, ...] = ()
    died: tuple[str, ...] = ()
    outdated: int = 0

    def total(self, outcome: str) -> int:
        """The number of pages with this outcome."""
        at = OUTCOMES.index(outcome)
        return sum(source.counts[at] for source in self.sources)

    @property
    def fetched(self) -> int:
        """The number of pages requested."""
        return sum(sum(source.counts) for source in self.sources)


def summarise(
    writer: Writer,
    run_id: str,
    seconds: float,
    recovered: int,
    failed: tuple[FailedSegment, ...] = (),
    *,
    cut_short: bool = False,
    interrupted: bool = False,
    died: tuple[str, ...] = (),
) -> RunSummary:
    """Read a run's summary from the warehouse."""
    counts = read_run_counts(writer.connection, run_id)
    return RunSummary(
        run_id=run_id,
        seconds=seconds,
        sources=counts.sources,
        reasons=counts.reasons,
        listings=counts.listings,
        recovered=recovered,
        articles=counts.articles,
        cut_short=cut_short,
        interrupted=interrupted,
        failed=failed,
        failing=tuple(failing_sources(writer.connection)),
        died=died,
        outdated=sum(outdated_rows(writer.connection).values()),
    )
