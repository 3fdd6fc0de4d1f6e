"""Prints the summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from crawlers.counts import counted
from flows.dedup.methods import describe_outdated
from flows.pipeline.failures import describe_failures
from flows.reports.failing_sources import describe_failing, describe_without_pages
from warehouse.run_counts import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.pipeline.run_summary import RunSummary


LEAST_WIDTH = 80  # of the table; a narrower terminal wraps its lines and loses nothing


def report_console() -> Console:
    """Standard output, wide enough for the table."""
    console = Console(highlight=False, soft_wrap=False)
    if console.width < LEAST_WIDTH:
        console.width = LEAST_WIDTH
    return console


MOST_SOURCES = 40  # rows that fit on a screen; the rest share one row, and the view pipeline_loss has all


def print_summary(summary: RunSummary, console: Console) -> None:
    """Print the outcomes of all pages; those that no page had are left out, so that the table is narrow."""
    outcomes = [name for name in OUTCOMES if name == "loaded" or summary.total(name)]
    title = f"run {summary.run_id}: {summary.seconds:.1f} s"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("source", overflow="fold")
    for name in ("fetched", *outcomes):
        table.add_column(name, justify="right", no_wrap=True)
    with_pages = [source for source in summary.sources if sum(source.counts)]
    busiest = sorted(with_pages, key=lambda source: (-sum(source.counts), source.source))
    shown, rest = busiest[:MOST_SOURCES], busiest[MOST_SOURCES:]
    for source in sorted(shown, key=lambda source: source.source):
        table.add_row(source.source, *_cells(source.counts, outcomes))
    if rest:
        together = tuple(map(sum, zip(*(source.counts for source in rest), strict=True)))
        table.add_row(counted(len(rest), "more source"), *_cells(together, outcomes))
    table.add_section()
    table.add_row("all", *_cells(tuple(map(summary.total, OUTCOMES)), outcomes), style="bold")
    if with_pages:
        console.print(table)
    else:
        none = "no pages were loaded" if summary.interrupted or summary.cut_short else "no pages were due or new"
        console.print(f"run {summary.run_id}: {summary.seconds:.1f} s, {none}")
    for outcome, reason, count in summary.reasons:
        console.print(f"  {outcome} because of {reason}: {count}")
    listings = ", ".join(f"{count} {outcome}" for outcome, count in summary.listings)
    console.print(f"listings: {listings or 'none requested'}")
    for line in (*describe_failing(summary.failing), *describe_without_pages(summary.sources)):
        console.print(line, markup=False, soft_wrap=True)
    if summary.cut_short:
        console.print("stopped at its time limit; the next run requests the rest")
    if summary.interrupted:
        console.print(
            "interrupted; everything that was fetched is in the archive. The next run loads what is not loaded yet, "
            "and requests the rest"
        )
    if summary.recovered:
        console.print(f"recovered from an interrupted run: {counted(summary.recovered, 'page')}")
    console.print(f"articles in the warehouse: {summary.articles}")
    if summary.died:
        console.print(describe_died(summary.died), markup=False, soft_wrap=True)
    for line in describe_outdated(summary.outdated):
        console.print(line, markup=False, soft_wrap=True)
    if summary.failed:
        console.print(describe_failures(summary.failed), markup=False, soft_wrap=True)


def describe_died(died: Sequence[str]) -> str:
    """Which shards of a crawl died, and what becomes of their work."""
    return "\n".join(
        [
            *died,
            "What they had fetched is loaded. The next run requests the rest.",
        ]
    )


def _cells(counts: tuple[int, ...], outcomes: list[str]) -> list[str]:
    """The number of pages, and of those with each of some outcomes."""
    shown = [counts[OUTCOMES.index(outcome)] for outcome in outcomes]
    return [str(sum(counts)), *(str(count) if count else "·" for count in shown)]
