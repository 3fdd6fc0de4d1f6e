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
    source: str
    doc: int
    offset: int
    language: str | None
    fields: ExtractedFields


@dataclass(frozen=True, slots=True)
class SameVersion:
    """A version that the current extractor reads as before: the version of that, and the offset from UTC of its
    publication, which versions of older extractors do not have."""

    extractor: str
    utc_offset: int | None


EXTRACTED = tuple(field.name for field in fields(ExtractedFields))


@dataclass(frozen=True, slots=True)
class CurrentExtractor:
    """The version of the extractor, and its versions for sources that have a profile."""

    version: str
    with_profile: Mapping[str, str]

    def of(self, source: str) -> str:
        """The version that reads the pages of a source."""
        return self.with_profile.get(source, self.version)

    def parameters(self, source: str | None) -> dict[str, object]:
        """Those of `_OUTDATED`, for all sources or one."""
        return {
            "extractor": self.version,
            "sources": list(self.with_profile),
            "versions": list(self.with_profile.values()),
            "source": source,
        }


_OUTDATED = """
FROM article_state AS state
JOIN article_versions AS version ON version.doc = state.doc
LEFT JOIN (SELECT unnest($sources::VARCHAR[]) AS source, unnest($versions::VARCHAR[]) AS version) AS with_profile
    ON with_profile.source = state.source
WHERE version.extractor <> coalesce(with_profile.version, $extractor) AND version.warc_offset IS NOT NULL
  AND ($source IS NULL OR state.source = $source)
"""


def sources_with_articles(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all sources that have articles."""
    rows = connection.execute("SELECT DISTINCT source FROM article_state ORDER BY source").fetchall()
    return [name for (name,) in rows]


def outdated_segments(
    connection: duckdb.DuckDBPyConnection, extractor: CurrentExtractor, source: str | None
) -> list[str]:
    """The segments with outdated versions: current ones, of all sources or one, that another extractor read."""
    rows = connection.execute(
        f"SELECT DISTINCT version.segment {_OUTDATED} ORDER BY ALL", extractor.parameters(source)
    ).fetchall()
    return [name for (name,) in rows]


def outdated_versions(
    connection: duckdb.DuckDBPyConnection, extractor: CurrentExtractor, source: str | None, segment: str
) -> list[OutdatedVersion]:
    """The outdated versions of a segment, in the order of the archive."""
    columns = ", ".join(f"version.{name}" for name in EXTRACTED)
    rows = connection.execute(
        f"SELECT state.article_id, state.source, version.doc, version.warc_offset, version.language, {columns} "
        f"{_OUTDATED} AND version.segment = $segment ORDER BY version.warc_offset",
        extractor.parameters(source) | {"segment": segment},
    ).fetchall()
    return [
        OutdatedVersion(article_id, name, doc, offset, language, ExtractedFields(*values))
        for article_id, name, doc, offset, language, *values in rows
    ]


def add_reextracted(
    writer: Writer,
    batch: Batch,
    same: Mapping[int, SameVersion],
    then: Callable[[duckdb.DuckDBPyConnection], None],
) -> None:
    """Add versions that a newer extractor reads from stored pages, in one transaction.

    `batch` has a row for each, with the outcome `updated` and the change `reextracted`; `same` are versions
    that it reads as before, by number (`doc`). `then` runs in the same transaction, as in `load_segment`. Raises
    TransientWarehouseError when the disk fails; then nothing is added.
    """
    with writer.transaction() as connection:
        connection.execute(
            """
            UPDATE article_versions SET extractor = same.extractor, published_utc_offset = same.utc_offset
            FROM (SELECT unnest($docs::UINTEGER[]) AS doc, unnest($extractors::VARCHAR[]) AS extractor,
                         unnest($utc_offsets::SMALLINT[]) AS utc_offset) AS same
            WHERE article_versions.doc = same.doc
            """,
            {
                "docs": list(same),
                "extractors": [version.extractor for version in same.values()],
                "utc_offsets": [version.utc_offset for version in same.values()],
            },
        )
        with temporary(connection, "batch", batch.rows):
            for step in ("documents", "article_versions", "article_state"):
                connection.execute(step_sql(step))
        then(connection)
