"""Versions that another extractor read: looking them up, and adding what a newer one reads."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from warehouse.loading.load import step_sql
from warehouse.temporary import temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    import duckdb

    from warehouse.loading.load import Batch
    from warehouse.writer import Writer


@dataclass(frozen=True, slots=True)
class ExtractedFields:
    """The fields of a version that extraction decides, but for the language, which its source may have decided, and the
    offset from UTC, which older extractors did not read: it is added to the version and makes no new one."""

    title: str
    authors: list[str]
    published_at: datetime | None
    published_precision: str | None
    modified_at: datetime | None
    section: str | None
    tags: list[str]
    image_url: str | None
    description: str | None
    is_free: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class OutdatedVersion:
    """The current version of an article, read by another extractor, with its page in the archive."""

    article_id: UUID
    doc: int
    offset: int
    language: str | None
    fields: ExtractedFields


EXTRACTED = tuple(field.name for field in fields(ExtractedFields))
_OUTDATED = """
FROM article_state AS state
JOIN article_versions AS version ON version.doc = state.doc
WHERE version.extractor <> $extractor AND version.warc_offset IS NOT NULL
  AND ($source IS NULL OR state.source = $source)
"""


def sources_with_articles(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all sources that have articles."""
    rows = connection.execute("SELECT DISTINCT source FROM article_state ORDER BY source").fetchall()
    return [name for (name,) in rows]


def outdated_segments(connection: duckdb.DuckDBPyConnection, extractor: str, source: str | None) -> list[str]:
    """The segments with outdated versions: current ones, of all sources or one, that another extractor read."""
    rows = connection.execute(
        f"SELECT DISTINCT version.segment {_OUTDATED} ORDER BY ALL", {"extractor": extractor, "source": source}
    ).fetchall()
    return [name for (name,) in rows]


def outdated_versions(
    connection: duckdb.DuckDBPyConnection, extractor: str, source: str | None, segment: str
) -> list[OutdatedVersion]:
    """The outdated versions of a segment, in the order of the archive."""
    columns = ", ".join(f"version.{name}" for name in EXTRACTED)
    rows = connection.execute(
        f"SELECT state.article_id, version.doc, version.warc_offset, version.language, {columns} "
        f"{_OUTDATED} AND version.segment = $segment ORDER BY version.warc_offset",
        {"extractor": extractor, "source": source, "segment": segment},
    ).fetchall()
    return [
        OutdatedVersion(article_id, doc, offset, language, ExtractedFields(*values))
        for article_id, doc, offset, language, *values in rows
    ]


def add_reextracted(
    writer: Writer,
    batch: Batch,
    same: Mapping[int, int | None],
    extractor: str,
    then: Callable[[duckdb.DuckDBPyConnection], None],
) -> None:
    """Add versions that a newer extractor reads from stored pages, in one transaction.

    `batch` has a row for each, with the outcome `updated` and the change `reextracted`; `same` are the numbers (`doc`)
    of versions that it reads as before, each with the offset from UTC of its publication: versions of older extractors
    have none. `then` runs in the same transaction, as in `load_segment`. Raises
    TransientWarehouseError when the disk fails; then nothing is added.
    """
    with writer.transaction() as connection:
        connection.execute(
            """
            UPDATE article_versions SET extractor = $extractor, published_utc_offset = same.utc_offset
            FROM (SELECT unnest($docs::UINTEGER[]) AS doc, unnest($utc_offsets::SMALLINT[]) AS utc_offset) AS same
            WHERE article_versions.doc = same.doc
            """,
            {"extractor": extractor, "docs": list(same), "utc_offsets": list(same.values())},
        )
        with temporary(connection, "batch", batch.rows):
            for step in ("documents", "article_versions", "article_state"):
                connection.execute(step_sql(step))
        then(connection)
