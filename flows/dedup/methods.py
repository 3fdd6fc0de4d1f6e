"""Knows which stored duplicates and stories an earlier method has found, and what to do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dedup import DUPLICATE_METHOD, LINK_METHOD, STORY_METHOD
from warehouse.dedup.methods import count_other_methods

if TYPE_CHECKING:
    import duckdb

RESTORY_REMEDY = (
    "`newsloom restory` finds all duplicates and stories again. It reads the stored articles, makes no "
    "requests, and changes story_id and duplicate_of. Until then, new articles may join the wrong stories."
)


def outdated_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many stories, links between stories, and pairs of duplicates each earlier method has found."""
    return count_other_methods(connection, stories=STORY_METHOD, links=LINK_METHOD, duplicates=DUPLICATE_METHOD)


def describe_outdated(rows: int) -> list[str]:
    """A line for the end of a run or an import; none without rows of an earlier method."""
    if not rows:
        return []
    return [
        f"{rows} stories, links and pairs of duplicates are of an earlier method, and this version finds others: "
        "run `newsloom restory`"
    ]
