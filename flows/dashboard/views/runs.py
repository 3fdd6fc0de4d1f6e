"""Where pages went, and the run history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dashboard.filters import Filters, between, equals, where
from flows.dashboard.views.view import Found, Queries, Query, View, number, words
from warehouse.literals import literal

if TYPE_CHECKING:
    from flows.dashboard.published import Facts

OUTCOMES = ("loaded", "updated", "unchanged", "duplicate", "rejected", "failed", "skipped")


def _pages(filters: Filters, _facts: Facts) -> Queries:
    asked = where(
        "kind IN ('page', 'record')",
        between("day_of(fetched_at)", filters.since, filters.until),
        equals("run_id", filters.run),
        equals("source", filters.source),
    )
    narrower = [condition for condition in (equals("outcome", filters.outcome), _reason(filters.reason)) if condition]
    pages = " AND ".join([asked, *narrower])
    outcomes = ",\n".join(f"       count(*) FILTER (outcome = '{outcome}') AS {outcome}" for outcome in OUTCOMES)
    return {
        "sources": Query(
            "By source",
            f"""\
SELECT source, count(*) AS fetched,
{outcomes}
FROM fetches
{asked}
GROUP BY source
ORDER BY fetched DESC, source""",
            filters.rows,
        ),
        "reasons": Query(
            "Reasons",
            f"""\
SELECT outcome, reason, count(*) AS pages, count(DISTINCT source) AS sources
FROM fetches
{asked}
GROUP BY outcome, reason
ORDER BY list_position({list(OUTCOMES)}, outcome), pages DESC, reason""",
        ),
        "pages": Query(
            "Pages",
            f"""\
SELECT fetched_at, source, url, status, outcome, reason, detail, article_id
FROM fetches
{pages}
ORDER BY fetched_at DESC, url""",
            filters.rows,
        ),
    }


def _reason(reason: str) -> str | None:
    return None if not reason else f"reason = {literal(reason)}"


def _pages_context(_filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    totals = dict.fromkeys(OUTCOMES, 0.0)
    for row in found["reasons"].rows:
        totals[words(row, "outcome")] = totals.get(words(row, "outcome"), 0.0) + number(row, "pages")
    whole = sum(totals.values())
    parts, left = [], 0.0
    for outcome, pages in totals.items():
        share = 100 * pages / whole if whole else 0.0
        parts.append({"outcome": outcome, "pages": int(pages), "left": round(left, 3), "width": round(share, 3)})
        left += share
    return {"parts": parts, "whole": int(whole), "outcomes": OUTCOMES}


def _runs(filters: Filters, _facts: Facts) -> Queries:
    chosen = where(between("day_of(started_at)", filters.since, filters.until), equals("runs.outcome", filters.outcome))
    counts = ", ".join(f"CAST(sum({outcome}) AS BIGINT) AS {outcome}" for outcome in ("fetched", *OUTCOMES))
    return {
        "runs": Query(
            "Runs",
            f"""\
WITH pages AS (
    SELECT run_id, {counts}
    FROM pipeline_loss
    GROUP BY run_id
)
SELECT run_id, kind, started_at, time_between(started_at, finished_at) AS duration, outcome, detail, version,
       pages.* EXCLUDE (run_id)
FROM runs
LEFT JOIN pages USING (run_id)
{chosen}
ORDER BY started_at DESC, run_id""",
            filters.rows,
        )
    }


def _runs_context(_filters: Filters, _facts: Facts, found: Found) -> dict[str, object]:
    rows = found["runs"].rows
    return {"most": max((number(row, "loaded") for row in rows), default=0.0)}


PAGES = View("pages", "Pages", _pages, _pages_context, ("source", "since", "until", "outcome", "reason", "run"))
RUNS = View("runs", "Runs", _runs, _runs_context, ("since", "until"))
