"""Loading: one segment is one transaction, recorded in the ledger, wholly and once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.results import one_row
from warehouse.sql_files import sql_beside
from warehouse.temporary import temporary

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import duckdb
    import pyarrow as pa

    from warehouse.writer import Writer

step_sql = sql_beside(__file__)
STEPS = (
    "documents",
    "fetches",
    "rejections",
    "article_versions",
    "article_state",
    "aliases",
    "headline_words",
    "feeds",
    "frontier",
)


def loaded_fetches(connection: duckdb.DuckDBPyConnection, segment: str) -> int | None:
    """The number of log entries of a loaded segment; None if the segment is not loaded."""
    row = one_row(connection, "SELECT fetches FROM segments WHERE segment = ?", [segment])
    return None if row is None else int(row[0])


def loaded_segments(connection: duckdb.DuckDBPyConnection, names: list[str]) -> set[str]:
    """Those of the segments that are loaded."""
    rows = connection.execute("SELECT segment FROM segments WHERE segment IN (SELECT unnest(?))", [names]).fetchall()
    return {name for (name,) in rows}


@dataclass(frozen=True, slots=True)
class Batch:
    """A segment as Arrow tables, with the columns that `loading/*.sql` read.

    `rows` has one row per entry of the segment's log, `links` the article URLs in its listings (row_number, url_key,
    url, source, discovered_at, published_hint), `listings` the further listings in them (url, kind, source, found_at).
    """

    rows: pa.Table
    links: pa.Table
    listings: pa.Table


def load_segment(
    writer: Writer,
    segment: str,
    run_id: str,
    extractor: str,
    batch: Batch,
    loaded_at: datetime,
    then: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> bool:
    """Load a segment in one transaction; returns False, and does nothing, if it is loaded already.

    `then` runs in the same transaction, after the rows were added. Raises TransientWarehouseError if the disk fails;
    then nothing is loaded.
    """
    with writer.transaction() as connection:
        if loaded_fetches(connection, segment) is not None:
            return False
        add_batch(connection, batch)
        connection.execute(
            "INSERT INTO segments (segment, run_id, loaded_at, fetches, extractor) VALUES (?, ?, ?, ?, ?)",
            [segment, run_id, loaded_at, batch.rows.num_rows, extractor],
        )
        connection.execute("DELETE FROM private.failed_segments WHERE segment = ?", [segment])
        if then is not None:
            then(connection)
    return True


def add_batch(connection: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Add a batch to all tables but `segments`, in the caller's transaction."""
    with (
        temporary(connection, "batch", batch.rows),
        temporary(connection, "links", batch.links),
        temporary(connection, "listings", batch.listings),
    ):
        for step in STEPS:
            connection.execute(step_sql(step))
