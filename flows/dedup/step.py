"""The step of the ingest flow: duplicates, then stories, in the transaction that loads a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.dedup.linking import link
from flows.dedup.telling import read_background, tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from flows.dedup.articles import Elsewhere, Looked


def deduplicate(
    connection: duckdb.DuckDBPyConnection, articles: Sequence[Looked], elsewhere: Sequence[Elsewhere], now: datetime
) -> None:
    """Link articles whose text is new to what they repeat, and put them into stories.

    The rows of the articles are in the warehouse already, in the same transaction: a process that is killed leaves
    neither, and the segment that is loaded again gives both. Each article stands once in `articles`, with its latest
    text. Reads the days around the articles; memory is bounded by the batch and what resembles it.
    """
    if not articles and not elsewhere:
        return
    linked = link(connection, articles, elsewhere, now)
    tell(connection, articles, elsewhere, linked, read_background(connection))
