"""What came of a run: where every page went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from warehouse import Writer

OUTCOMES = ("loaded", "updated", "unchanged", "duplicate", "rejected", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Pages of one source, by what became of them (in the order of OUTCOMES)."""

    source: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What came of a run.

    `reasons` counts pages by outcome and reason, `listings` listings by outcome; `recovered` are pages of earlier runs
    that were interrupted, `articles` how many the warehouse holds now.
    """

    run_id: str
    seconds: float
    sources: tuple[SourceCounts, ...]
    reasons: tuple[tuple[str, str, int], ...]
    listings: tuple[tuple[str, int], ...]
    recovered: int
    articles: int

    def total(self, outcome: str) -> int:
        """Pages of all sources with this outcome."""
        at = OUTCOMES.index(outcome)
        return sum(source.counts[at] for source in self.sources)

    @property
    def fetched(self) -> int:
        """All pages that were asked for."""
        return sum(sum(source.counts) for source in self.sources)


def summarise(writer: Writer, run_id: str, seconds: float, recovered: int) -> RunSummary:
    """Read a run's summary from the warehouse."""
    connection = writer.connection
    sources = connection.execute(
        f"SELECT source, {', '.join(OUTCOMES)} FROM pipeline_loss WHERE run_id = ? ORDER BY source",  # noqa: S608
        [run_id],
    ).fetchall()
    reasons = connection.execute(
        """
        SELECT outcome, reason, count(*) FROM fetches
        WHERE run_id = ? AND kind IN ('page', 'record') AND reason IS NOT NULL GROUP BY ALL ORDER BY ALL
        """,
        [run_id],
    ).fetchall()
    listings = connection.execute(
        """
        SELECT outcome, count(*) FROM fetches
        WHERE run_id = ? AND kind NOT IN ('page', 'record') GROUP BY outcome ORDER BY outcome
        """,
        [run_id],
    ).fetchall()
    articles = connection.execute("SELECT count(*) FROM article_state").fetchall()[0][0]
    return RunSummary(
        run_id=run_id,
        seconds=seconds,
        sources=tuple(SourceCounts(source, tuple(counts)) for source, *counts in sources),
        reasons=tuple(reasons),
        listings=tuple(listings),
        recovered=recovered,
        articles=articles,
    )


LEAST_WIDTH = 100  # the table's columns need it; a narrower terminal wraps lines, and loses nothing


def report_console() -> Console:
    """Standard output, wide enough for the table."""
    console = Console(highlight=False, soft_wrap=False)
    if console.width < LEAST_WIDTH:
        console.width = LEAST_WIDTH
    return console


MOST_SOURCES = 40  # rows that a screen takes; the rest are in one row, and all of them in the view pipeline_loss


def print_summary(summary: RunSummary, console: Console) -> None:
    """Where every page went, for people."""
    title = f"run {summary.run_id}: {summary.seconds:.1f} s"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("source", overflow="fold")
    for name in ("fetched", *OUTCOMES):
        table.add_column(name, justify="right", no_wrap=True)
    busiest = sorted(summary.sources, key=lambda source: (-sum(source.counts), source.source))
    shown, rest = busiest[:MOST_SOURCES], busiest[MOST_SOURCES:]
    for source in sorted(shown, key=lambda source: source.source):
        table.add_row(source.source, *_cells(source.counts))
    if rest:
        table.add_row(
            f"{len(rest)} more sources", *_cells(tuple(map(sum, zip(*(s.counts for s in rest), strict=True))))
        )
    table.add_section()
    table.add_row("all", *_cells(tuple(summary.total(outcome) for outcome in OUTCOMES)), style="bold")
    if summary.sources:
        console.print(table)
    else:
        console.print(f"run {summary.run_id}: {summary.seconds:.1f} s, no page was due or new")
    for outcome, reason, count in summary.reasons:
        console.print(f"  {outcome} because of {reason}: {count}")
    listings = ", ".join(f"{count} {outcome}" for outcome, count in summary.listings)
    console.print(f"listings: {listings or 'none asked'}")
    if summary.recovered:
        console.print(f"recovered from an interrupted run: {summary.recovered} pages")
    console.print(f"articles in the warehouse: {summary.articles}")


def _cells(counts: tuple[int, ...]) -> list[str]:
    return [str(sum(counts)), *(str(count) if count else "·" for count in counts)]
