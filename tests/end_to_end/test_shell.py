"""`newsloom shell`, with its input from a pipe."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.warehouse.rows import NOON, article_row, batch
from warehouse import open_writer
from warehouse.loading.load import load_segment

if TYPE_CHECKING:
    from pathlib import Path


def test_statements_run_one_after_another_and_a_mistake_ends_nothing(tmp_path: Path) -> None:
    with open_writer(tmp_path / "data", "test") as writer:
        load_segment(writer, "s1", "r1", "test", batch(article_row(1, title="Flood", text="Water.")), NOON)
        writer.publish()
    statements = [
        "SELECT title\nFROM articles;", "FROM nothing;", "FROM search('flood (');", "SELECT 40 + 2 AS answer;", ".quit",
        "SELECT 77;",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "shell", "--data", str(tmp_path / "data")],
        input="\n".join(statements), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Flood" in done.stdout
    assert "42" in done.stdout
    assert "77" not in done.stdout
    assert "nothing does not exist" in done.stderr
    assert "this bracket is not closed" in done.stderr
    assert "Traceback" not in done.stderr
