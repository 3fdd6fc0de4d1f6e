"""The artifacts of a run in Prefect's user interface: names of sources and reasons, but no text of articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from crawlers.counts import counted
from flows.reports.escaping import escape_markdown
from warehouse.run_counts import OUTCOMES

if TYPE_CHECKING:
    from pathlib import Path

    from flows.pipeline.run_summary import RunSummary


def create_run_artifacts(summary: RunSummary, news: Path | None) -> None:
    """Create two artifacts of the current Prefect run: the table of sources and the funnel of pages."""
    create_table_artifact(
        key="run-sources", table=source_table(summary), description=f"Run {summary.run_id}: all sources"
    )
    create_markdown_artifact(
        key="run-funnel", markdown=funnel(summary, news), description=f"Run {summary.run_id}: outcomes of all pages"
    )


def source_table(summary: RunSummary) -> list[dict[str, object]]:
    """One row per source: listings requested, pages by outcome, reasons, and the response time in milliseconds."""
    return [
        {
            "source": escape_markdown(source.source),
            "listings": source.listings,
            "asked": sum(source.counts),
            "new": source.counts[OUTCOMES.index("loaded")],
            "changed": source.counts[OUTCOMES.index("updated")],
            "unchanged": source.counts[OUTCOMES.index("unchanged")],
            "duplicate": source.counts[OUTCOMES.index("duplicate")],
            "rejected": source.counts[OUTCOMES.index("rejected")],
            "failed": source.counts[OUTCOMES.index("failed")],
            "skipped": source.counts[OUTCOMES.index("skipped")],
            "why": ", ".join(f"{reason} {count}" for reason, count in source.reasons),
            "ms": source.ms,
        }
        for source in summary.sources
    ]


def funnel(summary: RunSummary, news: Path | None) -> str:
    """The outcomes of the pages of a run, as Markdown."""
    lines = [
        f"# Run {summary.run_id}",
        "",
        f"{summary.seconds:.1f} s, {counted(summary.fetched, 'page')} requested"
        + (", stopped at its time limit; the next run requests the rest" if summary.cut_short else ""),
        "",
        "| outcome | pages | why |",
        "|---|---:|---|",
    ]
    for outcome in OUTCOMES:
        why = ", ".join(f"{escape_markdown(reason)} {count}" for of, reason, count in summary.reasons if of == outcome)
        lines.append(f"| {outcome} | {summary.total(outcome)} | {why} |")
    lines.append(f"| **all** | **{summary.fetched}** | |")
    listings = ", ".join(f"{count} {outcome}" for outcome, count in summary.listings) or "none requested"
    lines += ["", f"Listings: {listings}.", ""]
    if summary.recovered:
        lines += [f"Recovered from an interrupted run: {counted(summary.recovered, 'page')}.", ""]
    place = "" if news is None else f" The file is [{escape_markdown(news.name)}](<{news.as_uri()}>)."
    lines += [f"Articles in the warehouse: {summary.articles}.{place}"]
    return "\n".join(lines) + "\n"
