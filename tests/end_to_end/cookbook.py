"""The questions of docs/cookbook.md: their SQL, and the answers that the page shows.

`python -m tests.end_to_end.cookbook newsloom-demo` writes the answers of a demo's warehouse into the page.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.reports.query_output import write
from warehouse import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"
QUESTION = re.compile(
    r"^### (\d+\. .+?)$(.+?)^```sql\n(.+?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
COLUMNS = "100"


def questions() -> list[tuple[str, str, str]]:
    """Title, SQL and shown answer of each question."""
    found = QUESTION.findall(PAGE.read_text(encoding="utf-8"))
    return [(title, sql, answer) for title, _, sql, answer in found]


def answer(connection: DuckDBPyConnection, sql: str) -> str:
    """What `newsloom sql` prints for a query in a terminal of 100 columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", COLUMNS)
        target = io.BytesIO()
        write(connection, sql, "table", target)
    return "".join(f"{line.rstrip()}\n" for line in target.getvalue().decode().strip().splitlines())


def main(data: str) -> None:
    """Write the answers into the page."""
    with connect(data) as connection:

        def filled(found: re.Match[str]) -> str:
            title, between, sql, _ = found.groups()
            return f"### {title}{between}```sql\n{sql}```\n\n```text\n{answer(connection, sql)}```\n"

        PAGE.write_text(QUESTION.sub(filled, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
