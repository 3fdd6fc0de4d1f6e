"""What a run prints at its end."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from flows.pipeline.run_summary import RunSummary
from flows.reports.run_summary import print_summary


@pytest.mark.parametrize("outdated", [0, 7])
def test_a_run_says_that_stories_of_an_earlier_method_can_be_found_again(outdated: int) -> None:
    summary = RunSummary("run", 1.0, (), (), (), recovered=0, articles=9, outdated=outdated)
    console = Console(file=StringIO(), width=80)
    print_summary(summary, console)
    assert isinstance(console.file, StringIO)
    assert ("newsloom restory" in console.file.getvalue()) is bool(outdated)


@pytest.mark.parametrize("interrupted", [False, True])
def test_only_a_whole_run_says_that_no_page_was_due(interrupted: bool) -> None:
    summary = RunSummary("run", 1.0, (), (), (), recovered=0, articles=9, interrupted=interrupted)
    console = Console(file=StringIO(), width=80)
    print_summary(summary, console)
    assert isinstance(console.file, StringIO)
    assert ("no pages were due" in console.file.getvalue()) is not interrupted
