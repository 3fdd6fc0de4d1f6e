"""What a run leaves in Prefect's user interface. Names of sources and reasons only: never text of an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from warehouse.run_counts import OUTCOMES

if TYPE_CHECKING:
    from pathlib import Path

    from flows.reports.run_summary import RunSummary

# What Markdown, and the HTML within it, would take for more than text; what is no text at all is left out.
_SPECIAL = {character: f"\\{character}" for character in "\\`*_{}[]()#+-.!|~"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_CONTROL = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "")
_MARKDOWN = str.maketrans({**_CONTROL, **_SPECIAL, **_ENTITIES})


def escape(text: str) -> str:
    """Text that comes from a page or a file, to stand in Markdown as it is: one line, no markup, no link."""
    return " ".join(text.split()).translate(_MARKDOWN)


def create_run_artifacts(summary: RunSummary, news: Path) -> None:
    """Leave a run's table of sources and its funnel with Prefect, under the run that calls this."""
    create_table_artifact(
        key="run-sources", table=source_table(summary), description=f"Run {summary.run_id}: every source"
    )
    create_markdown_artifact(
        key="run-funnel",
        markdown=funnel(summary, news),
        description=f"Run {summary.run_id}: where every page went",
    )


def source_table(summary: RunSummary) -> list[dict[str, object]]:
    """A row a source: listings asked, pages by outcome, why pages were rejected or failed, milliseconds of answers."""
    return [
        {
            "source": escape(source.source),
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


def funnel(summary: RunSummary, news: Path) -> str:
    """Where the pages of a run went, as Markdown."""
    lines = [
        f"# Run {summary.run_id}",
        "",
        f"{summary.seconds:.1f} s, {summary.fetched} pages asked for"
        + (", stopped at its time: the rest is asked by the next run" if summary.cut_short else ""),
        "",
        "| outcome | pages | why |",
        "|---|---:|---|",
    ]
    for outcome in OUTCOMES:
        why = ", ".join(f"{escape(reason)} {count}" for of, reason, count in summary.reasons if of == outcome)
        lines.append(f"| {outcome} | {summary.total(outcome)} | {why} |")
    lines.append(f"| **all** | **{summary.fetched}** | |")
    listings = ", ".join(f"{count} {outcome}" for outcome, count in summary.listings) or "none asked"
    lines += ["", f"Listings: {listings}.", ""]
    if summary.recovered:
        lines += [f"Of an interrupted run: {summary.recovered} pages.", ""]
    lines += [f"Articles in the warehouse: {summary.articles}. It is [{escape(news.name)}](<{news.as_uri()}>)."]
    return "\n".join(lines) + "\n"
