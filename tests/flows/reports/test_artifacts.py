"""What a run leaves in Prefect's user interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.pipeline.run_summary import RunSummary
from flows.reports.artifacts import funnel, source_table
from flows.reports.escaping import escape_markdown
from warehouse.run_counts import SourceCounts

SUMMARY = RunSummary(
    run_id="r1",
    seconds=12.34,
    sources=(
        SourceCounts("courier", (5, 1, 0, 2, 3, 1, 0), listings=2, ms=900, reasons=(("paywall", 3), ("timeout", 1))),
        SourceCounts("post|<script>", (0, 0, 0, 0, 0, 0, 4), listings=1, ms=40, reasons=(("robots", 4),)),
    ),
    reasons=(("failed", "timeout", 1), ("rejected", "paywall", 3), ("skipped", "robots", 4)),
    listings=(("listed", 3),),
    recovered=0,
    articles=1234,
)


def test_the_funnel_adds_up_and_says_why() -> None:
    text = funnel(SUMMARY, Path("/srv/news/news.duckdb"))
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    counts = {row[0].strip("| *"): int(row[1].strip("* ")) for row in rows}
    assert counts.pop("all") == sum(counts.values()) == 16
    assert "| rejected | 3 | paywall 3 |" in text
    assert "12.3 s, 16 pages requested" in text
    assert "file:///srv/news/news.duckdb" in text
    assert "stopped at its time" not in text


def test_a_source_is_a_row_with_what_became_of_its_pages() -> None:
    courier, post = source_table(SUMMARY)
    assert courier == {
        "source": "courier",
        "listings": 2,
        "asked": 12,
        "new": 5,
        "changed": 1,
        "unchanged": 0,
        "duplicate": 2,
        "rejected": 3,
        "failed": 1,
        "skipped": 0,
        "why": "paywall 3, timeout 1",
        "ms": 900,
    }
    assert post["source"] == "post\\|&lt;script&gt;"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Talks go on", "Talks go on"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert\\(1\\)&gt;"),
        ("[click](javascript:alert(1))", "\\[click\\]\\(javascript:alert\\(1\\)\\)"),
        ("a | b\n# c", "a \\| b \\# c"),
        ("AT&T `x` *y* _z_ ~~s~~", "AT&amp;T \\`x\\` \\*y\\* \\_z\\_ \\~\\~s\\~\\~"),
        ("1. first", "1\\. first"),
        ("\x00null", "null"),
    ],
)
def test_scraped_text_is_text_in_markdown(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped
